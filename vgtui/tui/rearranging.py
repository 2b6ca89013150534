"""What a user does to the arrangement of the panes, as the cockpit answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from vgtui.tui.arrangement import READY, Columns, added, exchanged, hidden, moved, names_of
from vgtui.tui.keymap import key_of
from vgtui.tui.memory import Kept
from vgtui.tui.panes.registry import PANES

if TYPE_CHECKING:
    from textual.widget import Widget

    from vgtui.tui.arrangement import Box

ELSEWHERE = "Panes are moved where several are shown."


class Rearranging:
    """Mixin of the cockpit: every change is shown at once, and told as `Arranged`."""

    @dataclass
    class Arranged(Message):
        """The user arranged the panes: to be kept."""

        kept: Kept

    columns: Columns
    kept: Kept
    current: str
    _guest: str | None

    if TYPE_CHECKING:
        displayed: tuple[str, ...]
        one_at_a_time: bool

        def arrange_panes(self) -> None: ...
        def lay_out(self, guest: str | None) -> dict[str, Box]: ...
        def go_to(self, name: str) -> Widget: ...
        def post_message(self, message: Message) -> bool: ...
        def notify(self, message: str) -> None: ...

    def use_arrangement(self, name: str) -> None:
        """One of the ready-made ones; without a name, the one after that which is shown."""
        names = tuple(READY)
        if not name:
            shown = [name for name, (_, columns) in READY.items() if columns == self.columns]
            name = names[(names.index(shown[0]) + 1) % len(names)] if shown else names[0]
        purpose, columns = READY[name]
        self._take(columns, Kept(arrangement=name))
        self.go_to(self.current if self.current in names_of(columns) else self.displayed[0])
        self.notify(f"{name}: {purpose}")

    def hide_pane(self) -> None:
        """The focused pane away; the last one stays."""
        if self.current == self._guest:
            self._guest = None
        at = self.displayed.index(self.current)
        rest = [name for name in self.displayed if name != self.current]
        columns = hidden(self.columns, self.current)
        if not rest and columns == self.columns:
            self.notify("This is the only pane.")
            return
        name = self.current
        self.current = rest[min(at, len(rest) - 1)] if rest else names_of(columns)[0]
        self._change(columns)
        self.notify(f"{PANES[name].title} is hidden: {key_of('panes')} shows it again.")

    def show_pane(self, name: str) -> None:
        """A pane of the list: into the arrangement, if it has no place there, and to it."""
        if name not in names_of(self.columns):
            self._change(added(self.columns, name))
        self.go_to(name)

    def move_pane(self, across: int, down: int) -> None:
        """The focused pane one place further."""
        if self.one_at_a_time:
            self.notify(ELSEWHERE)
            return
        columns = self.columns
        if self.current == self._guest:
            last = tuple(self.lay_out(None))[-1]
            columns, self._guest = exchanged(columns, last, self.current), None
        self._change(moved(columns, self.current, across, down, self.displayed))

    def _change(self, columns: Columns) -> None:
        if columns != self.columns:
            self._take(columns, Kept(columns=columns))
        self.go_to(self.current)

    def _take(self, columns: Columns, kept: Kept) -> None:
        self.columns, self.kept, self._guest = columns, kept, None
        self.post_message(self.Arranged(kept))
