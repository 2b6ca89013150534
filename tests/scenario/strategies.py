"""Scenarios drawn at random over every key that the model has, so that a new key is tested too."""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

import msgspec
from hypothesis import assume
from hypothesis import strategies as st

from vgtui.scenario.model import Data, Dense, Layer, Lesson, Scenario, Training, View
from vgtui.scenario.schema import Field, fields

YES_OR_NO = st.booleans()
SEED = st.integers(0, 2**32 - 1)
REPEAT = st.integers(1, 4)
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=30)
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=30)

OUTPUTS = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax"}


among = cache(st.sampled_from)
"""One of a tuple."""


@cache
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


def drawn_struct(draw: st.DrawFn, struct: type[msgspec.Struct], **fixed: Any) -> Any:
    """A struct of that type, `fixed` keys aside anything that it takes."""
    drawn = {
        name: draw(values(field))
        for name, field in fields(struct).items()
        if name not in fixed and (field.required or draw(YES_OR_NO))
    }
    try:
        return struct(**drawn, **fixed)
    except ValueError:
        assume(False)


structs = cache(st.composite(drawn_struct))


def drawn_layer(draw: st.DrawFn, kind: type[Layer] = Dense, **fixed: Any) -> Any:
    """A hidden layer of that kind."""
    activation = fields(kind).get("activation")
    hidden = tuple(name for name in activation.choices if name != "softmax") if activation else ()
    chosen = {"activation": draw(among(hidden))} if hidden else {}
    return drawn_struct(draw, kind, **{**chosen, "repeat": draw(REPEAT), **fixed})


layers = cache(st.composite(drawn_layer))
HIDDEN = st.lists(st.sampled_from(get_args(Layer)).flatmap(layers), max_size=4)
LESSON = st.lists(structs(Lesson), max_size=2)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """A scenario that holds together as far as the model can tell."""
    training = drawn_struct(draw, Training)
    own = OUTPUTS.get(training.loss, "tanh")
    end = draw(among((own, "linear")))
    output = drawn_layer(draw, activation=end, dropout=0.0, skip=None, repeat=1)
    if draw(YES_OR_NO):
        data = Data(source="file", file=draw(TEXT), target=draw(TEXT))
    else:
        data = drawn_struct(draw, Data, source=draw(among(("moons", "sine", "blobs"))), file=None)
    return Scenario(
        title=draw(LINE),
        summary=draw(TEXT),
        seed=draw(SEED),
        data=data,
        layers=(*draw(HIDDEN), output),
        training=training,
        view=drawn_struct(draw, View),
        lesson=tuple(draw(LESSON)),
    )
