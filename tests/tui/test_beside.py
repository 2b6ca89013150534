"""One piece of work at a time beside the run: it tells, ends, fails and is given up without a trace."""

from __future__ import annotations

import threading

import pytest

from vgtui.tui.beside import Beside, Task


class Watched:
    """Work beside a test, with its news and complaints kept."""

    def __init__(self) -> None:
        self.news: list[tuple[str | None, bool]] = []
        self.complaints: list[str] = []
        self.over = threading.Event()
        self.beside: Beside[str] = Beside("work", self._look, self._complain)

    def _look(self) -> None:
        self.news.append((self.beside.told, self.beside.is_busy))
        if not self.beside.is_busy:
            self.over.set()

    def _complain(self, text: str) -> None:
        self.complaints.append(text)


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_what_it_comes_to_is_told_as_it_comes(watched):
    def work(task: Task[str]) -> None:
        task.tell("half")
        task.tell("whole")

    watched.beside.begin(work, "none yet")
    assert watched.over.wait(10)
    assert watched.news == [("half", True), ("whole", True), ("whole", False)]


def test_what_goes_wrong_is_one_line_and_the_work_is_over(watched):
    def work(task: Task[str]) -> None:
        raise ValueError("no such\nlayer")

    watched.beside.begin(work, "kept")
    assert watched.over.wait(10)
    assert watched.complaints == ["work: ValueError: no such layer"]
    assert watched.beside.told == "kept"


@pytest.mark.parametrize("raises", [False, True])
def test_what_was_given_up_says_nothing_more(watched, raises):
    began, go_on, gone = threading.Event(), threading.Event(), threading.Event()

    def work(task: Task[str]) -> None:
        began.set()
        go_on.wait(10)
        assert not task.is_wanted
        task.tell("too late")
        gone.set()
        if raises:
            raise ValueError

    watched.beside.begin(work)
    assert began.wait(10)
    watched.beside.end("cancelled")
    go_on.set()
    assert gone.wait(10)
    for thread in threading.enumerate():
        if thread.name == "work":
            thread.join(10)
    assert (watched.news, watched.complaints, watched.beside.told) == ([], [], "cancelled")


def test_a_newer_one_takes_the_place_of_the_one_before(watched):
    go_on = threading.Event()

    def first(task: Task[str]) -> None:
        go_on.wait(10)
        task.tell("first")

    watched.beside.begin(first)
    watched.beside.begin(lambda task: task.tell("second"))
    assert watched.over.wait(10)
    go_on.set()
    assert watched.news == [("second", True), ("second", False)]
