"""A comparison beside the run: it arrives kind by kind, waits where it must, and ends when it is not wanted."""

from __future__ import annotations

import threading
import time

import pytest

from tests.engine.sequences import OUT, scenario
from vgtui.analysis.cells import compare_cells
from vgtui.scenario.model import Gru
from vgtui.tui.comparing import CellsBeside

SMALL = scenario(Gru(units=2), OUT)


class Watched:
    """A comparison with its news and its errors kept."""

    def __init__(self) -> None:
        self.news: list[list[str]] = []
        self.errors: list[str] = []
        self.held_up = False
        self.beside = CellsBeside(self._look, self.errors.append, lambda: self.held_up)

    def _look(self) -> None:
        found = self.beside.told
        self.news.append([] if found is None else [flow.kind for flow in found.flows])

    def finished(self) -> None:
        """Wait for every comparison's thread."""
        for thread in threading.enumerate():
            if thread.name == "cells":
                thread.join(300)
                assert not thread.is_alive()


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_it_arrives_kind_by_kind_and_is_what_the_analysis_finds(watched: Watched):
    watched.beside.compare(SMALL, 2)
    watched.finished()
    assert watched.news[:3] == [["rnn"], ["rnn", "lstm"], ["rnn", "lstm", "gru"]]
    found, wanted = watched.beside.told, compare_cells(SMALL, 2)
    assert found is not None
    assert [flow.loss for flow in found.flows] == [flow.loss for flow in wanted.flows]
    assert (found.steps, found.scenario) == (2, SMALL)
    assert not watched.errors


def test_one_that_is_given_up_ends_and_leaves_nothing(watched: Watched):
    watched.beside.compare(SMALL, 10**9)
    time.sleep(0.05)
    watched.beside.end()
    watched.finished()
    assert watched.beside.told is None
    assert not any(watched.news)


def test_a_newer_one_takes_the_place_of_the_one_before(watched: Watched):
    watched.beside.compare(SMALL, 10**9)
    watched.beside.compare(SMALL, 1)
    watched.finished()
    assert watched.beside.told is not None
    assert watched.beside.told.steps == 1
    assert len(watched.beside.told.flows) == 3


def test_nothing_begins_while_it_is_held_up(watched: Watched):
    watched.held_up = True
    watched.beside.compare(SMALL, 0)
    time.sleep(0.25)
    assert not watched.news
    watched.held_up = False
    watched.finished()
    assert watched.news[2] == ["rnn", "lstm", "gru"]


def test_what_cannot_be_compared_is_told(watched: Watched):
    watched.beside.compare(scenario(OUT), 0)
    watched.finished()
    assert "no recurrent layer" in watched.errors[0]
    assert watched.news, "so that a frame shows it"
