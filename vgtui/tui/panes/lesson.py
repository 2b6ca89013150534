"""The lesson that a scenario carries: one page of Markdown at a time, and what the page does."""

from __future__ import annotations

from textual.containers import VerticalScroll

from vgtui.scenario.model import Lesson
from vgtui.tui.keymap import key_of


class LessonStrip(VerticalScroll, can_focus=False):
    """The page that is being read; nothing at all where the scenario has no lesson."""

    def __init__(self) -> None:
        super().__init__(id="lesson")
        self._pages: tuple[Lesson, ...] = ()
        self._page = 0
        self._hidden = False

    def open(self, pages: tuple[Lesson, ...]) -> None:
        """Another scenario's lesson, from its first page."""
        if pages == self._pages:
            return
        self._pages = pages
        self._page = 0
        self._hidden = False
        self._turn()

    def toggle(self) -> None:
        """Hide the lesson, or show it again."""
        self._hidden = not self._hidden
        self._turn()

    def turn(self, places: int) -> Lesson | None:
        """So many pages on, and the page that it is then; None where there is no such page."""
        page = self._page + places
        if not 0 <= page < len(self._pages):
            return None
        self._page = page
        self._hidden = False
        self._turn()
        return self._pages[page]

    def _turn(self) -> None:
        self.set_class(bool(self._pages) and not self._hidden, "-open")
        if not self._pages:
            return
        heading, body = _split(self._pages[self._page].say)
        self._write(body)
        self.border_title = f"Lesson {self._page + 1} of {len(self._pages)}{heading}"
        self.border_subtitle = (
            f"{key_of('lesson_back')} back · {key_of('lesson_next')} next · {key_of('lesson_show')} hide"
        )
        self.scroll_home(animate=False)

    def _write(self, text: str) -> None:
        from textual.widgets import Markdown  # takes 20 ms, which the first frame need not wait for

        if self.children:
            self.query_one(Markdown).update(text)
        else:
            self.mount(Markdown(text))


def _split(text: str) -> tuple[str, str]:
    """A page's heading, for the border, and the rest of it."""
    first, _, rest = text.strip().partition("\n")
    if not first.startswith("#"):
        return "", text
    return f": {first.lstrip('#').strip()}", rest.strip()
