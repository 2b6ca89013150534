"""Each planted fault is named, and nothing else; of sound networks nothing is said."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.analysis.faults import HEALTHY, OUT, PLANTED, Case, dense
from tests.analysis.networks import plane
from vgtui.analysis.diagnosis import KINDS, THRESHOLDS, diagnose
from vgtui.analysis.diagnosis.evidence import constant_loss
from vgtui.engine.probe import Probe
from vgtui.engine.simulation import Simulation
from vgtui.scenario.edit import set_value
from vgtui.scenario.library import load_scenario
from vgtui.scenario.model import Dense, Precision
from vgtui.scenario.remedies import REMEDIES

NAMED = {"ids": lambda case: case.name.replace(" ", "-")}


def told(case: Case, folder) -> list[tuple[str, str]]:
    return [(finding.kind, finding.cause) for finding in diagnose(case.simulation(folder))]


@pytest.mark.parametrize("case", PLANTED, **NAMED)
def test_the_planted_fault_is_named_and_nothing_else(case, tmp_path):
    sim = case.simulation(tmp_path)
    findings = diagnose(sim)
    assert [(finding.kind, finding.cause) for finding in findings] == [(case.kind, case.cause)]
    assert set(findings[0].remedies) <= {remedy.name for remedy in REMEDIES if remedy.applied(sim.scenario)}
    assert findings[0].numbers


@pytest.mark.parametrize("steps", [0, 2])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_network_that_begins_with_weights_that_are_no_numbers_is_told_just_that(value, steps):
    sim = Simulation(load_scenario("keras-moons"))
    sim.set_parameters({"0.weight": np.full((10, 2), value)})
    if steps:
        sim.step(steps)
    assert [(found.kind, found.cause) for found in diagnose(sim)] == [("non-finite", "a value that was set")]


@pytest.mark.parametrize("case", HEALTHY, **NAMED)
def test_of_a_sound_network_nothing_is_said(case, tmp_path):
    assert told(case, tmp_path) == []


def test_there_are_thirty_planted_faults_of_every_kind_and_ten_sound_networks():
    assert len(PLANTED) >= 30
    assert len(HEALTHY) >= 10
    assert {case.kind for case in PLANTED} == set(KINDS)


def test_diagnosing_leaves_the_simulation_bit_identical():
    layers = (dense("relu", 3, init="he_normal"), OUT)
    case = Case("", layers, steps=90, training={"optimizer": "adam", "learning_rate": 3.0})
    simulation, twin = case.simulation(None), case.simulation(None)
    batch, record = simulation.batch, simulation.record
    assert diagnose(simulation)
    assert simulation.record is record
    assert all(np.array_equal(a, b) for a, b in zip(simulation.batch, batch, strict=True))
    assert (simulation.step_index, simulation.last_step) == (90, 90)
    for move in (lambda sim: sim.step(7), lambda sim: sim.back(40), lambda sim: sim.step(3)):
        assert np.array_equal(move(simulation).measures, move(twin).measures, equal_nan=True)
        assert all(np.array_equal(v, twin.parameters[k]) for k, v in simulation.parameters.items())


def test_a_step_back_in_time_is_diagnosed_as_it_was_then():
    simulation = Simulation(load_scenario("explodes"))
    simulation.step(30)
    assert diagnose(simulation)[0].consequences
    simulation.seek(2)
    assert not any("gave" in sentence for f in diagnose(simulation) for sentence in f.consequences)


@pytest.mark.parametrize(
    ("name", "value", "case"),
    [
        ("lost decades", 99.0, "sigmoid stack, trained"),
        ("gained decades", 99.0, "tanh beyond the edge of chaos"),
        ("saturated", 1.1, "saturated tanh"),
        ("dead", 1.1, "born dead"),
        ("same rows", -1.0, "zero weights"),
        ("update too small", 0.0, "rate too small"),
        ("clipped to", 0.0, "clipped to nothing"),
        ("still", 0.0, "huge first weights, normalised"),
        ("overfit gap", 1e9, "twenty samples by heart"),
        ("flat", 0.0, "moons that noise has merged"),
    ],
)
def test_a_threshold_decides(name, value, case, tmp_path, monkeypatch):
    planted = next(planted for planted in PLANTED if planted.name == case)
    monkeypatch.setitem(THRESHOLDS, name, replace(THRESHOLDS[name], value=value))
    assert (planted.kind, planted.cause) not in told(planted, tmp_path)


def test_a_finding_names_place_numbers_and_what_follows_from_it():
    simulation = Simulation(load_scenario("digits-deep-cnn"))
    simulation.step(4)
    (finding,) = diagnose(simulation)
    record = Simulation(load_scenario("digits-deep-cnn")).measure()
    lost = next(number for number in finding.numbers if number.name == "decades lost")
    assert (finding.place.layer, finding.place.step) == (0, 0)
    assert lost.value == pytest.approx(record.layers[-1].delta_log10 - record.layers[0].delta_log10, abs=0.3)
    assert lost.limit == THRESHOLDS["lost decades"].value


def test_the_best_constant_answer_costs_the_entropy_the_variance_or_the_distance_from_the_median():
    coins, dice = np.array([[1.0], [0.0]]), np.eye(6)
    assert constant_loss("binary_cross_entropy", coins) == pytest.approx(math.log(2))
    assert constant_loss("cross_entropy", dice) == pytest.approx(math.log(6))
    numbers = np.array([[1.0], [2.0], [6.0]])
    assert constant_loss("mean_squared_error", numbers) == pytest.approx(14 / 3)
    assert constant_loss("mean_absolute_error", numbers) == pytest.approx(5 / 3)


@pytest.mark.parametrize("precision", ["float32", "float16", "bfloat16"])
def test_what_an_update_did_to_its_own_batch_is_seen_in_every_precision(precision: Precision) -> None:
    scenario = plane(Dense(units=3, activation="tanh"), OUT, optimizer="sgd", learning_rate=0.1)
    exact = Probe.of(Simulation(scenario)).checked_step()
    rounded = Probe.of(Simulation(set_value(scenario, "precision", precision))).checked_step()
    assert exact.loss_after < exact.record.loss
    assert rounded.loss_after == pytest.approx(exact.loss_after, rel=0.05)


def test_a_loss_that_starts_high_is_no_explosion_where_the_weights_stretch_nothing() -> None:
    steep = set_value(load_scenario("course-01-gradient"), "training.learning_rate", 0.5)
    sim = Simulation(steep)
    sim.step(30)
    (found,) = diagnose(sim)
    assert (found.kind, found.cause) == ("learning rate too large", "learning rate")


def test_gradients_that_float16_rounds_to_zero_have_underflown_and_loss_scaling_is_the_first_remedy() -> None:
    sim = Simulation(load_scenario("float16-underflow"))
    sim.step(20)
    (found,) = diagnose(sim)
    assert (found.kind, found.cause, found.place.layer) == ("underflow", "range of numbers", 0)
    exact = Simulation(set_value(sim.scenario, "precision", "float32"))
    exact.measure()
    (true,) = found.numbers
    assert true.value == pytest.approx(exact.record.layers[0].weight_grad_log10, abs=0.3)
    assert found.remedies[:2] == ("loss scaling", "bfloat16")
    for remedy in REMEDIES:
        if remedy.name in found.remedies[:2]:
            cured = remedy.applied(sim.scenario)
            assert cured is not None
            better = Simulation(cured)
            better.step(60)
            assert not diagnose(better), remedy.name
