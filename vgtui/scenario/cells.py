"""The same network with another kind of recurrent cell: what three kinds are compared by."""

from __future__ import annotations

from typing import Literal

from vgtui.scenario.edit import set_values
from vgtui.scenario.model import Recurrent, Scenario

Cell = Literal["rnn", "lstm", "gru"]

CELLS: tuple[Cell, ...] = ("rnn", "lstm", "gru")
"""The kinds, from the oldest: plain, LSTM and GRU."""


def is_recurrent(scenario: Scenario) -> bool:
    """Whether any layer goes through time."""
    return any(isinstance(layer, Recurrent) for layer in scenario.layers)


def with_cells(scenario: Scenario, kind: Cell) -> Scenario:
    """The scenario with every recurrent layer of this kind; what both kinds can set stays, as do units and seed."""
    entries = [number for number, layer in enumerate(scenario.layers) if isinstance(layer, Recurrent)]
    return set_values(scenario, [(f"layers[{number}].type", kind) for number in entries])
