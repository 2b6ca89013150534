"""What is made of the environment, and what a terminal without colours is sent."""

from __future__ import annotations

import re

import pytest
from textual.geometry import Size

from vgtui.tui import capabilities
from vgtui.tui.driver import QUESTIONS, JobDriver, bounded, driver_for
from vgtui.tui.monochrome import Monochrome

DARK = "\x1b[38;2;224;224;224;48;2;18;18;18m"
CHOSEN = "\x1b[38;2;255;255;255;48;2;60;150;230m"


@pytest.mark.parametrize(
    ("environ", "colours", "characters"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "de_DE.UTF-8"}, "truecolor", "utf-8"),
        ({"TERM": "xterm-256color", "LANG": "C.utf8"}, "256", "utf-8"),
        ({"TERM": "tmux-256color", "LC_ALL": "C", "LANG": "en_US.UTF-8"}, "256", "ascii"),
        ({"TERM": "screen", "LC_CTYPE": "UTF-8"}, "standard", "utf-8"),
        ({"TERM": "xterm", "LANG": "C"}, "standard", "ascii"),
        ({"TERM": "xterm", "LANG": "de_DE.ISO-8859-1"}, "standard", "ascii"),
        ({"TERM": "xterm"}, "standard", "utf-8"),
        ({"TERM": "linux", "LANG": "en_US.UTF-8"}, "standard", "cp437"),
        ({"TERM": "vt100", "LANG": "en_US.UTF-8"}, "none", "ascii"),
        ({"TERM": "xterm-mono", "LANG": "en_US.UTF-8"}, "none", "utf-8"),
        ({"TERM": "xterm", "COLORTERM": "24bit", "NO_COLOR": "", "LANG": "C"}, "none", "ascii"),
    ],
    ids=str,
)
def test_what_the_environment_tells(environ: dict[str, str], colours: str, characters: str) -> None:
    assert capabilities.colours(environ)[0] == colours
    assert capabilities.characters(environ)[0] == characters
    assert capabilities.refusal(environ) == ""


@pytest.mark.parametrize("environ", [{}, {"TERM": ""}, {"TERM": "dumb"}, {"TERM": "unknown"}], ids=str)
def test_a_terminal_that_cannot_is_refused_with_what_can_be_done(environ: dict[str, str]) -> None:
    assert "vgtui run" in capabilities.refusal(environ)


@pytest.mark.parametrize(
    ("system", "ground", "theme"),
    [("standard", "15;0", "ansi-dark"), ("standard", "0;15", "ansi-light"), ("256", "0;default;7", "textual-light"),
     ("truecolor", "", "textual-dark")],
)  # fmt: skip
def test_the_theme_goes_with_the_background(system: str, ground: str, theme: str) -> None:
    assert capabilities.theme({"COLORFGBG": ground}, system)[0] == theme


def test_without_colours_none_is_written_and_what_stands_out_is_reversed() -> None:
    monochrome = Monochrome(lambda: True)
    written = monochrome(f"{DARK}plain{CHOSEN}chosen\x1b[m{DARK}plain\x1b[1;31mbold\x1b[22m on")
    assert written == "plain\x1b[0;7mchosen\x1b[0mplain\x1b[0;1mbold\x1b[0m on"


def test_the_style_is_remembered_from_one_piece_to_the_next() -> None:
    monochrome = Monochrome(lambda: True)
    assert monochrome(f"{CHOSEN}one") == "\x1b[0;7mone"
    assert monochrome("two\x1b[5;3H") == "two\x1b[5;3H"
    assert monochrome("\x1b[48;5;232mthree\x1b[49m") == "\x1b[0mthree"


def test_a_light_theme_s_own_background_is_not_reversed() -> None:
    assert Monochrome(lambda: False)("\x1b[38;2;0;0;0;48;2;240;240;240mtext") == "text"


@pytest.mark.parametrize("parameters", ["38;2;1", "48", "38;5", "48;5;300", "999", "38:2::1:2:3", ";;"])
def test_half_a_colour_is_no_fault(parameters: str) -> None:
    assert re.sub("\x1b.*?m", "", Monochrome(lambda: True)(f"\x1b[{parameters}mtext")) == "text"


def test_half_blocks_become_shades() -> None:
    monochrome = Monochrome(lambda: True)
    assert monochrome("\x1b[38;2;255;255;255;48;2;255;255;255m▀")[-1] == "█"
    assert monochrome("\x1b[38;2;20;20;20;48;2;10;10;10m▀")[-1] == " "


def test_only_a_terminal_that_needs_it_has_a_driver_of_its_own() -> None:
    assert driver_for("xterm-256color", "utf-8", True) is JobDriver
    for needs in (("linux", "utf-8", True), ("xterm", "ascii", True), ("xterm", "utf-8", False)):
        assert driver_for(*needs) is not JobDriver
    assert QUESTIONS.sub("", "a\x1b[>13ub\x1b[?2026$pc\x1b[<ud\x1b[6n") == "abcd\x1b[6n"


def test_of_a_terminal_that_claims_to_be_enormous_no_more_is_drawn_than_there_are_walls_for() -> None:
    assert bounded(Size(65535, 65535)).area < 1_000_000
    assert bounded(Size(400, 120)) == Size(400, 120)
    assert bounded(Size(0, 0)) == Size(0, 0)
