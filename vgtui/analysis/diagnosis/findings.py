"""What a diagnosis says: frozen findings, each with its place, its numbers, its cause and its remedies."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from vgtui.analysis.diagnosis.thresholds import THRESHOLDS


@dataclass(frozen=True, slots=True)
class Place:
    """Where: all from 0; None where the finding is about no single one.

    layer, unit  of the network, input to output; a unit is a neuron, a filter, or one of a recurrent layer
    step         updates done when it is first seen
    time_step    of the sequence
    """

    layer: int | None = None
    unit: int | None = None
    step: int | None = None
    time_step: int | None = None

    def __str__(self) -> str:
        parts = (
            ("layer", self.layer),
            ("unit", self.unit),
            ("step", self.step),
            ("time step", self.time_step),
        )
        return ", ".join(f"{name} {number}" for name, number in parts if number is not None)


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the evidence. `formula` says how it comes about; `threshold`, a name in THRESHOLDS, what it is
    held against, or nothing."""

    name: str
    value: float
    formula: str
    threshold: str = ""

    @property
    def limit(self) -> float:
        """What it is held against, or nan."""
        return THRESHOLDS[self.threshold].value if self.threshold else math.nan


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    kind          a key of KINDS
    cause         one word or two for why: "slopes", "weights", "unscaled inputs" ...
    seen          what is seen, a sentence with the numbers in it
    why           what brought it about, a sentence
    remedies      names of remedies (scenario.remedies) that aim at this cause, the likeliest first
    consequences  what else is wrong only because of this, a sentence each
    """

    kind: str
    cause: str
    place: Place
    seen: str
    why: str
    numbers: tuple[Number, ...]
    remedies: tuple[str, ...] = ()
    consequences: tuple[str, ...] = field(default=())

    @property
    def since(self) -> int:
        """Updates done when it is first seen."""
        return self.place.step or 0


KINDS: dict[str, str] = {
    "unbroken symmetry": "units that compute the same and learn the same",
    "underflow": "gradients too small for the number format: exactly zero",
    "exploding": "a gradient or a signal that grows from layer to layer",
    "saturation": "activations that sit where their slope is next to nothing",
    "dead units": "units that are off for every sample",
    "vanishing": "a gradient that shrinks from layer to layer",
    "learning rate too large": "updates that overshoot",
    "non-finite": "values that are no numbers any more",
    "clipping": "a gradient that clipping always shortens",
    "learning rate too small": "updates too short to get anywhere",
    "first layers still": "first layers that keep their weights while the last learn",
    "overfitting": "a test loss that leaves the training loss",
    "flat loss": "a loss that stands still far above its floor",
}
"""Kind -> what it is. The order is that of causes before what they bring about."""
