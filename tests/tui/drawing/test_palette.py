"""Colours come from the theme, for every theme there is."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from vgtui.tui.drawing.palette import ANSI, DEFAULT, Palette, encoded


def palette_of(name: str) -> Palette:
    return Palette.from_theme(BUILTIN_THEMES[name].to_color_system().generate())


@pytest.mark.parametrize("name", sorted(BUILTIN_THEMES))
def test_every_theme_has_a_colour_for_every_meaning_that_differs_from_the_background(name: str):
    palette = palette_of(name)
    for meaning, colour in asdict(palette).items():
        if meaning not in ("background", "selected") and colour != DEFAULT:
            assert colour != palette.background, meaning
    assert len({palette.healthy, palette.vanishing, palette.exploding}) == 3


def test_the_terminals_own_themes_use_only_the_terminals_own_colours():
    for name in ("ansi-dark", "ansi-light"):
        assert all(colour >= ANSI for colour in asdict(palette_of(name)).values())


def test_the_panes_background_is_the_one_it_is_given():
    variables = BUILTIN_THEMES["nord"].to_color_system().generate()
    assert Palette.from_theme(variables, Color(1, 2, 3)).background == 0x010203


def test_colours_are_encoded_as_rgb_ansi_or_default():
    assert encoded(Color.parse("#102030")) == 0x102030
    assert encoded(Color.parse("ansi_blue")) == ANSI | 4
    assert encoded(Color.parse("ansi_default")) == DEFAULT
