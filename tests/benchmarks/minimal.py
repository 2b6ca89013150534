"""The smallest Textual program, one label: what the measurements of the real one are compared with."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Label

READY = "ready when you are"


class Minimal(App[None]):
    """One label."""

    def compose(self) -> ComposeResult:
        yield Label(READY)


if __name__ == "__main__":
    Minimal().run()
