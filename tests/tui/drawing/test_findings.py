"""What the findings look like as cells: numbers whole, parts that add up, signs beside colours, at every size."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import vgtui
from tests.tui.panes.frames import PALETTE, no_warning
from vgtui.analysis.remedies import Outcome, Trial, Trials
from vgtui.scenario.model import Weight
from vgtui.tui.choice import Choice
from vgtui.tui.drawing import diagnosis, lost, paths, precision, slope, spectrum, theory
from vgtui.tui.drawing.cells import CellBuffer
from vgtui.tui.findings import made
from vgtui.tui.trying import Tried

NAMES = ("slope", "lost", "paths", "spectrum", "theory", "diagnosis")


@cache
def finding(name: str, scenario: str = "keras-moons"):
    sim = vgtui.Simulation(vgtui.load_scenario(scenario))
    sim.step(2)
    known = made(name, sim, Choice(Weight(layer=0, row=0, column=1), None))
    assert not known.found.failure
    return known.found.value


def drawn(name: str, width: int, height: int, scenario: str = "keras-moons", aside: str = "") -> CellBuffer:
    found = finding(name, scenario)
    with no_warning():
        if name == "slope":
            return slope.draw_slope(found, 1, aside, width, height, PALETTE)
        if name == "lost":
            return lost.draw_lost(found, 2, False, aside, width, height, PALETTE)
        if name == "paths":
            return paths.draw_paths(found, 0, aside, width, height, PALETTE)
        if name == "spectrum":
            return spectrum.draw_spectrum(found, 1, aside, width, height, PALETTE)
        if name == "theory":
            return theory.draw_theory(found.predicted, found.drawn, 1, width, height, PALETTE)
        return diagnosis.draw_diagnosis(found, None, 0, aside, width, height, PALETTE)


def text_of(cells: CellBuffer) -> str:
    return "\n".join(cells.row_text(y) for y in range(cells.height))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [(1, 1), (12, 3), (38, 9), (52, 12), (78, 18), (198, 50)])
def test_every_finding_fits_every_size(name, size):
    cells = drawn(name, *size)
    assert (cells.width, cells.height) == size


@pytest.mark.parametrize("name", ["lost", "spectrum", "theory"])
@pytest.mark.parametrize("height", [18, 9])
def test_a_click_means_the_layer_whose_number_stands_in_that_row(name, height):
    found = finding(name).predicted if name == "theory" else finding(name)
    layer_at = {"lost": lost, "spectrum": spectrum, "theory": theory}[name].layer_at
    rows = text_of(drawn(name, 78, height)).split("\n")
    meant = {}
    for y, row in enumerate(rows[1:], 1):
        layer = layer_at(found, y, height)
        label = row[2:].split(" ")[0] if layer is not None else ""
        if label and label != "input":
            meant[layer] = label.partition("-")[0]
    assert len(meant) >= 4
    assert all(str(layer) == label for layer, label in meant.items())
    assert layer_at(found, 0, height) is None


def test_a_click_on_a_finding_means_that_one():
    found = finding("diagnosis", "dying-relu")
    lines = text_of(diagnosis.draw_diagnosis(found, None, 0, "", 78, 60, PALETTE)).split("\n")
    for place, one in enumerate(found):
        y = next(y for y, line in enumerate(lines) if line.startswith(f"{one.kind}: "[:20]))
        assert diagnosis.place_at(found, None, 0, y, 78, 60) == place
    assert diagnosis.place_at(found, None, 0, 0, 78, 60) is None


@pytest.mark.parametrize("name", [name for name in NAMES if name != "theory"])
def test_an_older_finding_says_of_which_step_it_is(name):
    assert drawn(name, 78, 18, aside="as of step 2").row_text(0).endswith("as of step 2")


def test_the_ball_lies_on_the_curve_and_the_flat_hill_looks_flat():
    cells = drawn("slope", 78, 18)
    rows = [cells.row_text(y) for y in range(18)]
    ball = next(row for row in rows[1:] if "●" in row)
    assert sum(0x2800 <= ord(sign) < 0x2900 for sign in ball) > 50, "the whole curve is in the ball's row"
    assert "flat: it fills 10^-" in rows[-1]


def test_magnified_by_the_last_power_of_ten_the_curve_fills_a_part_of_the_axis():
    found = finding("slope")
    steps = slope.magnifications(found)
    assert steps[:3] == (1, 10, 100)
    assert 1.0 <= steps[-1] / found.magnification < 10.0
    cells = slope.draw_slope(found, steps[-2], "", 78, 18, PALETTE)
    assert cells.row_text(0).startswith("next dL/dW")  # of the latest batch the chain rule tells
    assert f"magnified ×{steps[-2]:,}" in cells.row_text(17)
    assert sum(any(0x2800 <= ord(s) < 0x2900 for s in cells.row_text(y)) for y in range(18)) > 1


def test_a_stack_of_parts_ends_where_its_sum_does():
    text, owners = lost.stack({"weights": 0.4, "slopes": -0.64, "alignment": -0.32, "memory": 0.0}, 30)
    zero = text.index("│")
    assert text[:zero].strip() == "aaaassssss", "0.96 decades at ten cells a decade"
    assert text[zero + 1 :].strip() == "wwww"
    assert owners.count("slopes") == 6
    beyond, _ = lost.stack({"slopes": -9.0}, 30)
    assert beyond[0] == "‹"


def test_where_lost_tells_the_chosen_boundary_in_parts_that_add_up():
    boundary = finding("lost").boundaries[2]
    shown = text_of(drawn("lost", 78, 18))
    line = next(line for line in shown.splitlines() if "layer 2:" in line)
    numbers = [float(word) for word in line.replace("=", " ").split() if word[0] in "+-"]
    assert numbers[0] == pytest.approx(boundary.total, abs=0.01)
    assert sum(numbers[1:]) == pytest.approx(numbers[0], abs=0.03)


def test_recurrent_boundaries_run_along_time():
    cells = lost.draw_lost(finding("lost", "rnn-forgets"), 0, True, "", 78, 18, PALETTE)
    assert "through time" in cells.row_text(0)
    assert "t 0" in cells.row_text(2)


def test_paths_are_counted_and_the_strongest_carries_what_it_says():
    found = finding("paths")
    shown = text_of(drawn("paths", 100, 18))
    assert "320,000,000 paths" in shown, "32 samples through 10 units in each of seven layers"
    first = next(line for line in shown.splitlines() if line.startswith("▸"))
    assert float(first.split()[1]) == pytest.approx(found.strongest[0].contribution, rel=0.01)
    assert first.count("→") == 8


def test_a_long_route_leaves_out_its_middle_with_a_mark():
    path = finding("paths", "rnn-forgets").strongest[0]
    assert len(paths.route(path, 40)) <= 40
    assert "…" in paths.route(path, 40)
    assert "…" not in paths.route(path, 1000)


def test_every_singular_value_is_in_a_histogram_and_the_ends_in_numbers():
    found = finding("spectrum")
    shown = drawn("spectrum", 110, 18)
    row = next(shown.row_text(y) for y in range(18) if shown.row_text(y).startswith("▸ 1"))
    largest = 10 ** found.layers[1].values.log10[0]
    assert float(row.split()[-4]) == pytest.approx(largest, rel=0.01)
    assert "input to output" in shown.row_text(17)


def test_theory_names_the_phase_and_how_far_the_draw_is_from_it():
    found = finding("theory")
    shown = drawn("theory", 110, 18)
    assert "ordered" in shown.row_text(0)
    assert "0.0557" in shown.row_text(0), "chi_1 of sigmoids at a weight variance of 1"
    row = shown.row_text(3).split()
    differ = found.drawn.column("weight_grad_log10")[1] - found.predicted.layers[1].weight_grad_log10
    assert f"{differ:+.2f}" in row


def test_a_finding_tells_cause_place_and_the_number_it_is_held_against():
    shown = text_of(drawn("diagnosis", 78, 24))
    assert "vanishing: slopes · layer 0, step 0" in shown
    assert "held against 3" in shown


def test_the_format_that_loses_entries_says_from_which_layer():
    from vgtui.analysis.precision import PrecisionComparison, PrecisionFlow

    size, none = np.array([-9.0, -5.0, -1.0]), np.zeros(3)
    flows = (
        PrecisionFlow("float64", 1.0, 1.0, 0.69, 0, size, none, None),
        PrecisionFlow("float16", 1.0, 1.0, 0.69, 0, size, np.array([1.0, 0.25, 0.0]), 1),
    )
    comparison = PrecisionComparison(("a", "b", "c"), 0, flows)
    for width, height in ((20, 4), (60, 9), (150, 12)):
        cells = precision.draw_precision(comparison, 0, "", width, height, PALETTE)
        assert (cells.width, cells.height) == (width, height)
    rows = [cells.row_text(y) for y in range(12)]
    assert "float16 loses entries from layer 1 back" in rows[0]
    assert [row.split()[0] for row in rows[2:4]] == ["2", "1"], "the output's layer first"
    assert "25% 0" in rows[3]
    assert "∅" in rows[4]
    assert rows[4].startswith("▸")


@pytest.mark.parametrize(("width", "parts"), [(30, 1), (48, 2), (60, 3), (100, 4)])
def test_of_a_remedy_tried_there_is_as_much_as_fits_whole(width, parts):
    outcome = Outcome(decades_lost=2.24, loss=7.2e-05, accuracy=0.96, reached=12)
    row = diagnosis.outcome_line("ten times the learning rate", outcome, width)
    assert len(row.rstrip()) <= width
    told = [part for part in ("loss 7.20e-05", "96.0 %", "lost   2.2", "half way after 12") if part in row]
    assert len(told) == parts
    name = row.partition(" loss")[0].rstrip()
    assert name == "ten times the learning rate" if width == 100 else name.endswith("…")


def test_remedies_take_the_room_that_findings_leave():
    outcome = Outcome(decades_lost=2.24, loss=7.2e-05, accuracy=0.96, reached=None)
    scenario = vgtui.load_scenario("relu-he")
    names = ("tanh", "he", "skips", "lstm", "adam")
    every = tuple(Trial(name, "", scenario, outcome) for name in names)
    tried = Tried(scenario, 0, 1.0, Trials(300, outcome, outcome, 0.1, every))
    rows = text_of(diagnosis.draw_diagnosis([], tried, 0, "", 60, 9, PALETTE)).split("\n")
    assert [row.split()[0] for row in rows[2:8]] == ["unchanged", "▸", "he", "skips", "lstm", "adam"]
    assert diagnosis.place_at([], tried, 0, 4, 60, 9) == 1
