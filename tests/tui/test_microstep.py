"""One training step in its parts: what is there after each, in the record, in the panes and in the engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.tui.panes.frames import PALETTE, chain, decaying, frame, record, rnn_times, scenario
from vgtui.analysis.weight_map import WeightMap
from vgtui.tui.drawing.cells import CellBuffer
from vgtui.tui.drawing.chain import draw_chain
from vgtui.tui.drawing.gradient import draw_gradient
from vgtui.tui.drawing.weight_map import draw_weight_map
from vgtui.tui.experiment import Experiment
from vgtui.tui.frame import Curve
from vgtui.tui.microstep import Revealed, parts_of, phase_of, reveal
from vgtui.tui.panes.chain import ChainPane
from vgtui.tui.panes.registry import PANES
from vgtui.tui.panes.time import TimePane
from vgtui.tui.slow_motion import SECONDS, pace

STEP = record(decaying(4))


def rows(cells: CellBuffer) -> list[str]:
    return [cells.row_text(y) for y in range(cells.height)]


def bars(part: int, measure: int = 0) -> list[str]:
    return rows(draw_gradient(STEP, measure, 0, 70, 12, PALETTE, revealed=reveal(STEP, part)))[1:5]


def product(part: int, width: int = 90) -> list[str]:
    return rows(draw_chain(chain(4), None, width, 12, PALETTE, reveal(STEP, part)))


def test_the_parts_are_the_layers_forward_the_loss_the_layers_backward_and_the_update():
    parts = [phase_of(STEP, part) for part in range(parts_of(STEP) + 1)]
    forward = [("forward", layer) for layer in (0, 1, 2, 3)]
    backward = [("backward", layer) for layer in (3, 2, 1, 0)]
    assert parts == [("batch", -1), *forward, ("loss", -1), *backward, ("update", -1)]


@pytest.mark.parametrize(
    ("part", "forward", "loss", "backward", "updated"),
    [(0, 0, False, 4, False), (3, 3, False, 4, False), (4, 4, False, 4, False), (5, 4, True, 4, False),
     (6, 4, True, 3, False), (9, 4, True, 0, False), (10, 4, True, 0, True)],
)  # fmt: skip
def test_what_is_there_after_so_many_parts(part: int, forward: int, loss: bool, backward: int, updated: bool):
    seen = reveal(STEP, part)
    assert (seen.forward, seen.loss, seen.backward, seen.updated) == (forward, loss, backward, updated)
    assert [seen.hides(k, "saturated") for k in range(4)] == [k >= forward for k in range(4)]
    assert [seen.hides(k, "delta_log10") for k in range(4)] == [k < backward for k in range(4)]
    assert seen.hidden("update_ratio").tolist() == [not updated] * 4


def test_the_sentence_says_which_part_it_was_with_its_number():
    assert reveal(STEP, 2).sentence == "forward through layer 1 (2 of 4): activation 0.510 ± 0.0800"
    assert reveal(STEP, 5).sentence == "the loss of the batch: 0.6900"
    assert reveal(STEP, 8).sentence == "backward through layer 1 (3 of 4): ‖dL/dW‖ 0.0145"
    assert reveal(STEP, 10).sentence == "the update: the weights have moved, learning rate 0.001"


def test_the_bars_come_from_the_output_to_the_input_and_the_forward_pass_stands_where_none_is_yet():
    whole = rows(draw_gradient(STEP, 0, 0, 70, 12, PALETTE))[1:5]
    assert not any("█" in row or "→" in row for row in bars(0))
    assert ["→" in row for row in bars(2)] == [True, True, False, False]
    for back in range(5):
        there = bars(5 + back)
        assert there[4 - back :] == whole[4 - back :]
        assert all("→" in row and "█" not in row and "·" in row for row in there[: 4 - back])


def test_an_update_ratio_is_not_told_before_the_update():
    assert not any("█" in row for row in bars(9, 2))
    assert all("█" in row for row in bars(10, 2))


def test_the_product_gains_one_factor_at_a_time_from_the_loss_to_the_weight():
    assert "so far" not in product(4)[0]
    for part, factors in ((5, 1), (6, 2), (7, 3), (8, 4)):
        line = product(part)[0]
        assert line.rstrip().endswith("so far")
        assert line.count("×") == factors
    assert "so far" not in product(9)[0]
    assert product(9)[0] == rows(draw_chain(chain(4), None, 90, 12, PALETTE))[0]


def test_the_product_so_far_is_the_product_of_what_is_shown():
    line = product(7)[0]
    gains, so_far = line.split("=")[1:]
    numbers = [float(text) for text in gains.split("×")[1:]]
    assert float(so_far.split()[0]) == pytest.approx(np.prod(numbers), rel=0.05)


def test_what_the_product_has_not_come_to_is_a_dot_and_no_number():
    first, *layers, last = product(6)[2:8]
    assert all("·" in row and "█" not in row for row in (first, *layers[:3]))
    assert "·" not in layers[3] + last


def test_the_gradient_through_time_comes_with_the_backward_pass_through_its_layer():
    recurrent = replace(STEP, times=(rnn_times(np.array([-3.0, -2.0, -1.0]), layer=1),))
    pane = TimePane()
    shown = {}
    for part in range(parts_of(recurrent) + 1):
        pane.frame = frame(record=recurrent, revealed=reveal(recurrent, part))
        shown[part] = pane.has_content()
    assert [part for part, there in shown.items() if there] == [8, 9, 10]
    pane.frame = frame(record=recurrent, revealed=reveal(recurrent, 7))
    assert "backward pass" in pane.notice()


def seen(experiment: Experiment) -> tuple[object, ...]:
    found = experiment.record
    return (
        found.step,
        found.loss,
        found.measures.tobytes(),
        experiment.chain(),
        experiment.simulation.branches,
    )


def revealed(experiment: Experiment) -> Revealed:
    assert experiment.revealed is not None
    return experiment.revealed


def test_playing_a_step_in_its_parts_is_that_step_and_leaving_it_is_as_if_nothing_had_been():
    experiment, plain = Experiment.opened(scenario(3)), Experiment.opened(scenario(3))
    for one in (experiment, plain):
        one.move(5)
    before = seen(experiment)
    experiment.reveal(1)
    experiment.reveal(4)
    assert (revealed(experiment).part, experiment.step_index) == (4, 5)
    experiment.conceal()
    assert seen(experiment) == before
    assert experiment.revealed is None
    for _ in range(9):
        experiment.reveal(1)
    plain.move(1)
    assert revealed(experiment).updated
    assert seen(experiment) == seen(plain)
    experiment.reveal(1)
    assert (revealed(experiment).part, experiment.step_index) == (0, 6)
    experiment.move(1)
    plain.move(1)
    assert experiment.revealed is None
    assert seen(experiment) == seen(plain)


@pytest.mark.parametrize("parts", [4, 20, 100, 5000])
def test_slow_motion_takes_no_longer_for_a_deep_network(parts: int):
    interval, count = pace(parts)
    assert parts / count * interval <= SECONDS + interval


COMES = {
    "activation": 2,  # of layer 1
    "spectrum": 4,
    "slope": 9,  # of a weight of layer 0
    "paths": 9,
    "lost": 9,
    "precision": 9,
    "diagnosis": 9,
    "theory": 9,
}
"""The part with which what a pane shows is there, of a first step of four layers."""


@pytest.mark.parametrize("name", COMES)
def test_a_pane_of_the_analysis_says_when_it_comes_until_it_is_there(name: str):
    pane = PANES[name].make()
    pane.select_layer(1)
    first = replace(STEP, step=0)
    for part in range(parts_of(first) + 1):
        pane.show(frame(record=first, chain=chain(4), revealed=reveal(first, part)))
        assert pane.is_ready or pane._said(), "never is there nothing at all"
        assert bool(pane.awaited) == (part < COMES[name]), part
        assert not pane.awaited or "pass through" in pane.awaited


def test_theory_of_a_network_in_training_does_not_wait():
    pane = PANES["theory"].make()
    pane.show(frame(record=STEP, revealed=reveal(STEP, 0)))
    assert STEP.step > 0
    assert not pane.awaited


def test_a_gradient_is_no_point_of_its_curve_before_it_is_computed():
    steps = np.arange(3.0)
    curve = Curve(steps, steps, steps, steps, steps, gradients=np.ones((4, 3)), layers=(0, 1, 2, 3))
    pane = PANES["curves"].make()
    pane.measure = "gradient norms"
    pane.pinned = frozenset(range(4))
    for part in range(11):
        pane.show(frame(record=STEP, curve=curve, revealed=reveal(STEP, part)))
        known = [bool(np.isfinite(line.values[-1])) for line in pane._lines()]
        assert known == [layer >= 9 - part for layer in range(4)], part
        assert all(np.isfinite(line.values[:-1]).all() for line in pane._lines())


def test_the_map_of_the_weights_has_no_gradient_before_it_is_computed():
    found = WeightMap(0, "2 tanh", np.full((2, 2), 0.5), np.full((2, 2), 0.25))
    whole = rows(draw_weight_map(found, (0, 0), None, "", 60, 8, PALETTE))
    early = rows(draw_weight_map(found, (0, 0), None, "", 60, 8, PALETTE, "It comes later."))
    assert "0.250" in whole[0]
    assert "0.250" not in early[0]
    assert "It comes later." in early[2]
    assert early[2].split()[:3] == whole[2].split()[:3], "the weights are there"


def test_a_factor_is_explained_once_the_backward_pass_has_been_there():
    pane = ChainPane()
    for part, told in (
        (6, (None, None, "gain of layer 3")),
        (9, ("dL/dW", "gain of layer 1", "gain of layer 3")),
    ):
        pane.show(frame(record=STEP, chain=chain(4), revealed=reveal(STEP, part)))
        for chosen, title in zip((None, 1, 3), told, strict=True):
            pane.chosen = chosen
            found = pane.explanation()
            assert (found is None) == (title is None)
            assert title is None or found.title.startswith(title)
