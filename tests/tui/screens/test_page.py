"""A long text: every word of it is there, at any width."""

from __future__ import annotations

import pytest

from vgtui.tui.screens.help import page
from vgtui.tui.screens.page import Line, wrapped


@pytest.mark.parametrize("width", [34, 70, 200])
def test_every_word_is_in_some_row_and_no_row_is_too_wide(width: int):
    for line in page("gradient", lambda _: True):
        rows = wrapped(line, width)
        assert " ".join(row.text for row in rows).split() == line.text.split()
        assert all(len(row.sign) + len(row.text) <= width for row in rows)
        assert line.sign in rows[0].sign


def test_what_is_wrapped_stands_under_the_beginning_of_its_text():
    first, second = wrapped(Line("one two three four", "k"), 24)
    assert first.sign.split() == ["k"]
    assert not second.sign.strip()
    assert len(first.sign) == len(second.sign)
