"""WHAT is simulated: the scenario as frozen, validated data. Past this door a value is right by its type."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal, get_args

import msgspec
from msgspec import Meta

from vgtui.scenario.errors import ScenarioError

Source = Literal[
    "moons",
    "circles",
    "xor",
    "spiral",
    "blobs",
    "sine",
    "plane",
    "digits",
    "adding",
    "recall",
    "parity",
    "wave",
    "file",
]
Feature = Literal["x1", "x2", "x1_squared", "x2_squared", "x1_x2", "sin_x1", "sin_x2"]
Scaling = Literal["none", "standard", "minmax"]
Task = Literal["auto", "classification", "regression"]
Activation = Literal[
    "linear",
    "sigmoid",
    "hard_sigmoid",
    "tanh",
    "hard_tanh",
    "relu",
    "leaky_relu",
    "prelu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "mish",
    "softplus",
    "softsign",
    "softmax",
]
PlainInitializer = Literal[
    "zeros",
    "constant",
    "uniform",
    "normal",
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "orthogonal",
]
Initializer = Literal[PlainInitializer, "critical", "lsuv"]
RecurrentInitializer = Literal[PlainInitializer, "identity"]
RecurrentActivation = Literal["tanh", "relu", "sigmoid", "linear"]
BiasInitializer = Literal["zeros", "constant", "uniform", "normal"]
Normalization = Literal["none", "batch", "layer"]
Padding = Literal["same", "valid"]
PoolKind = Literal["max", "average", "global_average"]
Loss = Literal["mean_squared_error", "mean_absolute_error", "binary_cross_entropy", "cross_entropy"]
Optimizer = Literal["sgd", "adagrad", "rmsprop", "adam", "adamw"]
Schedule = Literal["constant", "step", "exponential", "inverse_time", "cosine"]
Precision = Literal["float64"]

MAX_COUNT = 2**31 - 1
"""The largest count that a scenario may name: updates, samples in a batch, places in a layer."""

PositiveInt = Annotated[int, Meta(ge=1, le=MAX_COUNT)]
Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
Positive = Annotated[float, Meta(gt=0)]
NonNegative = Annotated[float, Meta(ge=0)]
Fraction = Annotated[float, Meta(ge=0, lt=1)]

MAX_LAYERS = 10_000
"""Layers that a scenario may have once every `repeat` is written out."""

DEFAULT_ALPHA: dict[str, float] = {"leaky_relu": 0.01, "prelu": 0.25, "elu": 1.0}
"""`alpha` where the layer names none: PyTorch's LeakyReLU, PReLU and ELU."""

DEFAULT_LEARNING_RATE: dict[str, float] = {
    "sgd": 1e-3,
    "adagrad": 1e-2,
    "rmsprop": 1e-2,
    "adam": 1e-3,
    "adamw": 1e-3,
}
"""`learning_rate` where the scenario names none: the defaults of torch.optim."""


class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Frozen, no unknown keys, every number finite."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"`{name}` must be a finite number, not {value}")


class Data(Struct, frozen=True):
    """What the network learns from. `seed` defaults to the scenario's; `noise` is a standard deviation."""

    source: Source = "moons"
    samples: Annotated[int, Meta(ge=4, le=1_000_000)] = 250
    noise: NonNegative = 0.0
    seed: Annotated[int, Meta(ge=0, le=2**32 - 1)] | None = None
    test_fraction: Fraction = 0.2
    classes: Annotated[int, Meta(ge=2, le=100)] | None = None  # blobs, spiral, recall: how many classes
    length: Annotated[int, Meta(ge=2, le=5000)] | None = None  # sequences: time steps, 20 if unset
    factor: Annotated[float, Meta(gt=0, lt=1)] = 0.8  # circles: inner radius over outer
    features: tuple[Feature, ...] = ()  # of two inputs: what the network is shown; none is x1 and x2
    scaling: Scaling = "none"  # of the features, fitted on the training part
    file: str | None = None  # CSV or NPZ, beside the scenario file or absolute
    target: str | None = None  # its target column (CSV) or array (NPZ)
    task: Task = "auto"  # what the file's target is

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.source == "file") != (self.file is not None):
            raise ValueError('`file` and `source = "file"` go together')

    @property
    def sequence_length(self) -> int:
        """Time steps of a sequence: `length` as given, or 20."""
        return 20 if self.length is None else self.length


class Dense(Struct, frozen=True, tag="dense", tag_field="type"):
    """A fully connected layer: out = skip + skip_scale * activation(normalization(weight @ x + bias)).

    `skip = n` adds the output of the layer n places back; 1 is this layer's own input. Without it
    `skip_scale` has no effect. `init_scale` is the value of `constant`, the bound of `uniform` and the
    standard deviation of `normal`; `gain` multiplies what any initialiser draws.
    """

    units: Annotated[int, Meta(ge=1, le=4096)]
    activation: Activation = "relu"
    alpha: float | None = None
    init: Initializer = "glorot_uniform"
    init_scale: float = 0.05
    gain: float = 1.0
    bias_init: BiasInitializer = "zeros"
    bias_scale: float = 0.05
    normalization: Normalization = "none"
    skip: PositiveInt | None = None
    skip_scale: float = 1.0
    repeat: Annotated[int, Meta(ge=1, le=MAX_LAYERS)] = 1

    @property
    def slope_alpha(self) -> float:
        """`alpha` as given, or the activation's default; 0 where the activation has none."""
        return DEFAULT_ALPHA.get(self.activation, 0.0) if self.alpha is None else self.alpha

    @property
    def width(self) -> int:
        """How many features it gives: the rows of its weight."""
        return self.units


class Conv(Struct, frozen=True, tag="conv", tag_field="type"):
    """A convolution over the places of an image: out = skip + skip_scale * activation(normalization(w * x + b)).

    `kernel` is its height and width. `padding = "same"` puts zeros around the image, so that the output has
    ceil(places / stride) places, at the bottom and the right one more where they cannot be even (Keras);
    "valid" puts none. `normalization` "batch" is per filter over batch and places, "layer" over the filters
    at each place. The rest is as in a dense layer.
    """

    filters: Annotated[int, Meta(ge=1, le=4096)]
    kernel: Annotated[int, Meta(ge=1, le=64)] = 3
    stride: Annotated[int, Meta(ge=1, le=64)] = 1
    padding: Padding = "same"
    activation: Activation = "relu"
    alpha: float | None = None
    init: Initializer = "glorot_uniform"
    init_scale: float = 0.05
    gain: float = 1.0
    bias_init: BiasInitializer = "zeros"
    bias_scale: float = 0.05
    normalization: Normalization = "none"
    skip: PositiveInt | None = None
    skip_scale: float = 1.0
    repeat: Annotated[int, Meta(ge=1, le=MAX_LAYERS)] = 1

    @property
    def slope_alpha(self) -> float:
        """`alpha` as given, or the activation's default; 0 where the activation has none."""
        return DEFAULT_ALPHA.get(self.activation, 0.0) if self.alpha is None else self.alpha

    @property
    def width(self) -> int:
        """How many features it gives: the rows of its weight."""
        return self.filters


class Pool(Struct, frozen=True, tag="pool", tag_field="type"):
    """The largest or the mean of every `size` by `size` places, or the mean of them all. It has no weights."""

    kind: PoolKind = "max"
    size: Annotated[int, Meta(ge=1, le=64)] = 2  # of max and average; windows do not overlap
    repeat: Annotated[int, Meta(ge=1, le=MAX_LAYERS)] = 1

    activation: ClassVar[Activation] = "linear"
    normalization: ClassVar[Normalization] = "none"
    skip: ClassVar[int | None] = None
    width: ClassVar[int | None] = None  # as many features as come in


class Recurrent(Struct, frozen=True):
    """What recurrent layers share. They read a sequence, (steps, features), from its first step to its last.

    `init` draws the weight on the inputs, `recurrent_init` that on the state, gate by gate; `gain` and
    `recurrent_gain` multiply what they draw, `init_scale` is what it is for a dense layer, for both. `bias_init`
    is that of bias_ih; bias_hh begins at 0. Only the last state goes on, or with `return_sequences` every one.
    With `truncate = k` the state is held constant every k steps, counted from the last: no gradient goes back
    further than k steps.
    """

    units: Annotated[int, Meta(ge=1, le=4096)]
    init: PlainInitializer = "glorot_uniform"
    recurrent_init: RecurrentInitializer = "orthogonal"
    init_scale: float = 0.05
    gain: float = 1.0
    recurrent_gain: float = 1.0
    bias_init: BiasInitializer = "zeros"
    bias_scale: float = 0.05
    return_sequences: bool = False
    truncate: PositiveInt | None = None
    repeat: Annotated[int, Meta(ge=1, le=MAX_LAYERS)] = 1

    normalization: ClassVar[Normalization] = "none"
    skip: ClassVar[int | None] = None
    slope_alpha: ClassVar[float] = 0.0

    @property
    def width(self) -> int:
        """How many features it gives at each step."""
        return self.units


class Rnn(Recurrent, frozen=True, tag="rnn", tag_field="type"):
    """A plain recurrent layer: h_t = activation(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh), h_0 = 0. Elman 1990."""

    activation: RecurrentActivation = "tanh"


class Lstm(Recurrent, frozen=True, tag="lstm", tag_field="type"):
    """Long short-term memory: Hochreiter & Schmidhuber 1997 with forget gates (Gers et al. 2000), as in PyTorch.

    `forget_bias` is added to the forget gate's bias at the start: 0 as PyTorch has it; 1 as Keras has it
    (Jozefowicz et al. 2015). `chrono = T_max` draws it as log U(1, T_max - 1), the input gate's its negative:
    memories as long as the task, up to T_max steps (Tallec & Ollivier 2018).
    """

    forget_bias: float = 0.0
    chrono: Annotated[int, Meta(ge=2, le=MAX_COUNT)] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.chrono is not None and self.forget_bias != 0.0:
            raise ValueError("`chrono` draws the forget gate's bias; remove it or `forget_bias`")

    @property
    def activation(self) -> Activation:
        """What makes the state of the cell."""
        return "tanh"


class Gru(Recurrent, frozen=True, tag="gru", tag_field="type"):
    """A gated recurrent unit: Cho et al. 2014, as in PyTorch.

    `chrono = T_max` draws the update gate's bias as log U(1, T_max - 1) (Tallec & Ollivier 2018).
    """

    chrono: Annotated[int, Meta(ge=2, le=MAX_COUNT)] | None = None

    @property
    def activation(self) -> Activation:
        """What makes the candidate for the state."""
        return "tanh"


Layer = Dense | Conv | Pool | Rnn | Lstm | Gru


class Training(Struct, frozen=True):
    """How it learns. Formulas and defaults are PyTorch's; `rho` is RMSprop's alpha (Keras: rho)."""

    loss: Loss = "binary_cross_entropy"
    optimizer: Optimizer = "adam"
    learning_rate: Annotated[float, Meta(gt=0, le=1e6)] | None = None
    momentum: Fraction = 0.0  # sgd, rmsprop
    nesterov: bool = False  # sgd
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    rho: Fraction = 0.99
    epsilon: Positive | None = None
    weight_decay: NonNegative | None = None
    schedule: Schedule = "constant"
    decay_rate: Annotated[float, Meta(ge=0, le=1)] = 0.1  # the factor, or the k of inverse_time
    decay_steps: PositiveInt = 1000  # updates
    minimum_rate: NonNegative = 0.0  # where cosine ends
    warmup_steps: Count = 0  # updates of linear warm-up
    clip_norm: Positive | None = None
    clip_value: Positive | None = None
    batch_size: PositiveInt | Literal["full"] = 32
    epochs: PositiveInt = 100

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nesterov and (self.optimizer != "sgd" or self.momentum == 0):
            raise ValueError('`nesterov` needs `optimizer = "sgd"` and a `momentum` above 0')

    @property
    def rate(self) -> float:
        """The base learning rate: as given, or the optimiser's default."""
        return DEFAULT_LEARNING_RATE[self.optimizer] if self.learning_rate is None else self.learning_rate

    @property
    def decay(self) -> float:
        """The weight decay: as given, or the optimiser's default (AdamW 0.01, others none)."""
        default = 0.01 if self.optimizer == "adamw" else 0.0
        return default if self.weight_decay is None else self.weight_decay

    @property
    def stability(self) -> float:
        """The epsilon in the denominator: as given, or the optimiser's default."""
        default = 1e-10 if self.optimizer == "adagrad" else 1e-8
        return default if self.epsilon is None else self.epsilon


class Weight(Struct, frozen=True):
    """One weight: of layer `layer`, from input neuron `column` to output neuron `row`, all from 0."""

    layer: Count = 0
    row: Count = 0
    column: Count = 0


class View(Struct, frozen=True):
    """What the screen shows first."""

    weight: Weight = Weight()


class Action(Struct, frozen=True):
    """What a lesson step does: `run` that many updates."""

    run: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None


class Lesson(Struct, frozen=True):
    """One step of a lesson: Markdown shown beside the panes, and what is done when it is shown."""

    say: str
    do: Action = Action()


class Scenario(Struct, frozen=True, kw_only=True):
    """Everything that decides a run: the same scenario gives the same bits."""

    title: str = "Untitled"
    summary: str = ""
    seed: Annotated[int, Meta(ge=0, le=2**32 - 1)] = 42
    precision: Precision = "float64"
    data: Data = Data()
    layers: Annotated[tuple[Layer, ...], Meta(min_length=1)]
    training: Training = Training()
    view: View = View()
    lesson: tuple[Lesson, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        total = sum(layer.repeat for layer in self.layers)
        if total > MAX_LAYERS:
            raise ValueError(f"`layers` come to {total} once repeated; at most {MAX_LAYERS} are allowed")
        _check_output(self)

    @property
    def data_seed(self) -> int:
        """The seed of the data and of its split."""
        return self.seed if self.data.seed is None else self.data.seed

    def expanded(self) -> tuple[tuple[int, Layer], ...]:
        """Every layer of the network with the index of the `[[layers]]` entry it comes from."""
        return tuple((index, layer) for index, layer in enumerate(self.layers) for _ in range(layer.repeat))


def _check_output(scenario: Scenario) -> None:
    """Cross-entropies read logits, so the last layer's activation must be the loss's own, or linear."""
    network = scenario.expanded()
    for index, layer in network[:-1]:
        if layer.activation == "softmax":
            raise ScenarioError("softmax belongs to the last layer only", place=f"layers[{index}].activation")
    index, last = network[-1]
    if isinstance(last, Conv | Pool):
        kind = last.__struct_config__.tag
        raise ScenarioError(
            f"the last layer gives the answer, so it must be dense, not {kind}", place=f"layers[{index}].type"
        )
    if isinstance(last, Recurrent) and last.return_sequences:
        raise ScenarioError(
            "the last layer answers once a sequence; remove its return_sequences",
            place=f"layers[{index}].return_sequences",
        )
    own = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax"}.get(scenario.training.loss)
    if own is None:
        return
    if isinstance(last, Recurrent) and last.activation == own:
        raise ScenarioError(
            f"a state that is a {own} is no logit for {scenario.training.loss}; end with a dense layer",
            place=f"layers[{index}].activation",
        )
    if last.activation not in (own, "linear"):
        raise ScenarioError(
            f"{scenario.training.loss} needs {own!r} (or 'linear', read as logits) on the last layer,"
            f" not {last.activation!r}",
            place=f"layers[{index}].activation",
        )
    if last.skip is not None and last.activation != "linear":
        raise ScenarioError(
            f"a skip around {last.activation} would add to probabilities, and {scenario.training.loss} reads"
            " logits; remove the skip or make the last activation linear",
            place=f"layers[{index}].skip",
        )


ACTIVATIONS: tuple[str, ...] = get_args(Activation)
INITIALIZERS: tuple[str, ...] = get_args(Initializer)
