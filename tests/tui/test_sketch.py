"""The sketch of the cockpit, drawn without Textual: it must be what Textual then lays out."""

from __future__ import annotations

import pyte
import pytest

import vgtui
from tests.tui.driving import tried
from vgtui.scenario.view import Column, Place
from vgtui.tui.app import VgtuiApp
from vgtui.tui.memory import Kept, Memory
from vgtui.tui.output import screen_text
from vgtui.tui.sketch import of_first_frame, sketch

CORNERS = "╭╮╰╯"


def drawn(text: str, width: int, height: int) -> list[str]:
    """What a terminal of that size shows of it."""
    screen = pyte.Screen(width, height)
    pyte.Stream(screen).feed(text)
    return list(screen.display)


@pytest.mark.parametrize(
    ("name", "size", "kept"),
    [
        ("keras-moons", (120, 40), Kept()),
        ("keras-moons", (80, 24), Kept()),
        ("keras-moons", (130, 50), Kept(columns=(Column((Place("loss"),)), Column((Place("weights"),))))),
        ("rnn-forgets", (210, 60), Kept()),
    ],
)
async def test_the_panes_are_where_textual_puts_them(name: str, size: tuple[int, int], kept: Kept):
    scenario, memory = vgtui.load_scenario(name), Memory()
    memory.kept = kept
    app = VgtuiApp(scenario, memory=memory)
    app.runner.start = lambda: None  # type: ignore[method-assign]
    async with tried(app, size) as pilot:
        await pilot.pause()
        whole = [line.ljust(size[0]) for line in screen_text(app).splitlines()]
    rough = drawn(sketch(scenario, kept, size), *size)
    for y, (line, real) in enumerate(zip(rough, whole, strict=True)):
        places = range(size[0])
        assert [x for x in places if line[x] in CORNERS] == [x for x in places if real[x] in CORNERS], y
        assert all(line[x] == real[x] for x in places if line[x] not in " ─"), y


def test_nothing_is_sketched_where_nothing_can_be_shown():
    assert sketch(vgtui.load_scenario("keras-moons"), Kept(), (39, 12)) == ""


def test_whatever_a_terminal_says_of_its_size_no_more_is_sketched_than_is_drawn(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20000")
    monkeypatch.setenv("LINES", "20000")
    assert len(of_first_frame(vgtui.load_scenario("keras-moons"), Kept(), plain=False)) < 100_000


def test_a_terminal_that_knows_ascii_only_gets_no_more():
    assert of_first_frame(vgtui.load_scenario("keras-moons"), Kept(), plain=True).isascii()
