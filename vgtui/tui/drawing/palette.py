"""The colours of one theme, for the drawing functions: taken from Textual's variables, never written here.

A colour is one uint32: 0x00RRGGBB, or ANSI | n for colour n of the terminal's own sixteen, or DEFAULT.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rich.color import Color as RichColor
from textual.color import Color, ColorParseError

ANSI = 0x0100_0000
DEFAULT = 0x0200_0000
ANSI_GREY = ANSI | 8
"""Bright black: what the terminal's own themes have for text that steps back."""


@dataclass(frozen=True, slots=True)
class Palette:
    """What each colour means; every meaning is also told by a glyph, a length or a word.

    background, text   of the pane
    muted, faint       text that steps back; grid lines and empty bars
    title              headings and the numbers that matter
    healthy            bars in their normal state
    vanishing, exploding, good   states
    train, test        the two series
    selected           background of the chosen row
    """

    background: int
    text: int
    muted: int
    faint: int
    title: int
    healthy: int
    vanishing: int
    exploding: int
    good: int
    train: int
    test: int
    selected: int

    @classmethod
    def from_theme(cls, variables: Mapping[str, str], background: Color | None = None) -> Palette:
        """The palette of a theme: `variables` as `app.theme_variables` has them, `background` of the pane."""
        ground = _parse(variables, "surface") if background is None else background
        if ground.a == 0:
            ground = _parse(variables, "background")
        ink = _parse(variables, "foreground")
        primary = _parse(variables, "text-primary")
        warning = _parse(variables, "text-warning")
        return cls(
            background=encoded(ground),
            text=encoded(ink),
            muted=_mixed(ink, ground, 0.42),
            faint=_mixed(ink, ground, 0.76),
            title=encoded(primary),
            healthy=_mixed(primary, ground, 0.25),
            vanishing=encoded(warning),
            exploding=encoded(_parse(variables, "text-error")),
            good=encoded(_parse(variables, "text-success")),
            train=encoded(primary),
            test=encoded(_parse(variables, "text-success")),
            selected=_selection(ink, ground),
        )


def encoded(colour: Color) -> int:
    """A Textual colour as one uint32."""
    if colour.ansi is not None:
        return DEFAULT if colour.ansi < 0 else ANSI | colour.ansi
    red, green, blue = colour.rgb
    return red << 16 | green << 8 | blue


@lru_cache(maxsize=8192)
def rich_colour(colour: int) -> RichColor:
    """One uint32 as Rich's colour."""
    if colour == DEFAULT:
        return RichColor.default()
    if colour >= ANSI:
        return RichColor.from_ansi(colour & 0xFF)
    return RichColor.from_rgb(colour >> 16, colour >> 8 & 0xFF, colour & 0xFF)


def _parse(variables: Mapping[str, str], *names: str) -> Color:
    """The first of the named variables that is a colour; the foreground where none is."""
    for name in (*names, "foreground"):
        try:
            return Color.parse(variables[name])
        except (KeyError, ColorParseError):
            continue
    return Color.parse("ansi_default")


def _mixed(colour: Color, ground: Color, share: float) -> int:
    """`colour` with a share of the background in it; the terminal's own colours do not mix."""
    if colour.ansi is not None or ground.ansi is not None:
        return ANSI_GREY if colour.ansi == -1 else encoded(colour)
    return encoded(colour.blend(ground, share))


def _selection(ink: Color, ground: Color) -> int:
    """The background of the chosen row: a grey that 256 colours have too; in ansi themes its mark must do."""
    return encoded(ground) if ink.ansi is not None or ground.ansi is not None else _mixed(ink, ground, 0.87)
