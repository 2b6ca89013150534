"""Colours come from the theme, for every theme there is."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import asdict
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from tests.tui.pictures import contrast
from vgtui.tui.drawing.palette import ANSI, DEFAULT, Palette, encoded
from vgtui.tui.drawing.shades import diverging, upon
from vgtui.tui.legible import moved

NOT_READ = ("background", "selected", "faint")


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


@pytest.mark.parametrize("name", sorted(name for name in BUILTIN_THEMES if not name.startswith("ansi")))
def test_what_is_to_be_read_stands_out_in_every_theme_also_in_the_chosen_row(name: str):
    system = BUILTIN_THEMES[name].to_color_system().generate()
    for ground in ("background", "surface", "panel"):
        palette = Palette.from_theme(system, Color.parse(system[ground]))
        inks = {key: colour for key, colour in asdict(palette).items() if key not in NOT_READ}
        for under in (palette.background, palette.selected):
            for key, colour in inks.items():
                assert contrast(f"#{colour:06x}", f"#{under:06x}") >= 3, (key, ground)


@pytest.mark.parametrize("name", sorted(name for name in BUILTIN_THEMES if not name.startswith("ansi")))
def test_the_variables_of_every_theme_can_be_read_where_they_stand(name: str):
    system = BUILTIN_THEMES[name].to_color_system().generate()
    found = {**system, **moved(system)}
    pairs = [
        ("footer-foreground", "footer-background", 3.0),
        ("footer-key-foreground", "footer-background", 3.0),
    ]
    pairs += [(f"text-{state}", "surface", 3.0) for state in ("primary", "warning", "error", "success")]
    pairs += [(f"{which}-border", "surface", 2.0) for which in ("calm", "focus", "lesson")]
    for ink, ground, least in pairs:
        colours = [Color.parse(found[one]).hex6.lower() for one in (ink, ground)]
        assert contrast(*colours) >= least, (ink, ground)


def test_signs_on_a_map_stand_out_from_every_colour_of_it():
    for name in ("textual-dark", "textual-light", "solarized-dark"):
        palette = palette_of(name)
        grounds = diverging(palette, np.linspace(-0.75, 0.75, 31))
        for ink, ground in zip(upon(palette, grounds), grounds, strict=True):
            assert contrast(f"#{ink:06x}", f"#{ground:06x}") >= 3
