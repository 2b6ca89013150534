"""For every character that is drawn, one that every terminal has: the drawing set of ASCII, of the same width."""

from __future__ import annotations

import unicodedata

from rich.cells import get_character_cell_size

SIGNS = {
    "±": "+", "²": "2", "³": "3", "·": ".", "×": "x", "÷": "/", "‖": "|", "…": "~", "‹": "<", "›": ">",
    "–": "-", "—": "-", "‑": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "•": "*", "‣": ">", "°": "o",
    "←": "<", "↑": "^", "→": ">", "↓": "v", "↔": "-", "↕": "|", "⌫": "<", "⏎": "<", "↵": "<", "␣": "_",
    "∅": "0", "∂": "d", "∇": "V", "∈": "e", "∏": "P", "∑": "S", "−": "-", "∘": "o", "√": "V", "∞": "8",
    "≈": "~", "≠": "#", "≤": "<", "≥": ">", "⟨": "<", "⟩": ">", "ᵀ": "T", "⁻": "-", "Δ": "D", "Σ": "S",
    "Π": "P", "Ω": "O", "α": "a", "β": "b", "γ": "g", "δ": "d", "ε": "e", "η": "n", "θ": "o", "λ": "l",
    "μ": "u", "µ": "u", "π": "p", "ρ": "r", "σ": "s", "τ": "t", "φ": "f", "χ": "x", "ξ": "x", "′": "'", "ω": "w",
    "▲": "^", "△": "^", "▶": ">", "▷": ">", "▸": ">", "▹": ">", "►": ">", "▼": "v", "▽": "v", "▾": "v",
    "▿": "v", "◀": "<", "◁": "<", "◂": "<", "◃": "<", "◄": "<", "◆": "*", "◇": "o", "●": "*", "○": "o",
    "◉": "@", "◌": "o", "◦": "o", "■": "#", "□": "0", "▪": "*", "▫": "o", "★": "*", "☆": "*", "⭑": "*",
    "✓": "v", "✔": "v", "✗": "x", "✘": "x", "⚠": "!", "░": ".", "▒": ":", "▓": "%",
}  # fmt: skip
"""Signs and letters."""

LINES = {"|": "│┃╎╏┆┇┊┋║╵╷╹╻▏▕▐", "-": "─━┄┅┈┉╌╍╴╶╸╺▔", "=": "═", "/": "╱", "\\": "╲", "X": "╳"}
"""Lines and edges. What has an arm across is a corner, and that is a +."""

BLOCKS = {
    "▀": '"', "▁": "_", "▂": ".", "▃": ":", "▄": "-", "▅": "=", "▆": "+", "▇": "*", "█": "#",
    "▉": "*", "▊": "+", "▋": "=", "▌": "-", "▍": ":", "▎": ".", "▏": ".",
    "▖": ".", "▗": ".", "▘": "'", "▝": "'", "▙": "L", "▛": "r", "▜": "7", "▟": "J", "▚": "%", "▞": "%",
}  # fmt: skip
"""Blocks: the more of the cell is filled, the heavier."""

UPPER_DOTS, LOWER_DOTS = 0x1B, 0xE4
"""Of the eight dots of braille, those in the upper half of the cell, and in the lower."""

EXPLICIT = {
    **{ord(sign): plain for plain, signs in LINES.items() for sign in signs},
    **{ord(sign): plain for sign, plain in (SIGNS | BLOCKS).items()},
}


class Counterparts(dict[int, str | None]):
    """A table for `str.translate`, filled as characters come up; those of the codec `kept` stay as they are."""

    def __init__(self, kept: str = "ascii") -> None:
        super().__init__()
        self._kept = kept

    def __missing__(self, code: int) -> str | None:
        self[code] = found = self._find(chr(code))
        return found

    def _find(self, character: str) -> str | None:
        try:
            character.encode(self._kept)
        except UnicodeEncodeError:
            return counterpart(character)
        return character


def counterpart(character: str) -> str | None:
    """ASCII of the same width; None for what has no width."""
    code = ord(character)
    if code in EXPLICIT:
        return EXPLICIT[code]
    if 0x2800 <= code <= 0x28FF:
        dots = code - 0x2800
        return " '.:"[bool(dots & UPPER_DOTS) + 2 * bool(dots & LOWER_DOTS)]
    if 0x2500 <= code <= 0x257F:
        return "+"
    plain = unicodedata.normalize("NFKD", character)[0]
    width = get_character_cell_size(character)
    if width == 0:
        return None
    return plain if width == 1 and plain.isascii() and plain.isprintable() else "?" * width
