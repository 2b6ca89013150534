"""What gives the answer: the last layer, whose activation the loss has to fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.layers import Conv, Dense, Gru, Lstm, Pool, Recurrent, Rnn

if TYPE_CHECKING:
    from vgtui.scenario.model import Scenario

OWN_ACTIVATION = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax"}
"""Losses that read logits -> the activation that they have in them."""


def check_answer(scenario: Scenario) -> None:
    """Raises ScenarioError for a last layer that can give no answer, or none that the loss reads."""
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
    if last.dropout:
        raise ScenarioError(
            "the last layer gives the answer, of which nothing may be left out; set it to 0 there",
            place=f"layers[{index}].dropout",
        )
    if isinstance(last, Recurrent) and last.return_sequences:
        raise ScenarioError(
            "the last layer answers once a sequence; remove its return_sequences",
            place=f"layers[{index}].return_sequences",
        )
    if scenario.training.loss in OWN_ACTIVATION:
        _check_logits(scenario.training.loss, last, index)


def _check_logits(loss: str, last: Dense | Rnn | Lstm | Gru, index: int) -> None:
    """Cross-entropies read logits, so the last layer's activation must be the loss's own, or linear."""
    own = OWN_ACTIVATION[loss]
    if isinstance(last, Recurrent) and last.activation == own:
        raise ScenarioError(
            f"a state that is a {own} is no logit for {loss}; end with a dense layer",
            place=f"layers[{index}].activation",
        )
    if last.activation not in (own, "linear"):
        raise ScenarioError(
            f"{loss} needs {own!r} (or 'linear', read as logits) on the last layer, not {last.activation!r}",
            place=f"layers[{index}].activation",
        )
    if last.skip is not None and last.activation != "linear":
        raise ScenarioError(
            f"a skip around {last.activation} would add to probabilities, and {loss} reads"
            " logits; remove the skip or make the last activation linear",
            place=f"layers[{index}].skip",
        )
