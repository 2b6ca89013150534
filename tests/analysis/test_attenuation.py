"""Where the gradient is lost: the parts against plain numpy, and their sums against what the engine measured."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.analysis.networks import NETWORKS, OUT, plane, sequence, simulation
from tests.engine.networks import jiggled
from tests.engine.strategies import examples, scenarios
from tests.reference.exact import AmbiguousError, exact_pass, log10_norm
from vgtui.analysis.attenuation import PARTS, Attenuation, where_lost
from vgtui.analysis.chain_rule import chain_rule
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Dense, Gru, Lstm, Rnn, Scenario
from vgtui.tui.drawing.chain import verdict
from vgtui.tui.drawing.chain_rows import gain_columns, links_of


def adds_up(boundary: Attenuation) -> bool:
    parts = sum(getattr(boundary, part) for part in PARTS)
    return math.isclose(parts, boundary.total, rel_tol=1e-12, abs_tol=1e-12) or parts == boundary.total


def rms_gain(jacobian: np.ndarray) -> float:
    """log10 |J|_F / sqrt(outputs), J (outputs, inputs)."""
    return math.log10(np.linalg.norm(jacobian) / math.sqrt(len(jacobian)))


@pytest.mark.parametrize("name", NETWORKS)
def test_the_parts_add_up_and_the_boundaries_lead_from_delta_to_delta(name: str) -> None:
    sim = simulation(name)
    found = where_lost(sim)
    deltas = sim.measure().column("delta_log10")
    for boundary in found.boundaries:
        assert adds_up(boundary)
        assert boundary.delta_log10 == pytest.approx(deltas[boundary.layer], abs=1e-12)
        if boundary.above is not None:
            assert boundary.total == pytest.approx(deltas[boundary.layer] - deltas[boundary.above], abs=1e-12)
    if all(math.isfinite(boundary.total) for boundary in found.boundaries):
        assert found.total == pytest.approx(found.sum_of("total"), abs=1e-12)
    for times in sim.record.times:
        along = found.through_time[times.layer]
        assert len(along) == len(times.hidden_log10) - 1
        for boundary in along:
            assert boundary.delta_log10 == pytest.approx(times.hidden_log10[boundary.time], abs=1e-12)
            if "truncated" not in name:
                assert adds_up(boundary)
                assert boundary.total == pytest.approx(-np.diff(times.hidden_log10)[boundary.time], abs=1e-12)


def test_weights_and_slopes_of_a_dense_network() -> None:
    sim = Simulation(plane(Dense(units=4, activation="tanh", repeat=2), OUT, rows=5))
    first, second, last = where_lost(sim).boundaries
    p, (x, _) = sim.parameters, sim.batch
    a = np.tanh(x @ p["0.weight"].T + p["0.bias"])
    b = np.tanh(a @ p["1.weight"].T + p["1.bias"])
    assert first.weights == pytest.approx(rms_gain(p["1.weight"]))
    assert second.weights == pytest.approx(rms_gain(p["2.weight"]))
    assert first.slopes == pytest.approx(math.log10(np.sqrt(np.mean((1 - a**2) ** 2))))
    assert second.slopes == pytest.approx(math.log10(np.sqrt(np.mean((1 - b**2) ** 2))))
    assert (first.skip, first.memory, first.dropout, first.normalization) == (0.0, 0.0, 0.0, 0.0)
    assert (last.above, last.total) == (None, 0.0)


def test_a_skip_is_what_arrives_beside_the_weights_and_the_scale_of_the_branch() -> None:
    layers = [Dense(units=3, activation="tanh"), Dense(units=3, activation="tanh", skip=1, skip_scale=0.25)]
    sim = Simulation(plane(*layers, OUT))
    first, second, _ = where_lost(sim).boundaries
    p, (x, y) = sim.parameters, sim.batch
    a = np.tanh(x @ p["0.weight"].T + p["0.bias"])
    b = np.tanh(a @ p["1.weight"].T + p["1.bias"])
    out = a + 0.25 * b
    top = 2 * (out @ p["2.weight"].T + p["2.bias"] - y) / len(x) @ p["2.weight"]
    delta = 0.25 * top * (1 - b**2)
    brought = delta @ p["1.weight"]
    assert second.skip == pytest.approx(math.log10(0.25))
    assert first.skip == pytest.approx(math.log10(np.linalg.norm(brought + top) / np.linalg.norm(brought)))


@pytest.mark.parametrize("kind", ["batch", "layer"])
def test_normalisation_is_the_gain_of_its_jacobian(kind: str) -> None:
    sim = Simulation(plane(Dense(units=3, activation="linear", normalization=kind), OUT, rows=4))
    sim.set_parameters({"0.norm_weight": np.array([2.0, -0.5, 1.5])})
    p, (x, _) = sim.parameters, sim.batch
    axis = 0 if kind == "batch" else 1

    def normalised(flat: np.ndarray) -> np.ndarray:
        z = flat.reshape(4, 3)
        centred = z - z.mean(axis=axis, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=axis, keepdims=True) + 1e-5)
        return (p["0.norm_weight"] * centred / spread).ravel()

    z = (x @ p["0.weight"].T + p["0.bias"]).ravel()
    columns = [normalised(z + 1e-30j * unit).imag / 1e-30 for unit in np.eye(12)]
    assert where_lost(sim).boundaries[0].normalization == pytest.approx(rms_gain(np.array(columns).T))


def cell(sim: Simulation, t: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(x_t, h before, c before) of the latest batch for a recurrent first layer, run in plain numpy."""
    p, x = sim.parameters, sim.batch[0][:, :, None]
    h = c = np.zeros((len(x), p["0.weight_hh"].shape[1]))
    layer = sim.scenario.layers[0]
    for step in range(t):
        h, c = advance(layer, p, x[:, step], h, c, 0.0)
    return x[:, t], h, c


def advance(layer, p, x, h, c, move):
    """One step of an LSTM or GRU, with its z moved by `move`: (h, c)."""
    sigmoid = lambda v: 1 / (1 + np.exp(-v))  # noqa: E731
    own = h @ p["0.weight_hh"].T + p["0.bias_hh"]
    given = x @ p["0.weight_ih"].T + p["0.bias_ih"] + move
    if isinstance(layer, Lstm):
        i, f, g, o = np.split(given + own, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        return sigmoid(o) * np.tanh(c), c
    if isinstance(layer, Rnn):
        return np.tanh(given + own), c
    (xr, xz, xn), (hr, hz, hn) = np.split(given, 3, axis=1), np.split(own, 3, axis=1)
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    return (1 - z) * np.tanh(xn + r * hn) + z * h, c


@pytest.mark.parametrize("layer", [Rnn(units=2), Lstm(units=2), Gru(units=2)])
def test_the_slopes_of_a_recurrent_layer_are_the_gain_of_one_step(layer: Rnn | Lstm | Gru) -> None:
    sim = Simulation(sequence(Rnn(units=1, return_sequences=True), layer, length=3))
    single = Simulation(sequence(layer, length=3))
    found = where_lost(single).through_time[0]
    p, rows = single.parameters, single.batch_rows
    assert found[0].weights == pytest.approx(rms_gain(p["0.weight_hh"]))
    assert where_lost(sim).boundaries[0].weights == pytest.approx(rms_gain(sim.parameters["1.weight_ih"]))
    if isinstance(layer, Gru):
        return  # what the state says to the candidate passes the reset gate: another z
    x, h, c = cell(single, 1)
    width = p["0.weight_ih"].shape[0]
    squares = 0.0
    for unit in np.eye(width):
        moved, _ = advance(layer, p, x, h, c, 1e-30j * unit)
        squares += float(np.sum((moved.imag / 1e-30) ** 2))
    assert found[0].slopes == pytest.approx(0.5 * math.log10(squares / rows / 2))


def test_memory_is_what_comes_back_through_time() -> None:
    sim = Simulation(
        sequence(
            Rnn(units=1, activation="linear", return_sequences=True),
            Rnn(units=1, activation="linear"),
            length=2,
        )
    )
    values = {"0.weight_ih": [[1.0]], "0.weight_hh": [[0.0]], "1.weight_ih": [[1.0]], "1.weight_hh": [[2.0]]}
    sim.set_parameters({name: np.array(value) for name, value in values.items()})
    boundary = where_lost(sim).boundaries[0]
    assert boundary.memory == pytest.approx(0.5 * math.log10(5.0))
    assert (boundary.weights, boundary.slopes) == (0.0, 0.0)
    assert boundary.total == pytest.approx(0.5 * math.log10(5.0))


def test_a_vanished_gradient_is_split_as_truly_as_any_other() -> None:
    sim = Simulation(plane(Dense(units=3, activation="sigmoid", gain=1e-4, repeat=150), OUT))
    found = where_lost(sim)
    assert found.total < -600
    assert all(adds_up(boundary) and math.isfinite(boundary.alignment) for boundary in found.boundaries)
    assert found.boundaries[0].cause == "weights"
    assert found.sum_of("total") == pytest.approx(found.total)


def test_a_dead_layer_is_where_it_is_lost() -> None:
    dead = Dense(units=3, activation="relu", bias_init="constant", bias_scale=-1e3)
    sim = Simulation(plane(Dense(units=3, activation="tanh"), dead, Dense(units=3, activation="tanh"), OUT))
    found = where_lost(sim)
    assert found.culprit == 1
    assert found.boundaries[1].slopes == found.boundaries[1].total == -math.inf
    assert found.boundaries[1].cause == "slopes"
    assert math.isnan(found.boundaries[0].total)


@given(scenarios(samples=st.integers(6, 8), most_layers=4), st.integers(0, 2**32))
@examples(12)
def test_totals_against_fifty_digits(scenario: Scenario, seed: int) -> None:
    sim = jiggled(scenario, seed)
    found = where_lost(sim)
    try:
        truth = exact_pass(scenario, sim.parameters, *sim.batch)
    except AmbiguousError:
        assume(False)
    norms = [log10_norm(delta) for delta in truth.deltas]
    for boundary, norm in zip(found.boundaries, norms, strict=True):
        if boundary.delta_log10 > -15:
            assert boundary.delta_log10 == pytest.approx(norm, abs=1e-5)
        assert adds_up(boundary) or math.isnan(boundary.alignment)


def test_where_no_link_changes_the_size_of_the_gradient_there_is_no_culprit() -> None:
    sim = Simulation(plane(Dense(units=1, activation="linear")))
    sim.measure()
    assert where_lost(sim).culprit is None
    chain = chain_rule(sim, 0, 0, 0)
    assert chain.culprit is None
    assert not any(link.culprit for link in links_of(chain, gain_columns(chain, 80), 10))
    assert verdict(chain) == ["whole batch"]
