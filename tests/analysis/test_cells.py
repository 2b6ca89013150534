"""Three kinds of cell in one network: their gradients through time, by a reference of their own and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from msgspec.structs import replace

import vgtui
from tests.engine.sequences import KINDS, OUT, scenario
from tests.reference.recurrent import state_gradients
from vgtui.analysis.cells import CellFlow, cell_flows, compare_cells, decades_per_step
from vgtui.engine.simulation import Simulation
from vgtui.scenario.cells import CELLS, Cell, with_cells
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.model import Gru, Lstm, Rnn, Scenario

LENGTH = 5


def stacked(kind: str) -> Scenario:
    """Two layers of one kind, written by hand."""
    layers = (KINDS[kind](units=3, return_sequences=True), KINDS[kind](units=2))
    return scenario(*layers, OUT, length=LENGTH, rows=4)


@pytest.mark.parametrize("steps", [0, 3])
def test_every_kinds_gradient_at_every_time_step_is_that_of_a_step_by_step_reference(steps: int) -> None:
    comparison = compare_cells(stacked("gru"), steps)
    assert comparison.steps == steps
    assert comparison.layers == (0, 1)
    assert [flow.kind for flow in comparison.flows] == ["rnn", "lstm", "gru"]
    for flow in comparison.flows:
        sim = Simulation(stacked(flow.kind))
        sim.step(steps) if steps else sim.measure()
        for times in flow.times:
            hidden, cell = state_gradients(sim, sim.previous_parameters, times.layer, LENGTH)
            np.testing.assert_allclose(10**times.hidden_log10, hidden, rtol=1e-10)
            if times.cell_log10 is not None:
                np.testing.assert_allclose(10**times.cell_log10, cell, rtol=1e-10)
        assert [times.kind for times in flow.times] == [flow.kind] * 2


def test_the_scenarios_own_kind_is_shown_as_the_run_itself_shows_it() -> None:
    chosen = vgtui.load_scenario("lstm-forget-1")
    run = Simulation(chosen).step(12)
    own = next(flow for flow in compare_cells(chosen, 12).flows if not flow.changed)
    assert (own.kind, own.loss) == ("lstm", run.loss)
    np.testing.assert_array_equal(own.times[0].hidden_log10, run.times[0].hidden_log10)


@pytest.mark.parametrize("name", ["gru", "lstm-forget-0", "rnn-forgets", "rnn-explodes", "rnn-clipped"])
def test_a_presets_own_kind_is_not_a_change_and_the_two_others_are(name: str) -> None:
    chosen = vgtui.load_scenario(name)
    kind = name[:4].rstrip("-")
    assert [cell for cell in CELLS if with_cells(chosen, cell) == chosen] == [kind]


def test_what_both_kinds_can_set_stays_and_every_recurrent_layer_is_replaced() -> None:
    stack = (
        Lstm(units=7, forget_bias=2.0, recurrent_gain=0.8, return_sequences=True, truncate=4),
        Rnn(units=5, activation="relu", recurrent_init="identity"),
    )
    changed = with_cells(scenario(*stack, OUT), "gru")
    assert changed.layers == (
        Gru(units=7, recurrent_gain=0.8, return_sequences=True, truncate=4),
        Gru(units=5, recurrent_init="identity"),
        OUT,
    )
    assert replace(changed, layers=(OUT,)) == scenario(OUT)


def test_of_a_network_of_several_kinds_every_comparison_is_a_change() -> None:
    mixed = scenario(Gru(units=3, return_sequences=True), Lstm(units=3), OUT)
    assert [flow.changed for flow in compare_cells(mixed).flows] == [True, True, True]


def test_a_network_without_a_recurrent_layer_is_answered_in_one_line() -> None:
    with pytest.raises(ScenarioError, match="no recurrent layer"):
        compare_cells(vgtui.load_scenario("keras-moons"))


@pytest.mark.parametrize("allowed", [0, 1, 40])
def test_it_ends_when_it_is_told_to(allowed: int) -> None:
    """Allowed so many updates of the second kind, of 1,000."""

    def watch(kind: Cell, done: int) -> bool:
        seen.append((kind, done))
        return kind == "rnn" or done < allowed

    seen: list[tuple[Cell, int]] = []
    flows: list[CellFlow] = list(cell_flows(stacked("gru"), 1000, watch=watch))
    assert [flow.kind for flow in flows] == ["rnn"]
    kind, done = seen[-1]
    assert kind == "lstm"
    assert allowed <= done < 1000


@pytest.mark.parametrize("rho", [0.5, 0.9, 1.0, 1.3])
def test_an_orthogonal_linear_cell_loses_log10_rho_at_each_step(rho: float) -> None:
    cell = Rnn(units=4, activation="linear", init="zeros", recurrent_gain=rho)
    times = Simulation(scenario(cell, OUT, length=50)).measure().times[0]
    assert decades_per_step(times.hidden_log10) == pytest.approx(math.log10(rho), abs=1e-9)


@pytest.mark.parametrize(
    ("hidden", "decades"),
    [
        ([-5.0, -1.0, -1.0, -2.0], -1.0),
        ([-math.inf, -math.inf, -3.0, -1.0], -2.0),
        ([-math.inf, -math.inf, -1.0], math.nan),
        ([-math.inf], math.nan),
        ([math.nan, -1.0], math.nan),
        ([math.inf, math.inf], math.nan),
        ([math.inf, 0.0, 1.0], math.inf),
    ],
)
def test_decades_are_counted_over_the_steps_that_the_gradient_reaches(
    hidden: list[float], decades: float
) -> None:
    assert decades_per_step(np.array(hidden)) == pytest.approx(decades, nan_ok=True)
