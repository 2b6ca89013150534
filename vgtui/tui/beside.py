"""Work beside the run: one piece at a time in a thread of its own, given up when nobody waits for it any more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from vgtui.tui.heaps import give_back

Told = TypeVar("Told")


class Task(Generic[Told]):
    """One piece of work, as its own thread sees it."""

    def __init__(self, beside: Beside[Told]) -> None:
        self._beside = beside

    @property
    def is_wanted(self) -> bool:
        """Whether anybody waits for it; the work looks now and then, and ends where it is not."""
        return self._beside.is_task(self)

    def tell(self, told: Told) -> None:
        """Put what is known by now in its place; what was given up says nothing."""
        self._beside.hear(self, told)


class Beside(Generic[Told]):
    """Does one piece of work at a time; beginning another gives up the one before.

    told        what the newest work has come to so far, or was known when it began; None where there is nothing
    on_news     called from the work's thread whenever there is more, and when it is over
    on_failure  called from it with one line for what went wrong
    """

    def __init__(self, name: str, on_news: Callable[[], None], on_failure: Callable[[str], None]) -> None:
        self.told: Told | None = None
        self._name = name
        self._on_news, self._on_failure = on_news, on_failure
        self._lock = threading.Lock()
        self._task: Task[Told] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether more is to come."""
        return self._task is not None

    def begin(self, work: Callable[[Task[Told]], None], told: Told | None = None) -> None:
        """Have `work` done from now on, with what is told of it already."""
        task = Task(self)
        with self._lock:
            self._task, self.told = task, told
        threading.Thread(target=self._do, args=(task, work), name=self._name, daemon=True).start()

    def end(self, told: Told | None = None) -> None:
        """Give up what is under way; `told` is what stays known."""
        with self._lock:
            self._task, self.told = None, told

    def is_task(self, task: Task[Told]) -> bool:
        """Whether this is the work under way."""
        return self._task is task

    def hear(self, task: Task[Told], told: Told) -> None:
        """What a task tells."""
        with self._lock:
            if self._task is not task:
                return
            self.told = told
        self._on_news()

    def _do(self, task: Task[Told], work: Callable[[Task[Told]], None]) -> None:
        try:
            work(task)
        except Exception as error:
            if self.is_task(task):
                self._on_failure(f"{self._name}: {one_line(error)}")
        with self._lock:
            wanted = self._task is task
            if wanted:
                self._task = None
        if wanted:
            self._on_news()
        else:
            give_back()


def one_line(error: Exception) -> str:
    """What went wrong, in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())
