"""The row of keys at the bottom: as many as fit, and a mark where there are more."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.widgets import Footer, Label

MORE = "…"


class Keys(Footer):
    """Textual's footer, cut at a whole key: what is left out is in the help."""

    def compose(self) -> ComposeResult:
        """The keys that fit in the width that there is."""
        room = self.app.size.width
        keys = [widget for widget in super().compose() if hasattr(widget, "key_display")]
        shown = fitting([len(key.key_display) + len(key.description) + 2 for key in keys], room)
        self.styles.grid_size_columns = shown + (shown < len(keys))
        yield from keys[:shown]
        if shown < len(keys):
            yield Label(MORE)

    def on_resize(self, event: events.Resize) -> None:
        """Another width holds other keys."""
        self.refresh(recompose=True)


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
