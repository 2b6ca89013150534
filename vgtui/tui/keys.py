"""The row of keys at the bottom, drawn as one line: as many as fit, and a mark where there are more."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.content import Content
from textual.widgets import Static

from vgtui.tui.keymap import ACTIONS, written

if TYPE_CHECKING:
    from textual import events

MORE = "…"

PAUSE = "Pause"
"""What the key that runs it does while it runs."""

RANKS = {f"{action.context}.{action.id}": rank for rank, action in enumerate(ACTIONS)}
"""Of the bindings in the row, by id."""


class Key(NamedTuple):
    """What the row says of one key."""

    key: str
    display: str
    label: str
    tooltip: str

    @property
    def width(self) -> int:
        """Columns, the space after it included."""
        return len(self.display) + len(self.label) + 2


class Keys(Static):
    """The keys that mean something now; a click presses one. What is left out is in the help."""

    DEFAULT_CSS = """
    Keys {
        dock: bottom;
        height: 1;
        color: $footer-foreground;
        background: $footer-background;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[Key] = []
        self._is_training = False

    def on_mount(self) -> None:
        """Another focus has other keys."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self._list())
        self._list()

    def tell(self, is_training: bool) -> None:
        """Whether the network is being trained."""
        if is_training != self._is_training:
            self._is_training = is_training
            self._list()

    def on_resize(self, event: events.Resize) -> None:
        """Another width holds other keys."""
        self._list()

    def on_click(self, event: events.Click) -> None:
        """As if the key under the mouse were pressed."""
        key = self._key_at(event.x)
        if key is not None:
            self.app.simulate_key(key.key)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Say what the key under the mouse does."""
        key = self._key_at(event.x)
        self.tooltip = None if key is None else key.tooltip

    def _list(self) -> None:
        keys = self._active()
        shown = fitting([key.width for key in keys], self.app.size.width)
        if keys[:shown] == self._shown:
            return
        self._shown = keys[:shown]
        parts = [
            Content.assemble((key.display, "bold $footer-key-foreground"), f" {key.label} ")
            for key in self._shown
        ]
        self.update(Content("").join(parts) + (MORE if shown < len(keys) else ""), layout=False)

    def _active(self) -> list[Key]:
        """The bindings in force that are to be shown, one for each action: first those that are always there."""
        keys: dict[str, Key] = {}
        bindings = [active.binding for active in self.screen.active_bindings.values()]
        for binding in sorted(
            (one for one in bindings if one.show), key=lambda one: RANKS.get(one.id or "", 0)
        ):
            label = PAUSE if self._is_training and binding.action == "toggle_run" else binding.description
            key = Key(binding.key, written(binding.key), label, binding.tooltip)
            keys.setdefault(binding.action, key)
        return list(keys.values())

    def _key_at(self, x: int) -> Key | None:
        end = 0
        for key in self._shown:
            end += key.width
            if x < end:
                return key if x < end - 1 else None
        return None


def fitting(widths: list[int], room: int) -> int:
    """How many of the keys fit, leaving a place for the mark where not all do."""
    if sum(widths) - 1 <= room:
        return len(widths)
    used = len(MORE)
    for shown, width in enumerate(widths):
        used += width
        if used > room:
            return shown
    return len(widths)
