"""How the screen stands, as a session keeps it."""

from __future__ import annotations

from vgtui.scenario.layers import Count, Struct
from vgtui.scenario.view import Column, PaneName, check_columns
from vgtui.tui.pace import DEFAULT_SPEED, SPEEDS


class Looks(Struct, frozen=True):
    """columns    the panes, from the left and from the top; none: as they stand
    pane       the one that has the keys; maximised: and the place of all
    layer      the chosen one
    speed      in steps a second; None: as fast as it goes
    stop       how far the lesson is
    """

    columns: tuple[Column, ...] = ()
    pane: PaneName | None = None
    maximised: bool = False
    layer: Count = 0
    speed: int | None = DEFAULT_SPEED
    stop: Count = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_columns(None, self.columns)
        if self.speed not in SPEEDS:
            raise ValueError(f"there is no speed {self.speed}")
