"""Scenarios drawn at random over every key that the model has, so that a new key is tested too."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
from hypothesis import assume
from hypothesis import strategies as st

from vgtui.scenario.model import Data, Dense, Layer, Lesson, Scenario, Training, View
from vgtui.scenario.schema import Field, fields

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)

OUTPUTS = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax"}


def values(field: Field) -> st.SearchStrategy[Any]:
    """Anything that the field may hold."""
    if field.kind == "int":
        drawn = st.integers(int(field.minimum or 0), int(field.maximum or 2**31 - 1))
    elif field.kind == "float":
        drawn = st.floats(
            field.minimum,
            field.maximum,
            exclude_min=field.open_minimum,
            exclude_max=field.open_maximum,
            allow_nan=False,
            allow_infinity=False,
        )
    elif field.kind == "table":
        drawn = structs(field.structs[0])
    elif field.kind == "bool":
        drawn = st.booleans()
    elif field.kind == "list":
        return st.lists(structs(field.structs[0]), max_size=3).map(tuple)
    elif field.kind == "names":
        return st.lists(st.sampled_from(field.choices), max_size=4).map(tuple)
    elif field.kind == "texts":
        return st.lists(TEXT, max_size=4).map(tuple)
    else:
        drawn = TEXT if field.kind == "text" else st.sampled_from(field.choices)
    if field.choices and field.kind != "choice":
        drawn |= st.sampled_from(field.choices)
    return drawn | st.none() if field.optional else drawn


@st.composite
def structs(draw: st.DrawFn, struct: type[msgspec.Struct], **fixed: Any) -> Any:
    """A struct of that type, `fixed` keys aside anything that it takes."""
    drawn = {
        name: draw(values(field))
        for name, field in fields(struct).items()
        if name not in fixed and (field.required or draw(st.booleans()))
    }
    try:
        return struct(**drawn, **fixed)
    except ValueError:
        assume(False)


@st.composite
def layers(draw: st.DrawFn, kind: type[Layer] = Dense, **fixed: Any) -> Any:
    """A hidden layer of that kind."""
    activation = fields(kind).get("activation")
    hidden = [name for name in activation.choices if name != "softmax"] if activation else []
    chosen = {"activation": draw(st.sampled_from(hidden))} if hidden else {}
    return draw(structs(kind, **{**chosen, "repeat": draw(st.integers(1, 4)), **fixed}))


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """A scenario that holds together as far as the model can tell."""
    training = draw(structs(Training))
    own = OUTPUTS.get(training.loss, "tanh")
    output = draw(layers(activation=draw(st.sampled_from([own, "linear"])), dropout=0.0, skip=None, repeat=1))
    if draw(st.booleans()):
        data = Data(source="file", file=draw(TEXT), target=draw(TEXT))
    else:
        data = draw(structs(Data, source=draw(st.sampled_from(["moons", "sine", "blobs"])), file=None))
    return Scenario(
        title=draw(TEXT),
        summary=draw(TEXT),
        seed=draw(st.integers(0, 2**32 - 1)),
        data=data,
        layers=(*draw(st.lists(st.sampled_from(get_args(Layer)).flatmap(layers), max_size=4)), output),
        training=training,
        view=draw(structs(View)),
        lesson=tuple(draw(st.lists(structs(Lesson), max_size=2))),
    )
