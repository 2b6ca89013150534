"""Gradient flow of a recurrent layer: which measure is shown, and of which layer."""

from __future__ import annotations

from dataclasses import replace

from tests.tui.panes.frames import PALETTE, decaying, frame, lstm_times, record, rnn_times
from vgtui.engine.record import StepRecord, TimeRecord
from vgtui.tui.panes.gradient import GradientPane

MEASURES = ["weight gradient", "delta", "update ratio", "saturation"]
THROUGH_TIME = "gradient through time"


def recurrent(*times: TimeRecord) -> StepRecord:
    names = ("20 rnn tanh", "20 lstm", "4 softmax")
    return replace(record(decaying(3), names=names), times=times)


def showing(shown: StepRecord | None) -> GradientPane:
    pane = GradientPane()
    pane.show(frame(record=shown))
    return pane


def told(pane: GradientPane) -> str:
    """The measure that the border names."""
    return pane.hint.plain.removeprefix("g ").split(" · ")[0]


def through_time(*times: TimeRecord) -> GradientPane:
    """The pane with that measure chosen."""
    pane = showing(recurrent(*times))
    for _ in MEASURES:
        pane.action_cycle_measure()
    return pane


def test_the_gradient_through_time_is_a_row_for_every_step():
    pane = showing(None)
    assert not pane.hint.plain
    pane = through_time(rnn_times(decaying(12)))
    assert pane.hint.plain == "g gradient through time"
    rows = pane.draw(80, 20, PALETTE)
    assert rows.row_text(0).startswith("  layer 0: 20 rnn tanh")
    assert rows.row_text(19).startswith("▼ the gradient at the first step is 10^-6.8 of the last")


def test_g_goes_round_all_measures_and_only_a_recurrent_record_offers_time():
    for shown, offered in (
        (recurrent(rnn_times(decaying(12))), [*MEASURES, THROUGH_TIME]),
        (record(decaying(9)), MEASURES),
    ):
        pane = showing(shown)
        seen = [told(pane)]
        for _ in offered:
            pane.action_cycle_measure()
            seen.append(told(pane))
        assert seen == [*offered, offered[0]]


def test_a_chosen_measure_stays_when_a_recurrent_layer_comes():
    pane = showing(record(decaying(9)))
    pane.action_cycle_measure()
    pane.show(frame(record=recurrent(rnn_times(decaying(12)))))
    assert told(pane) == "delta"


def test_without_a_recurrent_layer_the_weight_gradient_stands_in_for_time_until_there_is_one_again():
    pane = through_time(rnn_times(decaying(12)))
    pane.show(frame(record=record(decaying(9))))
    assert pane.hint.plain == "g weight gradient · ↑↓ layer"
    assert pane.draw(90, 20, PALETTE).row_text(19).startswith("▼ first layer")
    pane.show(frame(record=recurrent(rnn_times(decaying(12)))))
    assert told(pane) == THROUGH_TIME


def test_the_arrows_go_from_one_recurrent_layer_to_the_next():
    pane = through_time(rnn_times(decaying(12)), lstm_times(decaying(12), layer=1))
    assert pane.hint.plain == "g gradient through time · ↑↓ layer"
    names = []
    for places in (0, 1, 1, -1):
        pane.action_select_layer(places)
        names.append(pane.draw(80, 20, PALETTE).row_text(0).split("  ")[1])
    assert names == ["layer 0: 20 rnn tanh", "layer 1: 20 lstm", "layer 1: 20 lstm", "layer 0: 20 rnn tanh"]


def test_the_first_recurrent_layer_is_shown_where_another_kind_is_selected():
    pane = through_time(lstm_times(decaying(12), layer=1))
    pane.selected = 2
    assert "layer 1: 20 lstm" in pane.draw(80, 20, PALETTE).row_text(0)


def test_a_frame_with_the_same_measure_leaves_the_border_alone(monkeypatch):
    pane = showing(recurrent(rnn_times(decaying(12))))
    painted = []
    monkeypatch.setattr(pane, "refresh", lambda *regions, **how: painted.append(how))
    pane.show(frame(record=recurrent(rnn_times(decaying(12)))))
    assert not painted, "Textual would paint every frame, past what only sends the difference"
    pane.action_cycle_measure()
    assert painted
