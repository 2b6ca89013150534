"""The cures that the articles name, each as one edit: the same network with one thing changed."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from vgtui.scenario.edit import with_network
from vgtui.scenario.model import Dense, Layer, Scenario


def relu_and_he(scenario: Scenario) -> Scenario:
    """Hidden layers in ReLU, drawn by He: slopes of 1, and weights that keep the signal's variance."""
    return _hidden(scenario, lambda layer, _: replace(layer, activation="relu", alpha=None, init="he_normal"))


def batch_normalization(scenario: Scenario) -> Scenario:
    """Hidden layers normalised over the batch, which keeps what enters an activation where its slope is steep."""
    return _hidden(scenario, lambda layer, _: replace(layer, normalization="batch"))


def skips(scenario: Scenario) -> Scenario:
    """A skip around every hidden layer that is as wide as the layer before it."""
    return _hidden(scenario, lambda layer, before: replace(layer, skip=1) if before == layer.units else layer)


CURES: tuple[tuple[str, Callable[[Scenario], Scenario]], ...] = (
    ("ReLU, drawn by He", relu_and_he),
    ("batch normalisation", batch_normalization),
    ("skips", skips),
)
"""What the cures are called, and the edits that they are."""


def _hidden(scenario: Scenario, change: Callable[[Dense, int], Dense]) -> Scenario:
    """The scenario with `change(layer, units of the layer before)` for every hidden dense layer."""
    network: list[Layer] = [layer for _, layer in scenario.expanded()]
    before = 0
    for number, layer in enumerate(network[:-1]):
        if isinstance(layer, Dense):
            network[number] = change(layer, before)
            before = layer.units
        else:
            before = 0
    return with_network(scenario, network)
