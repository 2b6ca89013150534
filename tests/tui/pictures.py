"""What is on the screen, cell by cell: characters, colours and attributes, as the terminal would get them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from string import ascii_lowercase
from typing import Any
from zlib import crc32

from rich.cells import cell_len
from rich.color import Color, ColorType
from rich.style import Style
from textual.app import App
from textual.geometry import Region
from textual.strip import Strip


@dataclass(frozen=True)
class Look:
    """How a cell is drawn: `#rrggbb`, the name of one of the terminal's colours, or `default`."""

    ink: str
    ground: str
    attributes: str

    def __str__(self) -> str:
        return f"{self.ink} on {self.ground} {self.attributes}".rstrip()


@dataclass(frozen=True)
class Picture:
    """A screen: rows of (text, look), each run of cells of one look once."""

    rows: tuple[tuple[tuple[str, Look], ...], ...]

    @classmethod
    def of(cls, app: App[Any]) -> Picture:
        """The screen of a running app, as it is now."""
        strips = app.screen._compositor.render_strips()
        return cls(tuple(tuple(runs_of(strip)) for strip in strips))

    def part(self, region: Region) -> Picture:
        """What is within a region of it; characters of two cells must not come before that in a row."""
        return Picture(
            tuple(tuple(_between(row, region.x, region.right)) for row in self.rows[region.y : region.bottom])
        )

    @property
    def texts(self) -> list[str]:
        """The characters of every row."""
        return ["".join(text for text, _ in row) for row in self.rows]

    @property
    def widths(self) -> set[int]:
        """How many cells wide the rows are."""
        return {cell_len(text) for text in self.texts}

    def looks(self) -> dict[Look, str]:
        """Two letters for every look, the same ones on whatever screen it is, unless two looks would share them."""
        names: dict[Look, str] = {}
        for look in sorted({look for row in self.rows for _, look in row}, key=str):
            place = crc32(str(look).encode())
            names[look] = next(name for name in _from(place) if name not in names.values())
        return names

    def styles(self, letters: dict[Look, str]) -> list[str]:
        """Every row as runs of one look: `12ab3cd` is twelve cells of ab and three of cd."""
        return ["".join(f"{len(text)}{letters[look]}" for text, look in row) for row in self.rows]


def _between(row: tuple[tuple[str, Look], ...], start: int, stop: int) -> Iterator[tuple[str, Look]]:
    at = 0
    for text, look in row:
        inside = text[max(start - at, 0) : max(stop - at, 0)]
        if inside:
            yield inside, look
        at += len(text)


def runs_of(strip: Strip) -> Iterator[tuple[str, Look]]:
    """The text of a strip with its looks; neighbours that look alike are one."""
    for look, segments in groupby(strip, key=lambda segment: look_of(segment.style)):
        yield "".join(segment.text for segment in segments), look


def _from(place: int) -> Iterator[str]:
    """All names of two letters, from one of them on."""
    count = len(ascii_lowercase)
    for step in range(count * count):
        first, second = divmod((place + step) % (count * count), count)
        yield ascii_lowercase[first] + ascii_lowercase[second]


@lru_cache(maxsize=4096)
def look_of(style: Style | None) -> Look:
    """A style as one look."""
    style = style or Style.null()
    given = {"b": style.bold, "d": style.dim, "i": style.italic, "u": style.underline, "r": style.reverse}
    return Look(named(style.color), named(style.bgcolor), "".join(key for key, on in given.items() if on))


def named(colour: Color | None) -> str:
    """A colour as a snapshot writes it."""
    if colour is None or colour.is_default:
        return "default"
    if colour.type == ColorType.STANDARD:
        return colour.name
    red, green, blue = colour.get_truecolor()
    return f"#{red:02x}{green:02x}{blue:02x}"


@lru_cache(maxsize=4096)
def contrast(ink: str, ground: str) -> float:
    """The contrast ratio of two colours `#rrggbb`: WCAG 2.1, 1.4.3."""
    light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance, 0 for black and 1 for white."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
