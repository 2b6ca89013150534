"""The lesson that a scenario carries: one page of Markdown at a time, and the questions that it asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget

from vgtui.scenario.model import Lesson, Question
from vgtui.tui.hints import hint, named_key

if TYPE_CHECKING:
    from vgtui.scenario.lesson import Stop

NO_GUESS = ""
"""The answer of a reader who wants to see it without a guess."""


class LessonStrip(VerticalScroll, can_focus=False):
    """The page that is being read; nothing at all where the scenario has no lesson."""

    @dataclass
    class Turned(Message):
        """Another stop of the lesson is reached: its place among them."""

        place: int

    @dataclass
    class Asked(Message):
        """A question is to be answered before the lesson goes on."""

        question: Question

    class Ended(Message):
        """The reader goes on from the last page."""

    def __init__(self) -> None:
        super().__init__(id="lesson")
        self.set_reactive(Widget.auto_links, False)
        self._pages: tuple[Lesson, ...] = ()
        self._stop = 0
        self._guesses: dict[int, str] = {}
        self._hidden = False
        self._after = ""

    @property
    def pages(self) -> tuple[Lesson, ...]:
        """The lesson that is open."""
        return self._pages

    def open(self, pages: tuple[Lesson, ...], after: str = "", stop: int | None = None) -> None:
        """Another scenario's lesson, from its first page, or at a stop where all is done that it does.

        `after` is the title of the one that follows.
        """
        self._pages, self._after = pages, after
        self._stop = max(0, min(stop or 0, len(self._stops) - 1))
        self._guesses = {}
        self._hidden = False
        self._show()
        if pages and stop is None:
            self.post_message(self.Turned(0))

    @property
    def stop(self) -> int:
        """How far the reader is."""
        return self._stop

    def toggle(self) -> None:
        """Hide the lesson, or show it again."""
        self._hidden = not self._hidden
        self._show()

    def turn(self, places: int) -> None:
        """A page on or back; first the rest of a page that is longer than the strip, and its question."""
        if not self._pages:
            return
        if self._hidden:
            self.toggle()
        elif places > 0 and self.has_more:
            self.scroll_page_down(animate=False)
        elif places > 0:
            self._go_on()
        else:
            self._go_back()

    def answer(self, guess: str) -> None:
        """The reader's answer to the question of this page; the right one is shown now."""
        self._guesses[self._stops[self._stop].page] = guess
        self._go_to(self._stop + 1)

    @property
    def has_more(self) -> bool:
        """Whether there is text below what is seen."""
        return self.scroll_offset.y < self.max_scroll_y

    def _go_on(self) -> None:
        stop = self._stops[self._stop]
        question = self._pages[stop.page].ask
        if question is not None and not stop.answered:
            self.post_message(self.Asked(question))
        elif self._stop + 1 < len(self._stops):
            self._go_to(self._stop + 1)
        else:
            self.post_message(self.Ended())

    def _go_back(self) -> None:
        page = self._stops[self._stop].page
        before = [number for number, stop in enumerate(self._stops) if stop.page < page]
        if before:
            self._go_to(before[-1])

    def _go_to(self, stop: int) -> None:
        self._stop = stop
        self._show()
        self.post_message(self.Turned(stop))

    @property
    def _stops(self) -> tuple[Stop, ...]:
        from vgtui.scenario.lesson import stops

        return stops(self._pages)

    def _show(self) -> None:
        self.set_class(bool(self._pages) and not self._hidden, "-open")
        if not self._pages:
            return
        stop = self._stops[self._stop]
        page = self._pages[stop.page]
        heading, body = split(page.say)
        if stop.answered and page.ask is not None:
            body = answered(page.ask, self._guesses.get(stop.page, NO_GUESS))
        elif page.ask is not None:
            body = f"{body}\n\n{asked(page.ask)}"
        self.border_title = f"Lesson {stop.page + 1} of {len(self._pages)}{heading}"
        self._write(body)
        self.scroll_home(animate=False)
        self._label()

    def on_mount(self) -> None:
        """Whether there is more to read is known only once the page is laid out."""
        for place in ("virtual_size", "container_size", "scroll_y"):
            self.watch(self, place, lambda: self.call_after_refresh(self._label), init=False)

    def _label(self) -> None:
        """Say what the keys do now."""
        if not self._pages:
            return
        back = [("lesson_back", "back")] if self._stop else []
        self.border_subtitle = hint("app", *back, ("lesson_next", self._next()), ("lesson_show", "hide"))

    def _next(self) -> str:
        """What the key for the next page does, in a word or two."""
        stop = self._stops[self._stop]
        if self.has_more:
            return "more ↓"
        if self._pages[stop.page].ask is not None and not stop.answered:
            return "answer"
        if self._stop + 1 < len(self._stops):
            return "next"
        return f"next lesson: {self._after}" if self._after else "end"

    def _write(self, text: str) -> None:
        from textual.widgets import Markdown  # takes 20 ms, which the first frame need not wait for

        from vgtui.scenario.lesson import readable

        text = readable(text, named_key)
        if self.children:
            self.query_one(Markdown).update(text)
        else:
            self.mount(Markdown(text))


def split(text: str) -> tuple[str, str]:
    """A page's heading, for the border, and the rest of it."""
    first, _, rest = text.strip().partition("\n")
    if not first.startswith("#"):
        return "", text
    return f": {first.lstrip('#').strip()}", rest.strip()


def asked(question: Question) -> str:
    """A question as Markdown, with what there is to choose from."""
    choices = "".join(f"\n{number}. {choice}" for number, choice in enumerate(question.choices, 1))
    return f"**{question.question}**\n{choices}"


def answered(question: Question, guess: str) -> str:
    """The answer as Markdown, beside what was guessed."""
    said = f"You said: *{guess}*." if guess != NO_GUESS else ""
    if question.right is not None:
        right = question.choices[question.right - 1]
        said = f"✓ Yes: *{right}*." if guess == right else f"{said} It is: *{right}*.".strip()
    return f"**{question.question}** {said}\n\n{question.answer}"
