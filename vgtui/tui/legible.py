"""Colours that can be read: a theme's own where they stand out from what is under them, else moved until they do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.color import Color, ColorParseError

if TYPE_CHECKING:
    from textual.app import App as Base
else:
    Base = object

TEXT = 3.1
"""The contrast ratio of text and of bars, at least: WCAG 2.1 asks for 3 of large text and of graphics."""

LINE = 2.0
"""The same of borders, which one may overlook."""

TOWARDS = 20
"""Steps in which a colour is moved to white or to black."""

READ = {
    "footer-foreground": ("footer-background",),
    "footer-key-foreground": ("footer-background",),
    **{
        f"text-{name}": ("background", "surface", "panel")
        for name in ("primary", "secondary", "warning", "error", "success")
    },
}
"""Variables of a theme that are text, and on which others they stand."""

BORDERS = {"calm-border": "panel-lighten-2", "focus-border": "primary", "lesson-border": "secondary"}
"""Our own variables, and the theme's that each begins with."""


class LegibleThemes(Base):
    """Mixin of the app: the variables of every theme, so that what the style sheet makes of them can be read."""

    def get_css_variables(self) -> dict[str, str]:
        """The theme's variables, some of them moved, and `BORDERS`."""
        variables = super().get_css_variables()
        variables.update(moved(variables))
        return variables


def moved(variables: dict[str, str]) -> dict[str, str]:
    """Those variables of a theme that have to be other colours, and our own; the terminal's own stay as they are."""
    found = {}
    for name, under in READ.items():
        found[name] = _legible(variables, name, under, TEXT)
    for name, begins in BORDERS.items():
        found[name] = _legible(variables, begins, ("background", "surface"), LINE)
    if found["calm-border"] == "ansi_default":
        found["calm-border"] = "ansi_bright_black"
    return found


def legible(ink: Color, grounds: Sequence[Color], least: float) -> Color:
    """`ink`, moved towards white or black until its contrast with each of `grounds` is at least `least`.

    Whichever of the two can get further from all of them; the terminal's own colours are left alone.
    """
    if any(colour.ansi is not None for colour in (ink, *grounds)):
        return ink
    end = max((Color(255, 255, 255), Color(0, 0, 0)), key=lambda colour: _least(colour, grounds))
    shades = (ink.blend(end, step / TOWARDS) for step in range(TOWARDS + 1))
    return next((shade for shade in shades if _least(shade, grounds) >= least), end)


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of two colours, 1 to 21: WCAG 2.1, 1.4.3."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _least(ink: Color, grounds: Sequence[Color]) -> float:
    return min(contrast(ink, ground) for ground in grounds)


def _luminance(colour: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _legible(variables: dict[str, str], name: str, under: Sequence[str], least: float) -> str:
    try:
        ink, *grounds = (Color.parse(variables[one]) for one in (name, *under))
    except (KeyError, ColorParseError):
        return variables[name]
    return legible(ink, grounds, least).css
