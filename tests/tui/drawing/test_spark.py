"""Curves in eighth blocks, whatever the series holds."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.tui.panes.frames import no_warning
from vgtui.tui.drawing.cells import CellBuffer
from vgtui.tui.drawing.spark import LABEL, Bounds, bounds_of, draw_spark, resample


def drawn(values: list[float], rows: int = 1, width: int = 0, log: bool = False) -> list[str]:
    series = np.array(values, np.float64)
    width = width or len(values)
    steps = np.arange(len(values), dtype=np.float64)
    columns = resample(steps, series, (0.0, float(len(values) - 1)), width)
    cells = CellBuffer(LABEL + width, rows, 1, 0)
    draw_spark(cells, (0, 0), (LABEL + width, rows), columns, bounds_of([columns], log), (1, 2, 3), "loss")
    return [cells.row_text(y)[LABEL:] for y in range(rows)]


def test_a_line_from_bottom_to_top_uses_every_eighth():
    assert drawn([0, 1, 2, 3, 4, 5, 6, 7]) == ["▁▂▃▄▅▆▇█"]


def test_more_rows_resolve_finer():
    assert drawn([0, 1, 2, 3], rows=2) == ["  ▃█", "▁▆██"]


def test_a_constant_series_lies_in_the_middle():
    assert drawn([3.0, 3.0, 3.0, 3.0]) == ["▅▅▅▅"]
    assert drawn([0.0, 0.0, 0.0]) == ["▅▅▅"]


def test_decades_are_equal_steps_when_logarithmic():
    assert drawn([1e-6, 1e-4, 1e-2, 1.0], log=True) == ["▁▃▆█"]


def test_a_logarithm_of_nothing_positive_falls_back_to_linear():
    assert not bounds_of([np.array([-1.0, 0.0])], True).log


def test_a_series_that_blows_up_is_marked_and_the_rest_keeps_its_scale():
    assert drawn([1.0, 2.0, math.inf, math.nan]) == ["▁█▲×"]


def test_what_was_not_evaluated_yet_is_blank_and_a_series_of_nothing_draws_nothing():
    assert drawn([math.nan, math.nan, 1.0, 2.0]) == ["  ▁█"]
    assert drawn([math.nan, math.nan]) == ["  "]


def test_the_bounds_are_written_beside_the_curve():
    cells = CellBuffer(40, 3, 1, 0)
    draw_spark(cells, (0, 0), (40, 3), np.linspace(0, 1, 25), Bounds(0.05, 0.693, False), (1, 2, 3), "train")
    assert cells.row_text(0)[:LABEL].split() == ["train", "0.693"]
    assert cells.row_text(2)[:LABEL].split() == ["0.0500"]


@given(
    hnp.arrays(np.float64, st.integers(1, 60), elements=st.floats(width=64)),
    st.integers(1, 40),
    st.integers(1, 5),
    st.booleans(),
)
def test_no_series_whatever_warns_or_leaves_the_blocks(values: np.ndarray, width: int, rows: int, log: bool):
    with no_warning():
        text = "".join(drawn(values.tolist(), rows, width, log))
    assert set(text) <= set(" ▁▂▃▄▅▆▇█▲×")
