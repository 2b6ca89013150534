"""What the screen shows first: which weight, and which panes where."""

from __future__ import annotations

from typing import Literal

from vgtui.scenario.layers import Count, Positive, Struct

PaneName = Literal[
    "gradient",
    "chain",
    "network",
    "loss",
    "weights",
    "time",
    "activation",
    "decision",
    "curves",
    "diagnosis",
    "slope",
    "lost",
    "theory",
    "paths",
    "spectrum",
    "precision",
    "versus",
]
"""The panes of the cockpit."""

ArrangementName = Literal["teach", "tune", "inspect"]
"""The ready-made arrangements of them."""

MAX_COLUMNS = 8


class Weight(Struct, frozen=True):
    """One weight: of layer `layer`, from input neuron `column` to output neuron `row`, all from 0."""

    layer: Count = 0
    row: Count = 0
    column: Count = 0


class Place(Struct, frozen=True):
    """A pane in a column, and its share of the column's height."""

    pane: PaneName
    height: Positive = 1.0


class Column(Struct, frozen=True):
    """Panes from the top to the bottom, and the column's share of the screen's width."""

    panes: tuple[Place, ...]
    width: Positive = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.panes:
            raise ValueError("a column needs at least one pane")


class View(Struct, frozen=True):
    """What the screen shows first: the weight of the chain rule; a ready-made arrangement, or columns of panes.

    Without either the screen is as its user arranged it.
    """

    weight: Weight = Weight()
    arrangement: ArrangementName | None = None
    columns: tuple[Column, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        check_columns(self.arrangement, self.columns)


def check_columns(arrangement: str | None, columns: tuple[Column, ...]) -> None:
    """Raise ValueError where there are too many columns, a pane stands twice, or an arrangement is named too."""
    if arrangement is not None and columns:
        raise ValueError("give `arrangement` or `columns`, not both")
    if len(columns) > MAX_COLUMNS:
        raise ValueError(f"`columns` are {len(columns)}; at most {MAX_COLUMNS} are allowed")
    names = [place.pane for column in columns for place in column.panes]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"`columns` show the pane {name!r} {names.count(name)} times; once is enough")
