"""The colours of one theme, for the drawing functions: taken from Textual's variables, never written here.

A colour is one uint32: 0x00RRGGBB, or ANSI | n for colour n of the terminal's own sixteen, or DEFAULT.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct
from rich.color import Color as RichColor
from textual.color import Color, ColorParseError

from vgtui.tui.legible import TEXT, legible

ANSI = 0x0100_0000
DEFAULT = 0x0200_0000
GREY = Color.parse("ansi_bright_black")
"""What the terminal's own themes have for text that steps back."""

FAINT = 1.6
"""The contrast ratio of lines and empty bars, at least."""


class Palette(Struct, frozen=True):
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
        selected = _selection(ink, ground)

        def read(colour: Color) -> int:
            return encoded(legible(colour, (ground, selected), TEXT))

        warning, error, success = (
            _parse(variables, f"text-{name}") for name in ("warning", "error", "success")
        )
        return cls(
            background=encoded(ground),
            text=read(ink),
            muted=read(_mixed(ink, ground, 0.42)),
            faint=encoded(legible(_mixed(ink, ground, 0.76), (ground,), FAINT)),
            title=read(primary),
            healthy=read(_mixed(primary, ground, 0.25)),
            vanishing=read(warning),
            exploding=read(error),
            good=read(success),
            train=read(primary),
            test=read(success),
            selected=encoded(selected),
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


def _mixed(colour: Color, ground: Color, share: float) -> Color:
    """`colour` with a share of the background in it; the terminal's own colours do not mix."""
    if colour.ansi is not None or ground.ansi is not None:
        return GREY if colour.ansi == -1 else colour
    return colour.blend(ground, share)


def _selection(ink: Color, ground: Color) -> Color:
    """The background of the chosen row: a grey that 256 colours have too; in ansi themes its mark must do."""
    return ground if ink.ansi is not None or ground.ansi is not None else ink.blend(ground, 0.87)
