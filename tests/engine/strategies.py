"""Scenarios drawn at random over every field of data, layers and training, small enough to check by other means."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from vgtui.scenario.model import (
    ACTIVATIONS,
    INITIALIZERS,
    BiasInitializer,
    Data,
    Dense,
    Loss,
    Normalization,
    Optimizer,
    Scenario,
    Schedule,
    Training,
)

SMOOTH = ("linear", "sigmoid", "tanh", "gelu", "silu", "mish", "softplus", "softsign")
"""Activations whose slope has no jump."""

HIDDEN = tuple(name for name in ACTIVATIONS if name != "softmax")
ALPHAS = {
    "leaky_relu": st.floats(-0.5, 1.5),
    "prelu": st.floats(-0.5, 1.5),
    "elu": st.floats(0.1, 2.0),
}
CLASSES = {"moons": (2,), "circles": (2,), "xor": (2,), "spiral": (2, 3, 5), "blobs": (2, 3, 4)}
LOSSES = Loss.__args__  # type: ignore[attr-defined]
REGRESSION = ("sine", "plane")
ORDINARY = st.floats(0.25, 1.5)
NO_DROPOUT = st.just(0.0)


def examples(count: int) -> settings:
    """How many examples are tried: the same ones on every run, so that a red test is red for all."""
    unhurried = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    return settings(max_examples=count, derandomize=True, deadline=None, suppress_health_check=unhurried)


def one_of(literal: object) -> st.SearchStrategy[str]:
    """One of the names of a Literal."""
    return st.sampled_from(literal.__args__)  # type: ignore[attr-defined]


@st.composite
def datas(draw: st.DrawFn, samples: st.SearchStrategy[int]) -> Data:
    """A toy set."""
    source = draw(st.sampled_from([*CLASSES, *REGRESSION]))
    able = source in ("spiral", "blobs")
    return Data(
        source=source,
        samples=draw(samples),
        noise=draw(st.sampled_from([0.0, 0.05, 0.5])),
        seed=draw(st.none() | st.integers(0, 2**32 - 1)),
        test_fraction=draw(st.sampled_from([0.0, 0.2, 0.5])),
        classes=draw(st.sampled_from(CLASSES[source])) if able else None,
        scaling=draw(st.sampled_from(["none", "standard", "minmax"])),
    )


@st.composite
def layers(
    draw: st.DrawFn,
    widths: list[int],
    activations: tuple[str, ...],
    units: int,
    repeat: int,
    dropout: st.SearchStrategy[float] = NO_DROPOUT | st.sampled_from([0.1, 0.5, 0.9]),  # noqa: B008
) -> Dense:
    """A layer of `units` after outputs of `widths` (the input's first), with a skip where shapes allow one."""
    activation = draw(st.sampled_from(activations))
    reach = [n for n in range(1, len(widths) + 1) if _fits(widths, units, repeat, n)]
    return Dense(
        units=units,
        activation=activation,
        alpha=draw(st.none() | ALPHAS[activation]) if activation in ALPHAS else None,
        init=draw(st.sampled_from(INITIALIZERS)),
        init_scale=draw(st.floats(-1.0, 1.0)),
        gain=draw(st.just(1.0) | ORDINARY | ORDINARY.map(lambda gain: -gain)),
        bias_init=draw(one_of(BiasInitializer)),
        bias_scale=draw(st.floats(-0.5, 0.5)),
        normalization=draw(one_of(Normalization)),
        dropout=draw(dropout),
        skip=draw(st.none() | st.sampled_from(reach)) if reach and activation != "softmax" else None,
        skip_scale=draw(st.sampled_from([1.0, 0.5, -0.1, 1e-290]) | st.floats(-1.0, 1.0)),
        repeat=repeat,
    )


def _fits(widths: list[int], units: int, repeat: int, skip: int) -> bool:
    """Whether every repetition of the layer finds an output of its own width `skip` places back."""
    grown = list(widths)
    for _ in range(repeat):
        if grown[-skip] != units:
            return False
        grown.append(units)
    return True


@st.composite
def trainings(draw: st.DrawFn, samples: int, loss: str) -> Training:
    """Any optimiser and schedule that suit the loss."""
    optimizer = draw(one_of(Optimizer))
    momentum = draw(st.sampled_from([0.0, 0.5, 0.9]))
    size = st.sampled_from([1, 2, 5, samples, "full"]) | st.integers(1, samples)
    return Training(
        loss=loss,
        optimizer=optimizer,
        learning_rate=draw(st.none() | st.floats(1e-4, 0.1)),
        momentum=momentum,
        nesterov=optimizer == "sgd" and momentum > 0 and draw(st.booleans()),
        beta1=draw(st.sampled_from([0.0, 0.9])),
        beta2=draw(st.sampled_from([0.9, 0.999])),
        rho=draw(st.sampled_from([0.5, 0.99])),
        epsilon=draw(st.none() | st.floats(1e-8, 1e-3)),
        weight_decay=draw(st.none() | st.floats(0.0, 0.1)),
        l1=draw(st.just(0.0) | st.floats(1e-6, 0.1)),
        l2=draw(st.just(0.0) | st.floats(1e-6, 0.1)),
        gradient_noise=draw(st.just(0.0) | st.floats(1e-6, 0.1)),
        schedule=draw(one_of(Schedule)),
        decay_rate=draw(st.floats(0.1, 1.0)),
        decay_steps=draw(st.integers(1, 40)),
        minimum_rate=draw(st.floats(0.0, 1e-4)),
        warmup_steps=draw(st.integers(0, 8)),
        clip_norm=draw(st.none() | st.floats(1e-3, 10.0)),
        clip_value=draw(st.none() | st.floats(1e-3, 10.0)),
        batch_size=draw(size),
    )


def _end(draw: st.DrawFn, data: Data, losses: tuple[str, ...]) -> tuple[str, int]:
    """A loss that the data allows and the units that it asks for."""
    if data.source in REGRESSION:
        return draw(st.sampled_from([loss for loss in losses if loss.startswith("mean")])), 1
    classes = data.classes or (3 if data.source == "blobs" else 2)
    loss = draw(st.sampled_from(losses))
    single = classes == 2 and loss != "cross_entropy" and draw(st.booleans())
    return loss, 1 if single else classes


@st.composite
def scenarios(
    draw: st.DrawFn,
    *,
    hidden: tuple[str, ...] = HIDDEN,
    samples: st.SearchStrategy[int] = st.integers(6, 20),  # noqa: B008
    most_layers: int = 6,
    losses: tuple[str, ...] = LOSSES,
) -> Scenario:
    """A scenario that trains: 1 to `most_layers` dense layers of 1 to 7 units, everything else at random."""
    data = draw(datas(samples))
    loss, outputs = _end(draw, data, losses)
    widths = [1 if data.source == "sine" else 2]
    chosen = []
    for _ in range(draw(st.integers(0, most_layers - 1))):
        units = draw(st.integers(1, 7) | st.sampled_from(widths))
        repeat = draw(st.sampled_from([1, 1, 2]))
        repeat = min(repeat, most_layers - len(widths))
        if repeat < 1:
            break
        chosen.append(draw(layers(widths, hidden, units, repeat)))
        widths += [units] * repeat
    own = {"binary_cross_entropy": ("sigmoid", "linear"), "cross_entropy": ("softmax", "linear")}
    ends = own.get(loss, (*hidden, "softmax"))
    last = draw(layers(widths, ends, outputs, 1, NO_DROPOUT))
    if loss in own and last.activation != "linear":
        last = Dense(**{name: getattr(last, name) for name in last.__struct_fields__ if name != "skip"})
    return Scenario(
        seed=draw(st.integers(0, 2**32 - 1)),
        data=data,
        layers=(*chosen, last),
        training=draw(trainings(data.samples, loss)),
    )
