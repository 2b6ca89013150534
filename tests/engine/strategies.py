"""Scenarios drawn at random over every field of data, layers and training, small enough to check by other means.

What is drawn from stands here once: a strategy that is made for every draw takes longer than the draw.
"""

from __future__ import annotations

from functools import cache

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
    "leaky_relu": st.none() | st.floats(-0.5, 1.5),
    "prelu": st.none() | st.floats(-0.5, 1.5),
    "elu": st.none() | st.floats(0.1, 2.0),
}
CLASSES = {"moons": (2,), "circles": (2,), "xor": (2,), "spiral": (2, 3, 5), "blobs": (2, 3, 4)}
LOSSES = Loss.__args__  # type: ignore[attr-defined]
REGRESSION = ("sine", "plane")
ORDINARY = st.floats(0.25, 1.5)

YES_OR_NO = st.booleans()
SEED = st.integers(0, 2**32 - 1)
SEED_OR_NONE = st.none() | SEED
NO_DROPOUT = st.just(0.0)
DROPOUT = NO_DROPOUT | st.sampled_from([0.1, 0.5, 0.9])
GAIN = st.just(1.0) | ORDINARY | ORDINARY.map(lambda gain: -gain)
SKIP_SCALE = st.sampled_from([1.0, 0.5, -0.1, 1e-290]) | st.floats(-1.0, 1.0)
REPEAT = st.sampled_from([1, 1, 2])
FEW_SAMPLES = st.integers(6, 20)
PENALTY = st.just(0.0) | st.floats(1e-6, 0.1)
CLIP = st.none() | st.floats(1e-3, 10.0)

among = cache(st.sampled_from)
"""One of a tuple."""

up_to = cache(st.integers)
"""A whole number from the first to the second."""

between = cache(st.floats)
"""A number from the first to the second."""

or_none = cache(lambda strategy: st.none() | strategy)
"""What the strategy draws, or nothing."""


def examples(count: int) -> settings:
    """How many examples are tried: the same ones on every run, so that a red test is red for all."""
    unhurried = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    return settings(max_examples=count, derandomize=True, deadline=None, suppress_health_check=unhurried)


def one_of(literal: object) -> st.SearchStrategy[str]:
    """One of the names of a Literal."""
    return among(literal.__args__)  # type: ignore[attr-defined]


def _data(draw: st.DrawFn, samples: st.SearchStrategy[int]) -> Data:
    """A toy set."""
    source = draw(among((*CLASSES, *REGRESSION)))
    able = source in ("spiral", "blobs")
    return Data(
        source=source,
        samples=draw(samples),
        noise=draw(among((0.0, 0.05, 0.5))),
        seed=draw(SEED_OR_NONE),
        test_fraction=draw(among((0.0, 0.2, 0.5))),
        classes=draw(among(CLASSES[source])) if able else None,
        scaling=draw(among(("none", "standard", "minmax"))),
    )


def _layer(
    draw: st.DrawFn,
    widths: list[int],
    activations: tuple[str, ...],
    units: int,
    repeat: int,
    dropout: st.SearchStrategy[float] = DROPOUT,
) -> Dense:
    """A layer of `units` after outputs of `widths` (the input's first), with a skip where shapes allow one."""
    activation = draw(among(activations))
    reach = tuple(n for n in range(1, len(widths) + 1) if _fits(widths, units, repeat, n))
    return Dense(
        units=units,
        activation=activation,
        alpha=draw(ALPHAS[activation]) if activation in ALPHAS else None,
        init=draw(among(tuple(INITIALIZERS))),
        init_scale=draw(between(-1.0, 1.0)),
        gain=draw(GAIN),
        bias_init=draw(one_of(BiasInitializer)),
        bias_scale=draw(between(-0.5, 0.5)),
        normalization=draw(one_of(Normalization)),
        dropout=draw(dropout),
        skip=draw(or_none(among(reach))) if reach and activation != "softmax" else None,
        skip_scale=draw(SKIP_SCALE),
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


@cache
def _units(widths: tuple[int, ...]) -> st.SearchStrategy[int]:
    """Few, or as many as an output has that there is already: a skip can reach that."""
    return st.integers(1, 7) | st.sampled_from(widths)


@cache
def _batch_sizes(samples: int) -> st.SearchStrategy[int | str]:
    return st.sampled_from([1, 2, 5, samples, "full"]) | st.integers(1, samples)


def _training(draw: st.DrawFn, samples: int, loss: str) -> Training:
    """Any optimiser and schedule that suit the loss."""
    optimizer = draw(one_of(Optimizer))
    momentum = draw(among((0.0, 0.5, 0.9)))
    return Training(
        loss=loss,
        optimizer=optimizer,
        learning_rate=draw(or_none(between(1e-4, 0.1))),
        momentum=momentum,
        nesterov=optimizer == "sgd" and momentum > 0 and draw(YES_OR_NO),
        beta1=draw(among((0.0, 0.9))),
        beta2=draw(among((0.9, 0.999))),
        rho=draw(among((0.5, 0.99))),
        epsilon=draw(or_none(between(1e-8, 1e-3))),
        weight_decay=draw(or_none(between(0.0, 0.1))),
        l1=draw(PENALTY),
        l2=draw(PENALTY),
        gradient_noise=draw(PENALTY),
        schedule=draw(one_of(Schedule)),
        decay_rate=draw(between(0.1, 1.0)),
        decay_steps=draw(up_to(1, 40)),
        minimum_rate=draw(between(0.0, 1e-4)),
        warmup_steps=draw(up_to(0, 8)),
        clip_norm=draw(CLIP),
        clip_value=draw(CLIP),
        batch_size=draw(_batch_sizes(samples)),
    )


def _end(draw: st.DrawFn, data: Data, losses: tuple[str, ...]) -> tuple[str, int]:
    """A loss that the data allows and the units that it asks for."""
    if data.source in REGRESSION:
        return draw(among(tuple(loss for loss in losses if loss.startswith("mean")))), 1
    classes = data.classes or (3 if data.source == "blobs" else 2)
    loss = draw(among(losses))
    single = classes == 2 and loss != "cross_entropy" and draw(YES_OR_NO)
    return loss, 1 if single else classes


@st.composite
def scenarios(
    draw: st.DrawFn,
    *,
    hidden: tuple[str, ...] = HIDDEN,
    samples: st.SearchStrategy[int] = FEW_SAMPLES,
    most_layers: int = 6,
    losses: tuple[str, ...] = LOSSES,
) -> Scenario:
    """A scenario that trains: 1 to `most_layers` dense layers of 1 to 7 units, everything else at random."""
    data = _data(draw, samples)
    loss, outputs = _end(draw, data, losses)
    widths = [1 if data.source == "sine" else 2]
    chosen = []
    for _ in range(draw(up_to(0, most_layers - 1))):
        units = draw(_units(tuple(widths)))
        repeat = draw(REPEAT)
        repeat = min(repeat, most_layers - len(widths))
        if repeat < 1:
            break
        chosen.append(_layer(draw, widths, hidden, units, repeat))
        widths += [units] * repeat
    own = {"binary_cross_entropy": ("sigmoid", "linear"), "cross_entropy": ("softmax", "linear")}
    ends = own.get(loss, (*hidden, "softmax"))
    last = _layer(draw, widths, ends, outputs, 1, NO_DROPOUT)
    if loss in own and last.activation != "linear":
        last = Dense(**{name: getattr(last, name) for name in last.__struct_fields__ if name != "skip"})
    return Scenario(
        seed=draw(SEED),
        data=data,
        layers=(*chosen, last),
        training=_training(draw, data.samples, loss),
    )
