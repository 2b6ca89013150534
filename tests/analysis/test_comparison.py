"""Two networks in lockstep: each is exactly what it would be alone, and the pairs are those that belong together."""

from __future__ import annotations

import math

import pytest

from tests.engine.networks import LINEAR_OUT, told
from tests.engine.networks import scenario as described
from vgtui.analysis.comparison import compare, with_the_seed_of
from vgtui.engine.simulation import Simulation
from vgtui.scenario.edit import add_layer, set_value
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.model import Dense

DEEP = described(Dense(units=4, activation="tanh", repeat=3), LINEAR_OUT, batch_size=5)


def test_each_side_is_the_network_as_it_is_alone():
    other = set_value(DEEP, "training.learning_rate", 0.2)
    found = compare(DEEP, other, 9)
    for scenario, side in ((DEEP, found.a), (other, found.b)):
        alone = Simulation(scenario)
        assert told(side.record) == told(alone.step(9))
        assert side.evaluation == alone.evaluate() or math.isnan(side.evaluation.train_accuracy)
        assert side.evaluation.train_loss == alone.evaluate().train_loss
    assert [one.setting for one in found.differences] == ["training.learning_rate"]
    assert found.steps == 9


def test_the_first_step_of_another_learning_rate_has_the_same_gradient_and_the_second_has_not():
    other = set_value(DEEP, "training.learning_rate", 0.2)
    assert not any(pair.differs for pair in compare(DEEP, other, 1).layers)
    assert not any(pair.differs for pair in compare(DEEP, other).layers), "nor is there any before the first"
    later = compare(DEEP, other, 2)
    assert all(pair.differs for pair in later.layers)
    for pair in later.layers:
        ratio = pair.b.weight_grad_norm / pair.a.weight_grad_norm
        assert 10.0**pair.ratio_log10 == pytest.approx(ratio)


def test_a_layer_that_the_other_has_not_stands_alone():
    found = compare(DEEP, add_layer(DEEP, 3, Dense(units=4, activation="relu")))
    numbers = [(pair.a and pair.a.index, pair.b and pair.b.index) for pair in found.layers]
    assert numbers == [(0, 0), (1, 1), (2, 2), (None, 3), (3, 4)]
    alone = found.layers[3]
    assert alone.differs
    assert math.isnan(alone.ratio_log10)


def test_the_seed_of_one_gives_the_other_the_same_data_and_batches():
    other = set_value(set_value(DEEP, "seed", DEEP.seed + 1), "layers[0].activation", "relu")
    chosen = with_the_seed_of(DEEP, other)
    assert chosen.layers == other.layers
    a, b = Simulation(DEEP), Simulation(chosen)
    a.step(3)
    b.step(3)
    assert all((one == two).all() for one, two in zip(a.batch, b.batch, strict=True))


def test_a_fault_is_said_of_its_side_before_anything_is_trained(monkeypatch):
    def never(sim, count=1):
        raise AssertionError("trained")

    monkeypatch.setattr(Simulation, "step", never)
    wrong = set_value(DEEP, "layers[0].skip", 1)
    for pair, side in (((wrong, DEEP), "A"), ((DEEP, wrong), "B"), ((wrong, wrong), "A")):
        with pytest.raises(ScenarioError) as caught:
            compare(*pair, 5)
        assert str(caught.value).startswith(f"{side}: layers[0].skip: ")
    with pytest.raises(ScenarioError) as caught:
        compare(DEEP, wrong, 5, names=("one.toml", "other.toml"))
    assert caught.value.source == "other.toml"


def test_fewer_than_no_steps_are_refused():
    with pytest.raises(ValueError, match="steps must be at least 0, not -1"):
        compare(DEEP, DEEP, -1)
