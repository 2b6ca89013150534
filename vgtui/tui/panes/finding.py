"""The base of the panes that show one finding of the analysis, perhaps of an earlier step than the frame's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vgtui.tui.panes.base import LivePane

if TYPE_CHECKING:
    from vgtui.tui.frame import Found, Frame


class FindingPane(LivePane):
    """Has its finding made while it is on the screen. FINDING: its name in `findings.FINDERS`, where it is one."""

    FINDING = ""
    EMPTY = "Working it out…"

    @property
    def finding(self) -> str:
        """The one that it shows."""
        return self.FINDING

    @property
    def findings(self) -> tuple[str, ...]:
        """That one, once what draws it is loaded: the event loop must not be the first to import it."""
        return (self.finding,) if self.frame is not None and self.frame.loaded else ()

    @property
    def found(self) -> Found[Any] | None:
        """The frame's."""
        return None if self.frame is None else self.frame.findings.get(self.finding)

    @property
    def value(self) -> Any:
        """What was found; only where `has_content` says so."""
        assert self.found is not None
        return self.found.value

    def has_content(self) -> bool:
        """Only with a finding."""
        return self.found is not None and self.found.value is not None

    def notice(self) -> str:
        """Why there is none."""
        failure = "" if self.found is None else self.found.failure
        return failure or super().notice()

    @property
    def aside(self) -> str:
        """Of when the finding is, where that is not now."""
        found, frame = self.found, self.frame
        if found is None or frame is None or frame.record is None:
            return ""
        if found.scenario != frame.scenario:
            return "before the edit"
        return "" if found.step == frame.record.step else f"as of step {found.step}"

    def show(self, frame: Frame) -> None:
        """Take the newest frame; what it is like is compared by what this pane shows of it."""
        self._aside_before = self.aside
        super().show(frame)

    def is_news(self, before: Frame) -> bool:
        """A finding stays the same for many frames."""
        assert self.frame is not None
        if not self.has_content():
            return self.frame.message != before.message or self.found is not before.findings.get(self.finding)
        return self.found is not before.findings.get(self.finding) or self.aside != self._aside_before
