"""The last layer and the loss that data asks for."""

from __future__ import annotations

import pytest

from vgtui.data.answer import with_fitting_answer, with_loss
from vgtui.engine.simulation import Simulation
from vgtui.scenario.edit import set_values
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.library import load_scenario


@pytest.mark.parametrize(
    ("source", "loss", "units", "activation"),
    [
        ("moons", "binary_cross_entropy", 1, "sigmoid"),
        ("digits", "cross_entropy", 10, "softmax"),
        ("recall", "cross_entropy", 4, "softmax"),
        ("sine", "mean_squared_error", 1, "linear"),
    ],
)
def test_a_network_that_told_two_classes_apart_answers_what_other_data_asks(source, loss, units, activation):
    before = load_scenario("relu-he")
    fitted = with_fitting_answer(set_values(before, [("data.source", source)]))
    last = fitted.layers[-1]
    assert (fitted.training.loss, last.units, last.activation) == (loss, units, activation)
    assert fitted.layers[:-1] == before.layers[:-1]
    assert Simulation(fitted).scenario == fitted


def test_from_numbers_back_to_classes_the_loss_stays_that_judges_both():
    line = set_values(load_scenario("course-01-gradient"), [("data.source", "spiral"), ("data.classes", 3)])
    fitted = with_fitting_answer(line)
    assert (fitted.training.loss, fitted.layers[-1].units) == ("mean_squared_error", 3)
    assert Simulation(fitted).scenario == fitted


def test_another_loss_has_the_last_layer_that_it_reads():
    two = with_loss(load_scenario("relu-he"), "cross_entropy")
    assert (two.training.loss, two.layers[-1].units, two.layers[-1].activation) == (
        "cross_entropy",
        2,
        "softmax",
    )
    assert Simulation(two).scenario == two
    again = with_loss(two, "binary_cross_entropy")
    assert (again.layers[-1].units, again.layers[-1].activation) == (2, "sigmoid")
    with pytest.raises(ScenarioError, match="does not judge"):
        with_loss(load_scenario("course-01-gradient"), "cross_entropy")
