"""The Loss and Weights panes: what they say of a run that learns, that stands still, that breaks."""

from __future__ import annotations

import math
from dataclasses import replace

import msgspec

from tests.tui.panes.frames import PALETTE, changes, curve, decaying, frame, record
from vgtui.engine.record import Evaluation
from vgtui.tui.drawing.weights import verdict
from vgtui.tui.frame import Curve, Frame
from vgtui.tui.panes.loss import LossPane
from vgtui.tui.panes.weights import WeightsPane


def loss_rows(shown: Frame, width: int = 70, height: int = 10, log: bool = False) -> list[str]:
    pane = LossPane()
    pane.logarithmic = log
    pane.show(shown)
    cells = pane.draw(width, height, PALETTE)
    return [cells.row_text(y) for y in range(height)]


def weight_rows(shown: Frame, width: int = 90, height: int = 12, chosen: int = 0) -> list[str]:
    pane = WeightsPane()
    pane.show(shown)
    pane.select_layer(chosen)
    cells = pane.draw(width, height, PALETTE)
    return [cells.row_text(y) for y in range(height)]


def test_loss_accuracy_and_rate_are_written_for_both_sets():
    heading = " ".join(loss_rows(frame())[:2])
    for text in ("train 0.4120 86.0 %", "test 0.4370 82.0 %", "rate 0.001"):
        assert text in heading


def test_both_curves_stand_on_one_scale_over_the_steps():
    rows = loss_rows(frame(curve=curve(120)))
    assert [row.split()[0] for row in rows if row[:5].strip() in ("train", "test")][-2:] == ["train", "test"]
    assert rows[-1].split() == ["linear", "step", "0", "833"]
    assert loss_rows(frame(), log=True)[-1].startswith("log")


def test_regression_shows_no_accuracy():
    shown = frame(evaluation=Evaluation(0.4, math.nan, 0.5, math.nan))
    assert "%" not in "".join(loss_rows(shown))
    assert "nan" not in "".join(loss_rows(shown))


def test_without_test_data_there_is_one_curve():
    full = curve(30)
    assert full.step is not None
    only = msgspec.structs.replace(full, test_loss=full.step * math.nan)
    assert not any(row.startswith("test ") for row in loss_rows(frame(curve=only))[1:])


def test_a_run_that_has_no_curve_yet_says_so():
    assert "no evaluation yet" in "".join(loss_rows(frame(curve=Curve(), evaluation=None)))


def test_layers_that_have_not_moved_are_told_by_glyph_word_and_count():
    rows = weight_rows(frame())
    assert "20/20 = unchanged" in rows[1]
    assert "▼ barely moved" in rows[3]
    assert "▼" not in rows[9]
    assert rows[-1].startswith("= 2 of 9 layers have not changed at all")


def test_before_the_first_update_nothing_counts_as_unchanged():
    rows = weight_rows(frame(record=record(decaying(9), step=0)))
    assert rows[-1].startswith("no update yet")
    assert "unchanged" not in "".join(rows)


def test_old_and_new_entries_are_shown_where_there_is_room():
    rows = weight_rows(frame(), width=190)
    assert "0.3123 → 0.4111" in rows[9]
    assert "→" not in "".join(weight_rows(frame(), width=80))


def test_more_layers_than_rows_are_scrolled_and_the_rest_is_announced():
    rows = weight_rows(frame(decaying(50)), chosen=16)
    assert rows[1].split()[0] == "7"
    assert rows[10].startswith("16▸")
    assert "layers 7-16 of 50" in rows[-1]
    assert weight_rows(frame(decaying(50)), chosen=500)[10].startswith("49▸")


def test_a_layer_without_numbers_is_no_unchanged_one():
    broken = replace(changes(3)[2], new_norm=math.nan, relative=math.nan)
    assert verdict(broken) == "nan"
    assert "nan" in weight_rows(frame(weights=(broken,)))[1]


def test_of_one_layer_the_verdict_speaks_as_of_one():
    (last,) = changes(9)[8:]
    alone = frame(record=record(decaying(1)), weights=(replace(last, layer=0),))
    assert weight_rows(alone)[-1].startswith("the layer has moved")
    still = replace(last, layer=0, relative=0.0, unchanged=10)
    assert weight_rows(frame(record=record(decaying(1)), weights=(still,)))[-1].startswith(
        "= 1 of 1 layers has"
    )
