"""The tabs of a small terminal: each says what it is, or at least by which key one goes there."""

import pytest

from vgtui.tui.keymap import tab_labels
from vgtui.tui.panes.registry import PANES
from vgtui.tui.panes.tabs import cut_to, taken

SHORT = [tab_labels(kind.name)[1] for kind in PANES.values() if kind.key and kind.name != "time"]


@pytest.mark.parametrize("width", range(36, 120, 4))
def test_tabs_fit_and_what_is_cut_has_a_mark(width: int):
    cut = cut_to(SHORT, 2, width)
    assert taken(cut, 1) <= width
    assert cut[2].startswith("3 Ne")
    for whole, label in zip(SHORT, cut, strict=True):
        assert label in (whole, whole[0]) or (label.endswith("…") and whole.startswith(label[:-1]))


def test_at_eighty_columns_every_tab_says_what_it_is():
    for whole, label in zip(SHORT, cut_to(SHORT, 0, 80), strict=True):
        assert len(label.rstrip("…")) >= min(len(whole), 6)
