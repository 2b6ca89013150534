"""One training step in its parts: which of a measured step's numbers are there once so many parts are done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from vgtui.tui.drawing.numbers import compact, from_log10

if TYPE_CHECKING:
    import numpy as np

    from vgtui.engine.record import StepRecord

Phase = Literal["batch", "forward", "loss", "backward", "update"]

FROM_FORWARD = ("activation_mean", "activation_std", "slope_mean", "saturated", "dead")
"""The measures that a layer has once the forward pass went through it."""

FROM_UPDATE = ("update_ratio",)
"""Those that it has once its weights were moved. All others come with the backward pass."""


class Revealed(Struct, frozen=True):
    """How far a step is.

    part      parts done, of `parts`
    layers    of the network; forward: the first that the forward pass has not reached; loss: whether it is known
    backward  the last layer that the backward pass reached, `layers` where it has not begun
    updated   whether the weights have moved: then all is there
    sentence  what this part did, with its number
    """

    part: int
    parts: int
    layers: int
    forward: int
    loss: bool
    backward: int
    updated: bool
    sentence: str

    def hides(self, layer: int, measure: str) -> bool:
        """Whether a layer does not have a measure yet."""
        if measure in FROM_FORWARD:
            return layer >= self.forward
        return not self.updated if measure in FROM_UPDATE else layer < self.backward

    def waits_for(self, what: str, layer: int) -> str:
        """That something comes with the backward pass through a layer; empty once it has."""
        if self.backward <= layer:
            return ""
        return f"{what} with the backward pass through layer {layer}."

    def hidden(self, measure: str) -> np.ndarray:
        """The same for all layers, (layers,) bool."""
        import numpy as np

        return np.array([self.hides(layer, measure) for layer in range(self.layers)], bool)


def parts_of(record: StepRecord) -> int:
    """The parts of a step: every layer forward, the loss, every layer backward, the update."""
    return 2 * len(record.names) + 2


def reveal(record: StepRecord, part: int) -> Revealed:
    """What is there of a step once `part` parts of it are done; 0: the batch alone."""
    layers = len(record.names)
    back = max(0, part - layers - 1)
    return Revealed(
        part=part,
        parts=parts_of(record),
        layers=layers,
        forward=min(part, layers),
        loss=part > layers,
        backward=max(0, layers - back),
        updated=part >= parts_of(record),
        sentence=_sentence(record, part),
    )


def phase_of(record: StepRecord, part: int) -> tuple[Phase, int]:
    """What a part is, and of which layer; -1 where it is of none."""
    layers = len(record.names)
    if part == 0:
        return "batch", -1
    if part <= layers:
        return "forward", part - 1
    if part == layers + 1:
        return "loss", -1
    return ("update", -1) if part >= parts_of(record) else ("backward", 2 * layers + 1 - part)


def _sentence(record: StepRecord, part: int) -> str:

    phase, layer = phase_of(record, part)
    layers = len(record.names)
    if phase == "batch":
        return "the next batch is drawn; nothing is computed yet"
    if phase == "loss":
        return f"the loss of the batch: {compact(record.loss, 4)}"
    if phase == "update":
        return f"the update: the weights have moved, learning rate {record.learning_rate:.4g}"
    told = record.layers[layer]
    if phase == "forward":
        activation = f"activation {compact(told.activation_mean)} ± {compact(told.activation_std)}"
        return f"forward through layer {layer} ({layer + 1} of {layers}): {activation}"
    place = f"backward through layer {layer} ({layers - layer} of {layers})"
    if not told.has_weight:
        return f"{place}: ‖dL/dz‖ {from_log10(told.delta_log10)}"
    return f"{place}: ‖dL/dW‖ {from_log10(told.weight_grad_log10)}"
