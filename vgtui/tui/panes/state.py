"""The two lines at the top: what is simulated and how far it is; what there is to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.strip import Strip

from vgtui.tui.drawing.numbers import compact
from vgtui.tui.drawing.palette import Palette
from vgtui.tui.drawing.pens import BOLD
from vgtui.tui.frame import Frame
from vgtui.tui.keymap import key_of
from vgtui.tui.panes.base import LivePane, wrapped

if TYPE_CHECKING:
    from vgtui.tui.drawing.cells import CellBuffer

WORDS = {
    "loading": "… loading",
    "compiling": "… compiling",
    "paused": "‖ paused",
    "running": "▶ running",
    "failed": "✗ failed",
}
"""The state by sign and by word."""


class StateLine(LivePane, can_focus=False):
    """Title, state, step, epoch, steps a second; under them the message, or the scenario's summary."""

    speed: int | None = None

    def set_speed(self, speed: int | None) -> None:
        """The speed that is chosen, in steps a second; None is no limit."""
        self.speed = speed
        self.redraw()

    def has_content(self) -> bool:
        """There is always a scenario; but the first paint does not wait for numpy."""
        return self.frame is not None and self.frame.serial > 0

    def _line(self, y: int, width: int, height: int) -> Strip:
        """The title alone at first."""
        if self.has_content() or self.frame is None:
            return super()._line(y, width, height)
        lines = (self.frame.scenario.title, self.frame.message)
        text = f" {lines[y]}" if y < len(lines) else ""
        return Strip([Segment(text, self.rich_style)]).adjust_cell_length(width, self.rich_style)

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The numbers flush right, the title in what is left."""
        from vgtui.tui.drawing.cells import CellBuffer, joined

        cells, frame = CellBuffer(width, height, palette.text, palette.background), self.frame
        assert frame is not None
        parts = self._numbers(frame)
        room = max(width // 3, width - 4 - len(frame.scenario.title))
        while len(parts) > 2 and sum(len(part) + 3 for part in parts) > room:
            parts.pop()
        numbers = " · ".join(parts)
        x = max(0, width - len(numbers) - 1)
        cells.text(0, 1, frame.scenario.title, palette.title, attributes=BOLD, width=max(0, x - 3))
        cells.text(0, x, numbers, palette.text)
        colour = {"running": palette.good, "failed": palette.exploding}.get(frame.status, palette.vanishing)
        cells.text(0, x, parts[0], colour, attributes=BOLD)
        if frame.revealed is not None and not frame.message:
            keys = {"part": "next part", "slow_motion": "slow motion", "leave_parts": "leave"}
            told = [frame.revealed.sentence, *(f"{key_of(name)} {does}" for name, does in keys.items())]
            cells.text(1, 1, joined(told, width - 2), palette.title, attributes=BOLD)
        elif frame.message:
            waited = f": {frame.waited:.0f} s" if frame.status == "compiling" else ""
            cells.text(1, 1, f"{frame.message}{waited}", palette.vanishing, attributes=BOLD, width=width - 2)
        else:
            lines = wrapped(frame.scenario.summary, width - 2)
            if len(lines) > height - 1:
                lines = (*lines[: height - 2], " ".join(lines[height - 2 :]))
            for y, line in enumerate(lines, 1):
                cells.text(y, 1, line, palette.muted, width=width - 2)
        return cells

    def _numbers(self, frame: Frame) -> list[str]:
        """From the most to the least important."""
        parts = [WORDS[frame.status]]
        if frame.rival is not None:
            parts.append(f"edits go to {frame.rival.mine}")
        if frame.record is not None:
            parts += [f"step {frame.record.step}", f"epoch {frame.record.epoch:.1f}"]
        parts.append(f"{compact(frame.steps_per_second)}/s" if frame.status == "running" else "")
        parts.append("speed max" if self.speed is None else f"speed {self.speed}/s")
        return [part for part in parts if part]
