"""Recurrent layers against a step-by-step NumPy reference, closed forms and each other."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.sequences import KINDS, OUT, jiggled, scenario
from tests.engine.strategies import examples
from tests.reference.recurrent import gradient_entry, loss_of
from vgtui import chain_rule
from vgtui.analysis.weights import weight_changes
from vgtui.engine.simulation import Simulation
from vgtui.scenario.edit import set_value
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.model import Data, Gru, Layer, Lstm, Recurrent, Rnn, Scenario, Training

Array = np.ndarray[Any, Any]


@st.composite
def recurrent(draw: st.DrawFn, sequences: bool) -> Recurrent:
    kind = draw(st.sampled_from(sorted(KINDS)))
    facts: dict[str, Any] = {}
    if kind == "rnn":
        facts["activation"] = draw(st.sampled_from(["tanh", "relu", "sigmoid", "linear"]))
    truncate = draw(st.none() | st.integers(1, 20))
    units = draw(st.integers(1, 9))
    return KINDS[kind](
        units=units, truncate=truncate, return_sequences=sequences, recurrent_gain=0.8, **facts
    )


@st.composite
def networks(draw: st.DrawFn) -> Scenario:
    """Up to three recurrent layers, the last one handing on its last state or all of them."""
    stack = [draw(recurrent(sequences=True)) for _ in range(draw(st.integers(0, 2)))]
    stack.append(draw(recurrent(sequences=draw(st.booleans()))))
    source, length, rows = (
        draw(st.sampled_from(["wave", "adding"])),
        draw(st.integers(2, 37)),
        draw(st.integers(4, 9)),
    )
    return scenario(*stack, OUT, source=source, length=length, rows=rows)


@given(networks(), st.integers(0, 2**32))
@examples(40)
def test_loss_gradients_and_chain_rule_are_those_of_the_step_by_step_reference(
    chosen: Scenario, seed: int
) -> None:
    sim = jiggled(chosen, seed)
    loss = sim.measure().loss
    parameters, gradients = sim.parameters, sim.gradients
    assert loss == pytest.approx(loss_of(sim, parameters).real, rel=1e-12)
    random = np.random.default_rng(seed)
    for name, values in gradients.items():
        index = tuple(int(random.integers(size)) for size in values.shape)
        size = float(np.abs(values).max())
        wanted = gradient_entry(sim, parameters, name, index)
        assert values[index] == pytest.approx(wanted, rel=1e-9, abs=1e-12 * size), name
    for layer, (outputs, inputs) in enumerate(sim.weight_shapes):
        row, column = int(random.integers(outputs)), int(random.integers(inputs))
        entry = sim.weight_matrix(layer, gradients)[row, column]
        size = float(np.abs(sim.weight_matrix(layer, gradients)).max())
        assert chain_rule(sim, layer, row, column).product == pytest.approx(entry, rel=1e-9, abs=1e-12 * size)
        if layer > 0:
            continue
        own = [chain_rule(sim, layer, row, column, sample=k).product for k in range(sim.batch_rows)]
        assert np.mean(own) == pytest.approx(entry, rel=1e-9, abs=1e-12 * size)


@pytest.mark.parametrize("kind", KINDS)
def test_the_factors_of_the_chain_multiply_to_the_product(kind: str) -> None:
    sim = jiggled(scenario(KINDS[kind](units=3, return_sequences=True), KINDS[kind](units=2), OUT))
    for layer in (0, 1):
        outputs, inputs = sim.weight_shapes[layer]
        for row, column in np.ndindex(outputs, inputs):
            rule = chain_rule(sim, layer, row, column)
            product = rule.activation * math.prod(f.gain for f in rule.factors) * rule.loss_slope
            assert product == pytest.approx(rule.product, rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_are_the_limit_of_the_difference_quotient(kind: str) -> None:
    sim = jiggled(scenario(KINDS[kind](units=3, return_sequences=True), KINDS[kind](units=2), OUT, length=20))
    gradients, h = sim.gradients, 1e-5
    for name, values in sim.parameters.items():
        for index in list(np.ndindex(values.shape))[::5]:
            losses = []
            for move in (-h, h):
                moved = values.copy()
                moved[index] += move
                sim.set_parameters({name: moved})
                losses.append(sim.measure().loss)
            sim.set_parameters({name: values})
            assert gradients[name][index] == pytest.approx(
                (losses[1] - losses[0]) / (2 * h), rel=1e-6, abs=1e-9
            )


# -- how they begin -----------------------------------------------------------------------------------------


def test_every_gate_begins_with_an_orthogonal_matrix_of_its_own() -> None:
    weights = Simulation(scenario(Lstm(units=5, recurrent_gain=0.7), OUT)).parameters["0.weight_hh"]
    gates = weights.reshape(4, 5, 5) / 0.7
    for gate in gates:
        np.testing.assert_allclose(gate @ gate.T, np.eye(5), atol=1e-12)
    assert not np.allclose(gates[0], gates[1])


def test_identity_and_biases_begin_as_they_are_named() -> None:
    cell = Rnn(units=4, activation="relu", recurrent_init="identity", recurrent_gain=0.5)
    np.testing.assert_array_equal(Simulation(scenario(cell, OUT)).parameters["0.weight_hh"], 0.5 * np.eye(4))
    drawn = Simulation(
        scenario(Lstm(units=3, forget_bias=2.0, bias_init="constant", bias_scale=0.5), OUT)
    ).parameters
    np.testing.assert_array_equal(drawn["0.bias_ih"], np.repeat([0.5, 2.5, 0.5, 0.5], 3))
    np.testing.assert_array_equal(drawn["0.bias_hh"], np.zeros(12))


def test_chrono_draws_memories_up_to_the_length_of_the_task() -> None:
    drawn = Simulation(scenario(Lstm(units=400, chrono=50), OUT)).parameters["0.bias_ih"].reshape(4, -1)
    memories = np.exp(drawn[1])
    assert memories.min() >= 1.0
    assert memories.max() <= 49.0
    assert memories.mean() == pytest.approx(25.0, rel=0.1)
    np.testing.assert_array_equal(drawn[0], -drawn[1])
    update = Simulation(scenario(Gru(units=400, chrono=50), OUT)).parameters["0.bias_ih"].reshape(3, -1)[1]
    assert np.exp(update).mean() == pytest.approx(25.0, rel=0.1)


# -- time, edits and sessions -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_training_is_the_same_bits_however_it_is_stepped_and_comes_back_from_a_file(
    kind: str, tmp_path: Path
) -> None:
    chosen = scenario(
        KINDS[kind](units=5, return_sequences=True, truncate=4), KINDS[kind](units=3), OUT,
        length=18, rows=24, batch_size=7, optimizer="adam",
    )  # fmt: skip
    at_once, singly = Simulation(chosen), Simulation(chosen)
    at_once.step(30)
    for _ in range(30):
        singly.step()
    singly.save(tmp_path / "here.vgtui")
    loaded = Simulation.load(tmp_path / "here.vgtui")
    wanted = {name: values.copy() for name, values in at_once.parameters.items()}
    at_once.back(11)
    at_once.seek(30)
    for sim in (at_once, singly, loaded):
        for name, values in sim.parameters.items():
            np.testing.assert_array_equal(values, wanted[name])
    loaded.step(5)
    singly.step(5)
    np.testing.assert_array_equal(loaded.parameters["0.weight_hh"], singly.parameters["0.weight_hh"])


def test_an_edit_redraws_what_it_is_about_and_keeps_the_rest() -> None:
    chosen = scenario(Lstm(units=4), OUT)
    sim = Simulation(chosen)
    sim.step(5)
    before = sim.parameters
    sim.apply(set_value(chosen, "layers[0].forget_bias", 3.0))
    after = sim.parameters
    np.testing.assert_array_equal(after["0.weight_hh"], before["0.weight_hh"])
    np.testing.assert_array_equal(after["0.bias_ih"][4:8], np.full(4, 3.0))
    assert [change.total for change in weight_changes(sim)] == [16 * 5, 4]
    assert sim.predict(sim.train_data[0]).shape == (5, 1)


# -- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layers", "source", "said"),
    [
        ((Lstm(units=3), OUT), "sine", "lstm reads sequences (steps, features), and the data gives 1 unit"),
        (
            (Gru(units=3), Rnn(units=3), OUT),
            "wave",
            "layer 0 gives 3 units; a recurrent layer before it needs",
        ),
        ((Rnn(units=1, return_sequences=True),), "wave", "the last layer answers once a sequence"),
    ],
)
def test_what_is_no_sequence_is_refused_in_one_line(
    layers: tuple[Layer, ...], source: str, said: str
) -> None:
    data = Data(source=source, samples=8, length=6 if source == "wave" else None)
    training = Training(loss="mean_squared_error")
    with pytest.raises(ScenarioError) as caught:
        Simulation(Scenario(data=data, layers=layers, training=training))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.place in ("layers[0].type", "layers[1].type", "layers[0].return_sequences")


def test_a_sigmoid_state_is_no_logit() -> None:
    data = Data(source="parity", samples=8, length=4)
    with pytest.raises(ScenarioError, match="end with a dense layer"):
        Scenario(data=data, layers=(Rnn(units=1, activation="sigmoid"),))


def test_chrono_and_a_forget_bias_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="chrono"):
        Lstm(units=2, forget_bias=1.0, chrono=10)
