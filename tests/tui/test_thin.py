"""Repaints in fewer bytes look the same, cell by cell."""

from __future__ import annotations

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from vgtui.tui.thin import thinned

WIDTH, HEIGHT = 30, 6
COLOURS = st.sampled_from([None, "red", "bright_blue", "color(200)", "#102030", "#405060", "#102031"])
STYLES = st.builds(
    Style, color=COLOURS, bgcolor=COLOURS, bold=st.booleans(), reverse=st.booleans(), underline=st.booleans()
)
TEXTS = st.text("ab ─█", min_size=1, max_size=5)
MOVES = st.sampled_from(["", "", "\x1b[2;3H", "\x1b[4;1H", "\n", "\x1b[C"])


def cells(sequence: str) -> list[list[pyte.screens.Char]]:
    """What a terminal shows after it, and its pen."""
    screen = pyte.Screen(WIDTH, HEIGHT)
    pyte.Stream(screen).feed(sequence + "x")
    return [[screen.buffer[y][x] for x in range(WIDTH)] for y in range(HEIGHT)]


@given(st.lists(st.tuples(MOVES, STYLES, TEXTS), max_size=12))
def test_it_looks_the_same_and_leaves_the_pen_as_it_was(parts: list[tuple[str, Style, str]]):
    whole = "".join(move + style.render(text) for move, style, text in parts)
    thin = thinned(whole)
    assert cells(thin) == cells(whole)
    assert len(thin) <= len(whole)


def test_a_colour_that_stays_is_not_sent_again():
    pens = [Style(color="#102030", bgcolor="#000001"), Style(color="#405060", bgcolor="#000001")]
    whole = "".join(pen.render("ab") for pen in (pens[0], pens[0], pens[1]))
    assert thinned(whole) == "\x1b[38;2;16;32;48;48;2;0;0;1mabab\x1b[38;2;64;80;96mab\x1b[0m"
