"""Every character that the program draws has another that any terminal has, of the same width."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType

import pytest
from rich.cells import cell_len
from textual._border import BORDER_CHARS

import vgtui
from vgtui.tui.drawing.counterparts import Counterparts, counterpart

PACKAGE = Path(vgtui.__file__).parent


def texts(path: Path) -> Iterator[str]:
    """Every string in a source but its docstrings, which an optimising compiler leaves out."""
    left: list[object] = [compile(path.read_text(), path, "exec", dont_inherit=True, optimize=2)]
    while left:
        match left.pop():
            case str(text):
                yield text
            case CodeType(co_consts=parts):
                left += parts
            case tuple(parts) | frozenset(parts):
                left += parts


@cache
def drawn() -> frozenset[str]:
    sources = [text for path in PACKAGE.rglob("*.py") for text in texts(path)]
    presets = [path.read_text() for path in (PACKAGE.parent / "scenarios").glob("*.toml")]
    borders = [edge for rows in BORDER_CHARS.values() for row in rows for edge in row]
    return frozenset(sign for sign in "".join((*sources, *presets, *borders)) if not sign.isascii())


def test_every_character_that_is_drawn_has_a_counterpart_of_its_own() -> None:
    found = drawn()
    assert {"█", "▼", "╭", "‖", "…"} <= found
    assert {sign for sign in found if "?" in (counterpart(sign) or "?")} == set()


def test_counterparts_are_ascii_of_the_same_width() -> None:
    samples = (
        drawn() | {chr(code) for code in range(0x2500, 0x25A0)} | {chr(c) for c in range(0x2800, 0x2900)}
    )
    for sign in samples | {"é", "漢", "字", "🔎", "ß", "ẞ", "Ⅷ", "\u0301", "\x9b", "￿"}:
        plain = counterpart(sign) or ""
        assert plain.isascii(), sign
        assert plain.isprintable(), sign
        assert len(plain) == cell_len(sign), sign


def test_dots_stay_in_their_half_of_the_cell() -> None:
    assert [counterpart(sign) for sign in "⠀⠉⠛⣀⣤⣿⠁⢀"] == [" ", "'", "'", ".", ".", ":", "'", "."]


def test_bars_grow_with_what_they_show() -> None:
    assert len({counterpart(sign) for sign in "▁▂▃▄▅▆▇█"}) == 8


@pytest.mark.parametrize(
    ("kept", "text", "written"),
    [("ascii", "│é█…", "|e#~"), ("cp437", "│é█…⣿", "│é█~:"), ("ascii", "\x1b[1;31mx", "\x1b[1;31mx")],
)
def test_what_a_terminal_has_it_is_sent(kept: str, text: str, written: str) -> None:
    assert text.translate(Counterparts(kept)) == written
