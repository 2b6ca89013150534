"""Colours out of what is written to a terminal that has none: what they said is said by bold and reverse."""

from __future__ import annotations

import re
from collections.abc import Callable

STYLE = re.compile(r"\x1b\[([0-9;:]*)m")

STANDS_OUT = 0.3
"""How much lighter or darker than the screen a background is that means something: a cursor, a chosen line."""

SHADES = " ░▒▓█"
"""What half a block in two colours becomes, by how far both are from the screen."""

BOLD, UNDERLINE, REVERSE = 1, 4, 7
ENDS = {22: BOLD, 24: UNDERLINE, 27: REVERSE}

LEVELS = (0, 95, 135, 175, 215, 255)
SIXTEEN = (0.0, 0.25, 0.5, 0.6, 0.15, 0.3, 0.6, 0.8, 0.45, 0.4, 0.8, 0.9, 0.4, 0.5, 0.85, 1.0)
"""How light the terminal's own colours are, about."""


class Monochrome:
    """Rewrites what is written, piece by piece; it remembers the style in force between the pieces."""

    def __init__(self, is_dark: Callable[[], bool]) -> None:
        self._is_dark = is_dark
        self._attributes: set[int] = set()
        self._ink: float | None = None
        self._ground: float | None = None
        self._written: frozenset[int] = frozenset()

    def __call__(self, data: str) -> str:
        """The same without a colour."""
        out, place = [], 0
        for found in STYLE.finditer(data):
            out.append(self._text(data[place : found.start()]))
            self._take(found[1])
            place = found.end()
        out.append(self._text(data[place:]))
        return "".join(out)

    @property
    def _screen(self) -> float:
        """How light the screen is where nothing stands out."""
        return 0.07 if self._is_dark() else 0.9

    def _text(self, text: str) -> str:
        """The text in the style in force, which is written only where it has changed."""
        if not text:
            return ""
        wanted = frozenset(self._attributes ^ {REVERSE} if self._stands_out() else self._attributes)
        if self._ink is not None and self._ground is not None and ("▀" in text or "▄" in text):
            far = abs((self._ink + self._ground) / 2 - self._screen)
            text = re.sub("[▀▄]", SHADES[min(int(far * 1.3 * len(SHADES)), len(SHADES) - 1)], text)
            wanted -= {REVERSE}
        if wanted == self._written:
            return text
        self._written = wanted
        return f"\x1b[{';'.join(map(str, (0, *sorted(wanted))))}m{text}"

    def _stands_out(self) -> bool:
        return self._ground is not None and abs(self._ground - self._screen) > STANDS_OUT

    def _take(self, parameters: str) -> None:
        """The change that one sequence makes."""
        numbers = [int(number or 0) for number in re.split("[;:]", parameters)]
        while numbers:
            number = numbers.pop(0)
            if number == 0:
                self._attributes, self._ink, self._ground = set(), None, None
            elif number in (BOLD, UNDERLINE, REVERSE):
                self._attributes.add(number)
            elif number in ENDS:
                self._attributes.discard(ENDS[number])
            elif number in (38, 48):
                self._colour(number == 38, _extended(numbers))
            elif number in (39, 49):
                self._colour(number == 39, None)
            elif 30 <= number <= 37 or 90 <= number <= 97:
                self._colour(True, SIXTEEN[number % 10 + (8 if number >= 90 else 0)])
            elif 40 <= number <= 47 or 100 <= number <= 107:
                self._colour(False, SIXTEEN[number % 10 + (8 if number >= 100 else 0)])

    def _colour(self, is_ink: bool, lightness: float | None) -> None:
        if is_ink:
            self._ink = lightness
        else:
            self._ground = lightness


def _extended(numbers: list[int]) -> float | None:
    """The lightness, 0 to 1, of the colour that follows 38 or 48; what belongs to it is taken away."""
    kind = numbers.pop(0) if numbers else 0
    if kind == 2 and len(numbers) >= 3:
        red, green, blue = (numbers.pop(0) for _ in range(3))
        return lightness(red, green, blue)
    if kind != 5 or not numbers:
        return None
    number = numbers.pop(0)
    if number < 16:
        return SIXTEEN[number]
    if number >= 232:
        return min(8 + 10 * (number - 232), 255) / 255
    red, green, blue = ((number - 16) // 36, (number - 16) // 6 % 6, (number - 16) % 6)
    return lightness(LEVELS[red], LEVELS[green], LEVELS[blue])


def lightness(red: int, green: int, blue: int) -> float:
    """Of a colour, 0 to 1, as television weighs it (Rec. 601)."""
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255
