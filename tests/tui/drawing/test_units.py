"""Maps of units: where each is, how many there are, and what is left out of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tui.drawing.test_pictures import plane, rows
from tests.tui.panes.frames import PALETTE
from vgtui.analysis.units import UnitMaps
from vgtui.tui.drawing.decision import Look, draw_decision
from vgtui.tui.drawing.units import arranged, draw_unit, draw_units


def maps(units: int) -> UnitMaps:
    """Unit k is above its middle in the right half, by k."""
    at = plane()
    side = np.broadcast_to((at.x > 0) * 2.0 - 1, (len(at.y), len(at.x)))
    values = np.arange(units)[:, None, None] * side
    return UnitMaps(
        2, "9 tanh", at.names, at.x, at.y, values, units, 0.0, max(units - 1.0, 0.0), at.samples, 2
    )


@settings(max_examples=40)
@given(st.integers(1, 130), st.integers(1, 50), st.sampled_from([1, 2, 10, 64, 200]), st.booleans())
def test_maps_are_drawn_at_any_size(width: int, height: int, units: int, discrete: bool):
    for draw in (draw_units, draw_unit):
        cells = draw(maps(units), units - 1, "", width, height, PALETTE, Look(discrete=discrete))
        assert (cells.width, cells.height) == (width, height)


@pytest.mark.parametrize(("count", "width", "rows"), [(10, 58, 12), (1, 40, 10), (10, 48, 10), (64, 120, 30)])
def test_all_units_are_there_where_there_is_room_and_no_map_is_too_small(count: int, width: int, rows: int):
    across, down = arranged(count, width, rows)
    assert across * down >= count
    assert (width + 1) // across - 1 >= 8
    assert rows // down - 1 >= 3


def test_the_page_with_the_chosen_unit_is_shown_and_says_which_units_it_has():
    told = "\n".join(rows(draw_units(maps(200), 150, "", 60, 14, PALETTE)))
    assert "▸150" in told
    assert "of 200" in told
    assert "units 144-161 of 200" in told


def test_by_sides_alone_there_are_two_colours_and_samples_can_be_left_out():
    cells = draw_unit(maps(3), 2, "", 40, 12, PALETTE, Look(discrete=True, train=False, test=False))
    inner = (slice(1, 11), slice(None))
    halves = set(cells.background[inner].ravel()) | set(
        cells.foreground[inner][cells.codes[inner] == ord("▀")]
    )
    assert len(halves) == 2
    assert not any(sign in row for row in rows(cells) for sign in "○●□■")
    for look, there, gone in ((Look(test=False), "○●", "□■"), (Look(train=False), "□■", "○●")):
        told = "".join(rows(draw_decision(plane(), "", 40, 12, PALETTE, look)))
        assert all(sign in told for sign in there)
        assert not any(sign in told for sign in gone)
