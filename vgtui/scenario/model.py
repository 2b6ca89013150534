"""WHAT is simulated: the scenario as frozen, validated data. Past this door a value is right by its type."""

from __future__ import annotations

import math
from typing import Annotated, Literal, get_args

from msgspec import Meta

from vgtui.scenario.answer import OWN_ACTIVATION, check_answer
from vgtui.scenario.layers import (
    DEFAULT_ALPHA as DEFAULT_ALPHA,
)
from vgtui.scenario.layers import (
    MAX_COUNT as MAX_COUNT,
)
from vgtui.scenario.layers import (
    MAX_LAYERS as MAX_LAYERS,
)
from vgtui.scenario.layers import (
    Activation as Activation,
)
from vgtui.scenario.layers import (
    BiasInitializer as BiasInitializer,
)
from vgtui.scenario.layers import (
    Conv as Conv,
)
from vgtui.scenario.layers import (
    Count as Count,
)
from vgtui.scenario.layers import (
    Dense as Dense,
)
from vgtui.scenario.layers import (
    Fraction as Fraction,
)
from vgtui.scenario.layers import (
    Gru as Gru,
)
from vgtui.scenario.layers import (
    Initializer as Initializer,
)
from vgtui.scenario.layers import (
    Layer as Layer,
)
from vgtui.scenario.layers import (
    Lstm as Lstm,
)
from vgtui.scenario.layers import (
    NonNegative as NonNegative,
)
from vgtui.scenario.layers import (
    Normalization as Normalization,
)
from vgtui.scenario.layers import (
    Padding as Padding,
)
from vgtui.scenario.layers import (
    PlainInitializer as PlainInitializer,
)
from vgtui.scenario.layers import (
    Pool as Pool,
)
from vgtui.scenario.layers import (
    PoolKind as PoolKind,
)
from vgtui.scenario.layers import (
    Positive as Positive,
)
from vgtui.scenario.layers import (
    PositiveInt as PositiveInt,
)
from vgtui.scenario.layers import (
    Recurrent as Recurrent,
)
from vgtui.scenario.layers import (
    RecurrentActivation as RecurrentActivation,
)
from vgtui.scenario.layers import (
    RecurrentInitializer as RecurrentInitializer,
)
from vgtui.scenario.layers import (
    Rnn as Rnn,
)
from vgtui.scenario.layers import (
    Struct as Struct,
)
from vgtui.scenario.layers import Told
from vgtui.scenario.view import ArrangementName as ArrangementName
from vgtui.scenario.view import PaneName as PaneName
from vgtui.scenario.view import View as View
from vgtui.scenario.view import Weight as Weight

Source = Literal[
    "moons",
    "circles",
    "xor",
    "spiral",
    "blobs",
    "sine",
    "plane",
    "gaussians",
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
Loss = Literal["mean_squared_error", "mean_absolute_error", "binary_cross_entropy", "cross_entropy"]
Optimizer = Literal["sgd", "adagrad", "rmsprop", "adam", "adamw"]
Schedule = Literal["constant", "step", "exponential", "inverse_time", "cosine"]
Precision = Literal["float64", "float32", "float16", "bfloat16"]

DEFAULT_LEARNING_RATE: dict[str, float] = {
    "sgd": 1e-3,
    "adagrad": 1e-2,
    "rmsprop": 1e-2,
    "adam": 1e-3,
    "adamw": 1e-3,
}
"""`learning_rate` where the scenario names none: the defaults of torch.optim."""


class Data(Struct, frozen=True):
    """What the network learns from. `seed` defaults to the scenario's; `noise` is a standard deviation.

    `samples` is how many are drawn; of a collection, the digits or a file, how many are chosen at random: of
    a file at most, and by default all.
    """

    source: Source = "moons"
    samples: Annotated[int, Meta(ge=4, le=1_000_000)] | None = None
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
    def sample_count(self) -> int:
        """How many samples of a built-in set: `samples` as given, or 250."""
        return 250 if self.samples is None else self.samples

    @property
    def sequence_length(self) -> int:
        """Time steps of a sequence: `length` as given, or 20."""
        return 20 if self.length is None else self.length


class Training(Struct, frozen=True):
    """How it learns. Formulas and defaults are PyTorch's; `rho` is RMSprop's alpha (Keras: rho).

    `l1` and `l2` add l1 * sum |w| + l2 * sum w^2 over every weight (no bias, no parameter of a normalisation) to
    the loss, as Keras's kernel_regularizer does: loss and gradients are those of the sum. `weight_decay` is the
    optimiser's own and in neither. `gradient_noise` is the eta of noise that is added to every gradient, normal
    with variance eta / (1 + t)^0.55 at update t from 0 (Neelakantan et al. 2015); here it is added after clipping.

    A `loss_scale` of "dynamic" is PyTorch's GradScaler with its defaults: an update whose gradient is not finite is
    left out and the scale halved, after `growth_interval` good ones in a row it doubles. A number is a loss that is
    multiplied by hand, without a scaler: the gradients are divided by it again, and the update is always made, with
    whatever overflowed in it.
    """

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
    l1: NonNegative = 0.0
    l2: NonNegative = 0.0
    gradient_noise: NonNegative = 0.0
    schedule: Schedule = "constant"
    decay_rate: Annotated[float, Meta(ge=0, le=1)] = 0.1  # the factor, or the k of inverse_time
    decay_steps: PositiveInt = 1000  # updates
    minimum_rate: NonNegative = 0.0  # where cosine ends
    warmup_steps: Count = 0  # updates of linear warm-up
    clip_norm: Positive | None = None
    clip_value: Positive | None = None
    loss_scale: Annotated[float, Meta(ge=2**-64, le=2**64)] | Literal["dynamic"] = 1.0  # a power of two
    growth_interval: PositiveInt = (
        2000  # updates in a row with finite gradients: then a dynamic scale doubles
    )
    batch_size: PositiveInt | Literal["full"] = 32
    epochs: PositiveInt = 100

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nesterov and (self.optimizer != "sgd" or self.momentum == 0):
            raise ValueError('`nesterov` needs `optimizer = "sgd"` and a `momentum` above 0')
        if self.loss_scale != "dynamic" and math.frexp(self.loss_scale)[0] != 0.5:
            near = 2 ** round(math.log2(self.loss_scale))
            raise ValueError(
                f"`loss_scale` must be a power of two, so that scaling rounds nothing, or"
                f' "dynamic"; near {self.loss_scale:g} is {near:g}'
            )

    @property
    def rate(self) -> float:
        """The base learning rate: as given, or the optimiser's default."""
        return DEFAULT_LEARNING_RATE[self.optimizer] if self.learning_rate is None else self.learning_rate

    @property
    def first_scale(self) -> float:
        """The loss scale of the first update: as given, or where PyTorch's GradScaler begins."""
        return 65536.0 if self.loss_scale == "dynamic" else self.loss_scale

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


class Action(Struct, frozen=True):
    """What a page of a lesson does, in this order.

    set      edits, as one: `["layers[0].activation=relu", "training.learning_rate=0.1"]`
    restart  begin from the first draw again
    step     make so many updates at once
    run      make so many updates at the chosen speed
    weight   choose the weight of the chain rule; sample: tell of that sample of the batch alone
    layer    choose the layer that is told of
    show     go to a pane; arrangement: first arrange the panes in one of the ready-made ways
    """

    set: tuple[str, ...] = ()
    restart: bool = False
    step: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    run: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    weight: Weight | None = None
    sample: Count | None = None
    layer: Count | None = None
    show: PaneName | None = None
    arrangement: ArrangementName | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.step is not None and self.run is not None:
            raise ValueError("give `step` or `run`, not both")


class Question(Told, frozen=True):
    """What the reader is to predict before `answer`, which is Markdown, is shown, and `do` is done.

    `right` counts `choices` from 1; without choices the guess is free.
    """

    question: str
    answer: str
    choices: tuple[str, ...] = ()
    right: PositiveInt | None = None
    do: Action = Action()

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.choices) == 1 or len(self.choices) > MAX_CHOICES:
            raise ValueError(f"`choices` must be 2 to {MAX_CHOICES}, or none for a free guess")
        if bool(self.choices) != (self.right is not None):
            raise ValueError("`choices` and `right`, the number of the right one, go together")
        if self.right is not None and self.right > len(self.choices):
            raise ValueError(f"`right` must be at most {len(self.choices)}, the number of `choices`")


MAX_CHOICES = 6


class Lesson(Told, frozen=True):
    """A page of a lesson: Markdown shown beside the panes, what is done when it is shown, and what it asks.

    A number in the text that the engine must give is written with what computes it, as in `[0.25]{=slope(0)}`:
    the reader sees the number alone.
    """

    say: str
    do: Action = Action()
    ask: Question | None = None


class Scenario(Told, frozen=True, kw_only=True):
    """Everything that decides a run: the same scenario gives the same bits.

    title, summary, look and try_this are for the reader: what it is, what there is to look at, what to change then.

    seed       of the weights and the batches, and of the data where `data.seed` is not given
    precision  float64, float32, or float16 and bfloat16 as mixed precision stores them
    layers     input to output; one with `repeat` stands for so many equal ones, see `expanded`
    view       what the app shows first; lesson: its pages

    Frozen: `vgtui.scenario.edit.set_value` makes another. Raises ScenarioError where it does not hold together.
    """

    title: str = "Untitled"
    summary: str = ""
    look: str = ""
    try_this: str = ""
    seed: Annotated[int, Meta(ge=0, le=2**32 - 1)] = 42
    precision: Precision = "float64"
    data: Data = Data()
    layers: Annotated[tuple[Layer, ...], Meta(min_length=1)]
    training: Training = Training()
    view: View = View()
    lesson: tuple[Lesson, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if "\t" in self.title or self.title.splitlines() not in ([], [self.title]):
            raise ValueError("`title` must be one line, without tabs")
        if not self.layers:
            raise ValueError("`layers` needs at least one layer")
        total = sum(layer.repeat for layer in self.layers)
        if total > MAX_LAYERS:
            raise ValueError(f"`layers` come to {total} once repeated; at most {MAX_LAYERS} are allowed")
        check_answer(self)

    @property
    def data_seed(self) -> int:
        """The seed of the data and of its split."""
        return self.seed if self.data.seed is None else self.data.seed

    @property
    def numbers(self) -> str:
        """What it is computed in: float64, or float32, on which the 16-bit formats are emulated by rounding."""
        return "float64" if self.precision == "float64" else "float32"

    @property
    def is_fused(self) -> bool:
        """Whether the loss has the last activation in it: then it reads logits, what enters that activation."""
        return self.layers[-1].activation == OWN_ACTIVATION.get(self.training.loss)

    def expanded(self) -> tuple[tuple[int, Layer], ...]:
        """Every layer of the network with the index of the `[[layers]]` entry it comes from."""
        return tuple((index, layer) for index, layer in enumerate(self.layers) for _ in range(layer.repeat))


ACTIVATIONS: tuple[str, ...] = get_args(Activation)
INITIALIZERS: tuple[str, ...] = get_args(Initializer)
