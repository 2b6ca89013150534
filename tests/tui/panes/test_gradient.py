"""Gradient flow: the whole depth at once, on fixed decades, its state told without colour."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.tui.panes.frames import PALETTE, decaying, frame, record
from vgtui.engine.record import StepRecord
from vgtui.tui.drawing.flow import MEASURES, State, states
from vgtui.tui.drawing.gradient import summary
from vgtui.tui.panes.gradient import GradientPane


def rows_of(
    shown: StepRecord, width: int = 90, height: int = 20, measure: int = 0, selected: int = 0
) -> list[str]:
    pane = GradientPane()
    pane.measure, pane.selected = measure, selected
    pane.show(frame(record=shown))
    cells = pane.draw(width, height, PALETTE)
    return [cells.row_text(y) for y in range(height)]


def test_every_layer_has_its_number_its_ratio_and_its_state_input_first():
    rows = rows_of(record(decaying(9)))
    assert rows[1].split()[:4] == ["▸", "0", "10", "sigmoid"]
    assert "2.75e-06" in rows[1]
    assert "×0.24" in rows[1]
    assert "▼ vanishing" in rows[1]
    assert "0.251" in rows[9]
    assert "×" not in rows[9], "the last layer has no next one"
    assert rows[-1].startswith("▼ first layer is 10^-5.0 of the last")


def test_a_bar_keeps_its_length_when_the_other_layers_change():
    def bar(row: str) -> int:
        return sum(character in "▏▎▍▌▋▊▉█" for character in row)

    calm, wild = decaying(9), decaying(9)
    wild[1:] = np.linspace(-300, 40, 8)
    assert bar(rows_of(record(calm))[1]) == bar(rows_of(record(wild))[1]) > 0


@pytest.mark.parametrize("layers", [50, 300, 1000])
def test_a_deep_network_is_seen_whole(layers: int):
    rows = rows_of(record(decaying(layers, 0.05)), height=20)
    labels = [row[1:].split()[0] for row in rows[1:18] if row[1:].strip()]
    assert labels[0].startswith("0-")
    assert labels[-1].endswith(str(layers - 1))


def test_the_selected_layer_is_marked_in_the_run_it_is_folded_into():
    rows = rows_of(record(decaying(50, 0.1)), height=20, selected=13)
    marked = [row for row in rows[1:18] if row.startswith("▸")]
    assert [row.split()[1] for row in marked] == ["12-14"]
    assert "layer 13" in rows[-2]


def test_nothing_is_too_small_or_too_wrong_to_be_told():
    gradient = decaying(6)
    gradient[:4] = [-612.0, -math.inf, math.nan, math.inf]
    rows = rows_of(record(gradient))
    assert "‹" in rows[1]
    assert "10^-612" in rows[1]
    assert " 0 " in rows[2][30:]
    assert "▼" in rows[1]
    assert "∅" in rows[2], (
        "exactly 0 has not vanished by and by: units are dead, or the format has no such number"
    )
    assert rows[3].split()[-1] == "nan"
    assert "inf" in rows[4]
    assert "▲" in rows[4]


def test_states_are_judged_against_the_last_layer():
    gradient = np.array([-6.0, -3.7, -0.7, -0.6])
    assert states(record(gradient)).tolist() == [
        State.VANISHING,
        State.VANISHING,
        State.HEALTHY,
        State.HEALTHY,
    ]
    assert states(record(gradient - 9)).tolist() == states(record(gradient)).tolist(), (
        "a trained net is no sick one"
    )
    assert states(record(np.array([2.6, 1.0, -0.5]))).tolist() == [
        State.EXPLODING,
        State.HEALTHY,
        State.HEALTHY,
    ]
    broken = np.array([math.nan, math.inf, -math.inf, -1.0])
    assert states(record(broken)).tolist() == [State.NAN, State.EXPLODING, State.ZERO, State.HEALTHY]
    dead = record(np.array([-math.inf, -1.0]), dead=np.array([1.0, 0.2]))
    assert states(dead).tolist() == [State.DEAD, State.HEALTHY]


def test_other_measures_have_their_own_unit_and_scale():
    shown = record(decaying(9), saturated=np.linspace(0, 1, 9), update_ratio=1e-3)
    assert "‖dL/dz‖" in rows_of(shown, measure=1)[0]
    assert "0.00100" in rows_of(shown, measure=2)[1]
    saturation = rows_of(shown, measure=3)
    assert "100%" in saturation[0]
    assert "37.5 %" in saturation[4]
    assert "layer 8" in saturation[-1]


def test_a_measurement_without_an_update_says_so():
    shown = record(decaying(9), update_ratio=math.nan)
    assert "no update yet" in rows_of(shown, measure=2)[-1]


@pytest.mark.parametrize(
    ("values", "text", "state"),
    [
        ([-6.0, -1.0], "▼ first layer is 10^-5.0 of the last", State.VANISHING),
        ([4.0, -1.0], "▲ first layer is 10^5.0 of the last", State.EXPLODING),
        ([-1.5, -1.0], "first layer is 10^-0.5 of the last", State.HEALTHY),
        ([-math.inf, -1.0], "∅ ‖dL/dW‖ is exactly 0 in the first layer", State.ZERO),
        ([-math.inf, -math.inf], "∅ ‖dL/dW‖ is exactly 0 in the first and in the last layer", State.ZERO),
        ([math.nan, -1.0], "‖dL/dW‖ is not a number in 1 of 2 layers", State.NAN),
    ],
)
def test_the_whole_depth_is_summed_up_in_a_sentence(values: list[float], text: str, state: State):
    assert summary(np.array(values), MEASURES[0]) == (text, state)
