"""What can be edited: each value of a scenario with its label, its increments and when it means something."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any, get_args

from msgspec import Struct

from vgtui.scenario import model
from vgtui.scenario.schema import fields, tag

HAS_ALPHA = ("leaky_relu", "prelu", "elu")


def always(holder: Any) -> bool:
    """Shown whatever else is set."""
    return True


def decades(low: int, high: int, digits: Sequence[int] = (1, 3)) -> list[float]:
    """The ladder 1, 3, 10, 30, ... from 10**low to 10**high."""
    rungs = [float(f"{digit}e{power}") for power in range(low, high) for digit in digits]
    return [*rungs, float(f"1e{high}")]


MOST_STOPS = 200
"""Of a slider; of more values than that it has none."""


class Rungs(Struct, frozen=True):
    """Steps along a ladder of numbers, from wherever the value is.

    off: None comes under the first rung; top: a word that comes above the last
    """

    values: tuple[Any, ...]
    off: bool = False
    top: str | None = None

    def __call__(self, value: Any, direction: int) -> Any:
        """The rung above (1) or below (-1)."""
        if value is None:
            return self.values[0] if direction > 0 else None
        if value == self.top:
            return self.values[-1] if direction < 0 else value
        place = bisect_right(self.values, value) if direction > 0 else bisect_left(self.values, value) - 1
        if place < 0:
            return None if self.off else value
        if place < len(self.values):
            return self.values[place]
        return value if self.top is None else self.top

    @property
    def stops(self) -> tuple[Any, ...]:
        """All that it may be set to, from the least on."""
        return (
            *((None,) if self.off else ()),
            *self.values,
            *((self.top,) if self.top is not None else ()),
        )


class Even(Struct, frozen=True):
    """Steps of one size within bounds; whole where `amount` is."""

    amount: float
    low: float
    high: float

    def __call__(self, value: Any, direction: int) -> Any:
        """The value a step above (1) or below (-1)."""
        if value is None:
            return self.low
        return max(self.low, min(self.high, round(value + direction * self.amount, 9)))

    @property
    def stops(self) -> tuple[Any, ...]:
        """All that it may be set to, from the least on; none where they are too many."""
        count = round((self.high - self.low) / self.amount)
        if count >= MOST_STOPS:
            return ()
        return tuple(round(self.low + place * self.amount, 9) for place in range(count + 1))


Step = Rungs | Even
"""The value that follows a value, upwards (1) or downwards (-1)."""


def rungs(values: Iterable[Any], *, off: bool = False, top: str | None = None) -> Rungs:
    """A ladder."""
    return Rungs(tuple(values), off, top)


def by(amount: float, low: float, high: float) -> Even:
    """Even steps."""
    return Even(amount, low, high)


COUNTS = [*range(1, 17), 20, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048, 4096]
RATES = decades(-7, 3)
GAINS = [0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0]
WHOLE = [int(value) for value in decades(0, 6)]
SAMPLES = [int(value) for value in decades(1, 6, (1, 2, 5))]
MOMENTA = [0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999]
DEPTHS = [*range(1, 33), 40, 50, 64, 80, 100, 150, 200, 300, 500, 1000, 2000, 5000, 10_000]
SHARES = [round(0.05 * place, 2) for place in range(21)] + [1.5, 2.0, 3.0, 5.0, 10.0]
SCALES = [float(2**power) for power in range(17)]
BATCHES = [2**power for power in range(13)]


class Setting(Struct, frozen=True):
    """One value of a scenario that a person may change.

    name     its attribute in the scenario's struct
    label    as it is written on the screen
    step     the value after this one; None where the value is only typed
    choices  the names it may take, where it takes names
    shown    whether it means anything, given the struct that holds it
    value    the value in force, a default spelt out, given that struct
    extra    rarely changed: hidden until asked for, or until it differs from its default
    """

    name: str
    label: str
    step: Step | None = None
    choices: tuple[Any, ...] = ()
    shown: Callable[[Any], bool] = always
    value: Callable[[Any], Any] | None = None
    extra: bool = False

    @property
    def turns(self) -> bool:
        """Whether left and right change it."""
        return self.step is not None or bool(self.choices)

    def read(self, holder: Any) -> Any:
        """The value in force."""
        return getattr(holder, self.name) if self.value is None else self.value(holder)

    def visible(self, holder: Any, all_of_them: bool) -> bool:
        """Whether the editor shows it."""
        if not self.shown(holder):
            return False
        return (
            all_of_them
            or not self.extra
            or getattr(holder, self.name) != fields(type(holder))[self.name].default
        )

    @property
    def stops(self) -> tuple[Any, ...]:
        """What a slider goes through, from the least on; nothing where it is no matter of more or less."""
        return () if self.step is None else self.step.stops

    def following(self, holder: Any, direction: int) -> list[Any]:
        """The values that left or right would give: the first that holds is taken."""
        current = self.read(holder)
        if self.choices:
            place = self.choices.index(current)
            return [
                self.choices[(place + direction * count) % len(self.choices)]
                for count in range(1, len(self.choices))
            ]
        following = current if self.step is None else self.step(current, direction)
        return [] if following == current else [following]


def _is(name: str, *values: str) -> Callable[[Any], bool]:
    return lambda holder: getattr(holder, name) in values


KINDS = tuple(str(tag(kind)) for kind in get_args(model.Layer))

_KIND = Setting("type", "type", choices=KINDS, value=lambda holder: tag(type(holder)))
_REPEAT = Setting("repeat", "repeat", rungs(DEPTHS))

_DROPOUT = Setting("dropout", "dropout", by(0.1, 0.0, 0.9))

_NEURONS: tuple[Setting, ...] = (
    Setting("activation", "activation", choices=get_args(model.Activation)),
    Setting(
        "alpha", "alpha", rungs(SHARES), shown=_is("activation", *HAS_ALPHA), value=lambda d: d.slope_alpha
    ),
    Setting("init", "init", choices=get_args(model.Initializer)),
    Setting(
        "init_scale", "init scale", rungs(decades(-6, 2)), shown=_is("init", "constant", "uniform", "normal")
    ),
    Setting("gain", "gain", rungs(GAINS), extra=True),
    Setting("normalization", "normalization", choices=get_args(model.Normalization)),
    _DROPOUT,
    Setting("skip", "skip", rungs(range(1, 33), off=True)),
    Setting("skip_scale", "skip scale", by(0.1, 0, 10), shown=lambda d: d.skip is not None),
    Setting("bias_init", "bias init", choices=get_args(model.BiasInitializer), extra=True),
    Setting(
        "bias_scale", "bias scale", rungs(decades(-6, 2)), shown=lambda d: d.bias_init != "zeros", extra=True
    ),
)

_UNITS = Setting("units", "units", rungs(COUNTS))
_CELL_ACTIVATION = Setting("activation", "activation", choices=get_args(model.RecurrentActivation))
_CHRONO = Setting("chrono", "chrono T", rungs([2, 5, 10, 20, 50, 100, 200, 500, 1000], off=True), extra=True)
_STATE: tuple[Setting, ...] = (
    Setting("init", "init", choices=get_args(model.PlainInitializer)),
    Setting("recurrent_init", "recurrent init", choices=get_args(model.RecurrentInitializer)),
    Setting("recurrent_gain", "recurrent gain", rungs(GAINS)),
    Setting("return_sequences", "every state on", choices=(False, True)),
    Setting("truncate", "truncate", rungs(COUNTS, off=True)),
    _DROPOUT,
    Setting("gain", "gain", rungs(GAINS), extra=True),
    Setting("init_scale", "init scale", rungs(decades(-6, 2)), extra=True),
    Setting("bias_init", "bias init", choices=get_args(model.BiasInitializer), extra=True),
    Setting("bias_scale", "bias scale", rungs(decades(-6, 2)), extra=True),
)

LAYER: dict[str, tuple[Setting, ...]] = {
    "dense": (_KIND, _UNITS, *_NEURONS, _REPEAT),
    "conv": (
        _KIND,
        Setting("filters", "filters", rungs(COUNTS)),
        Setting("kernel", "kernel", by(1, 1, 64)),
        Setting("stride", "stride", by(1, 1, 64)),
        Setting("padding", "padding", choices=get_args(model.Padding)),
        *_NEURONS,
        _REPEAT,
    ),
    "pool": (
        _KIND,
        Setting("kind", "kind", choices=get_args(model.PoolKind)),
        Setting("size", "size", by(1, 1, 64), shown=_is("kind", "max", "average")),
        _REPEAT,
    ),
    "rnn": (_KIND, _UNITS, _CELL_ACTIVATION, *_STATE, _REPEAT),
    "lstm": (_KIND, _UNITS, Setting("forget_bias", "forget bias", by(1, -10, 10)), *_STATE, _CHRONO, _REPEAT),
    "gru": (_KIND, _UNITS, *_STATE, _CHRONO, _REPEAT),
}
"""By kind of layer; `repeat` is the last of each."""

TRAINING: tuple[Setting, ...] = (
    Setting("optimizer", "optimizer", choices=get_args(model.Optimizer)),
    Setting("learning_rate", "learning rate", rungs(RATES), value=lambda t: t.rate),
    Setting("momentum", "momentum", rungs(MOMENTA), shown=_is("optimizer", "sgd", "rmsprop")),
    Setting("nesterov", "nesterov", choices=(False, True), shown=_is("optimizer", "sgd")),
    Setting("loss", "loss", choices=get_args(model.Loss)),
    Setting("batch_size", "batch size", rungs(BATCHES, top="full")),
    Setting("clip_norm", "clip norm", rungs(decades(-4, 4), off=True)),
    Setting("clip_value", "clip value", rungs(decades(-4, 4), off=True)),
    Setting("weight_decay", "weight decay", rungs([0.0, *decades(-7, 1)]), value=lambda t: t.decay),
    Setting("l1", "l1", rungs([0.0, *decades(-6, 0)])),
    Setting("l2", "l2", rungs([0.0, *decades(-6, 0)])),
    Setting("gradient_noise", "gradient noise", rungs([0.0, *decades(-4, 0)])),
    Setting("schedule", "schedule", choices=get_args(model.Schedule)),
    Setting(
        "decay_rate",
        "decay rate",
        by(0.05, 0, 1),
        shown=_is("schedule", "step", "exponential", "inverse_time"),
    ),
    Setting("decay_steps", "decay steps", rungs(WHOLE), shown=lambda t: t.schedule != "constant"),
    Setting("minimum_rate", "minimum rate", rungs([0.0, *RATES]), shown=_is("schedule", "cosine")),
    Setting("loss_scale", "loss scale", rungs(SCALES, top="dynamic")),
    Setting(
        "growth_interval", "growth interval", rungs(WHOLE), shown=_is("loss_scale", "dynamic"), extra=True
    ),
    Setting("warmup_steps", "warm-up steps", rungs([0, *WHOLE])),
    Setting("epochs", "epochs", rungs(WHOLE)),
    Setting("beta1", "beta1", rungs(MOMENTA), shown=_is("optimizer", "adam", "adamw"), extra=True),
    Setting("beta2", "beta2", rungs(MOMENTA), shown=_is("optimizer", "adam", "adamw"), extra=True),
    Setting("rho", "rho", rungs(MOMENTA), shown=_is("optimizer", "rmsprop"), extra=True),
    Setting("epsilon", "epsilon", rungs(decades(-12, 0)), value=lambda t: t.stability, extra=True),
)

DATA: tuple[Setting, ...] = (
    Setting("source", "source", choices=get_args(model.Source)),
    Setting("file", "own file", extra=True),
    Setting("target", "target", shown=_is("source", "file")),
    Setting("task", "task", choices=get_args(model.Task), shown=_is("source", "file")),
    Setting(
        "samples",
        "samples",
        rungs(SAMPLES),
        shown=lambda d: d.source != "file",
        value=lambda d: d.sample_count,
    ),
    Setting("samples", "random samples", rungs(SAMPLES, off=True), shown=_is("source", "file"), extra=True),
    Setting("noise", "noise", rungs(SHARES), shown=lambda d: d.source != "file"),
    Setting("classes", "classes", by(1, 2, 100), shown=_is("source", "blobs", "spiral", "recall")),
    Setting(
        "length",
        "length",
        rungs([n for n in WHOLE if 2 <= n <= 5000]),
        shown=_is("source", "adding", "recall", "parity", "wave"),
        value=lambda d: d.sequence_length,
    ),
    Setting("features", "features", extra=True),
    Setting("factor", "factor", by(0.05, 0.05, 0.95), shown=_is("source", "circles")),
    Setting("scaling", "scaling", choices=get_args(model.Scaling)),
    Setting("test_fraction", "test fraction", by(0.05, 0, 0.95)),
    Setting("seed", "data seed", by(1, 0, 2**32 - 1), extra=True),
)

RUN: tuple[Setting, ...] = (
    Setting("seed", "seed", by(1, 0, 2**32 - 1)),
    Setting("precision", "precision", choices=get_args(model.Precision)),
)


def written(value: Any) -> str:
    """A value as the editor writes it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value) or "as they are"
    return f"{value:g}" if isinstance(value, float) else str(value)
