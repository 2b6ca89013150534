"""The cures that the articles name, each as one edit: the same network with one thing changed."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from vgtui.scenario.edit import with_network
from vgtui.scenario.model import Conv, Dense, Layer, Pool, Scenario

Neuronal = Dense | Conv


def relu_and_he(scenario: Scenario) -> Scenario:
    """Hidden layers in ReLU, drawn by He: slopes of 1, and weights that keep the signal's variance."""
    return _hidden(scenario, lambda layer, _: replace(layer, activation="relu", alpha=None, init="he_normal"))


def batch_normalization(scenario: Scenario) -> Scenario:
    """Hidden layers normalised over the batch, which keeps what enters an activation where its slope is steep."""
    return _hidden(scenario, lambda layer, _: replace(layer, normalization="batch"))


def skips(scenario: Scenario) -> Scenario:
    """A skip around every hidden layer that gives what it is given the shape of."""
    return _hidden(scenario, lambda layer, fits: replace(layer, skip=1) if fits else layer)


CURES: tuple[tuple[str, Callable[[Scenario], Scenario]], ...] = (
    ("ReLU, drawn by He", relu_and_he),
    ("batch normalisation", batch_normalization),
    ("skips", skips),
)
"""What the cures are called, and the edits that they are."""


def _hidden(scenario: Scenario, change: Callable[[Neuronal, bool], Neuronal]) -> Scenario:
    """The scenario with `change(layer, whether a skip fits)` for every hidden layer but pools and recurrent ones."""
    network: list[Layer] = [layer for _, layer in scenario.expanded()]
    before: tuple[type, int | None] | None = None
    for number, layer in enumerate(network[:-1]):
        if isinstance(layer, Dense | Conv):
            here = (type(layer), layer.width)
            keeps = isinstance(layer, Dense) or (layer.stride == 1 and layer.padding == "same")
            network[number] = change(layer, before == here and keeps)
            before = here
        elif not isinstance(layer, Pool):  # a pool gives as many features as it is given
            before = None
    return with_network(scenario, network)
