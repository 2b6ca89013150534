"""The kinds of layers that a scenario may stack, and what all of its structs rest on."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from vgtui.scenario.errors import unfit

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


class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Frozen, no unknown keys, every number finite."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"`{name}` must be a finite number, not {value}")


class Told(Struct, frozen=True):
    """What is read by a person: every text is one that can be kept and shown."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in self.__struct_fields__:
            value = getattr(self, name)
            for text in value if isinstance(value, tuple) else (value,):
                if isinstance(text, str) and (wrong := unfit(text)):
                    raise ValueError(f"`{name}` {wrong}")


class Neurons(Struct, frozen=True, kw_only=True):
    """What dense and convolutional layers share: what is done with weight @ x + bias, and how both begin.

    `init_scale` is the value of `constant`, the bound of `uniform` and the standard deviation of `normal`; `gain`
    multiplies what any initialiser draws. `skip = n` adds the output of the layer n places back; 1 is this layer's
    own input. Without it `skip_scale` has no effect. `dropout` is the probability with which training leaves an
    output out, the rest being made up for by 1 / (1 - dropout): Srivastava et al. 2014, as in PyTorch.
    """

    activation: Activation = "relu"
    alpha: float | None = None
    init: Initializer = "glorot_uniform"
    init_scale: float = 0.05
    gain: float = 1.0
    bias_init: BiasInitializer = "zeros"
    bias_scale: float = 0.05
    normalization: Normalization = "none"
    dropout: Fraction = 0.0
    skip: PositiveInt | None = None
    skip_scale: float = 1.0
    repeat: Annotated[int, Meta(ge=1, le=MAX_LAYERS)] = 1

    @property
    def slope_alpha(self) -> float:
        """`alpha` as given, or the activation's default; 0 where the activation has none."""
        return DEFAULT_ALPHA.get(self.activation, 0.0) if self.alpha is None else self.alpha


class Dense(Neurons, frozen=True, tag="dense", tag_field="type"):
    """A fully connected layer: out = skip + skip_scale * dropout(activation(normalization(weight @ x + bias)))."""

    units: Annotated[int, Meta(ge=1, le=4096)]

    @property
    def width(self) -> int:
        """How many features it gives: the rows of its weight."""
        return self.units


class Conv(Neurons, frozen=True, tag="conv", tag_field="type"):
    """A convolution over the places of an image: out = skip + skip_scale * dropout(activation(norm(w * x + b))).

    `kernel` is its height and width. `padding = "same"` puts zeros around the image, so that the output has
    ceil(places / stride) places, at the bottom and the right one more where they cannot be even (Keras);
    "valid" puts none. `normalization` "batch" is per filter over batch and places, "layer" over the filters
    at each place. The rest is as in a dense layer.
    """

    filters: Annotated[int, Meta(ge=1, le=4096)]
    kernel: Annotated[int, Meta(ge=1, le=64)] = 3
    stride: Annotated[int, Meta(ge=1, le=64)] = 1
    padding: Padding = "same"

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
    dropout: ClassVar[float] = 0.0
    skip: ClassVar[int | None] = None
    width: ClassVar[int | None] = None  # as many features as come in


class Recurrent(Struct, frozen=True):
    """What recurrent layers share. They read a sequence, (steps, features), from its first step to its last.

    `init` draws the weight on the inputs, `recurrent_init` that on the state, gate by gate; `gain` and
    `recurrent_gain` multiply what they draw, `init_scale` is what it is for a dense layer, for both. `bias_init`
    is that of bias_ih; bias_hh begins at 0. Only the last state goes on, or with `return_sequences` every one.
    With `truncate = k` the state is held constant every k steps, counted from the last: no gradient goes back
    further than k steps. `dropout` is of what goes on to the next layer, never of the state that comes back, as
    in PyTorch.
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
    dropout: Fraction = 0.0
    repeat: Annotated[int, Meta(ge=1, le=MAX_LAYERS)] = 1

    normalization: ClassVar[Normalization] = "none"
    skip: ClassVar[int | None] = None
    slope_alpha: ClassVar[float] = 0.0
    gates: ClassVar[int] = 1  # so many rows of its weights belong to each unit

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

    gates: ClassVar[int] = 4

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

    gates: ClassVar[int] = 3

    chrono: Annotated[int, Meta(ge=2, le=MAX_COUNT)] | None = None

    @property
    def activation(self) -> Activation:
        """What makes the candidate for the state."""
        return "tanh"


Layer = Dense | Conv | Pool | Rnn | Lstm | Gru
