"""The picture of an activation says of a layer what the record of the same pass measured."""

from __future__ import annotations

import numpy as np
import pytest

import vgtui
from vgtui.analysis.activation import activation_view, stretches


@pytest.mark.parametrize("preset", ["keras-moons", "relu-he", "batch-norm", "digits-deep-cnn"])
def test_the_view_agrees_with_the_record_of_the_pass(preset):
    sim = vgtui.Simulation(vgtui.load_scenario(preset))
    sim.step(2)
    for layer in (0, len(sim.layer_names) - 2):
        view, told = activation_view(sim, layer), sim.record.layers[layer]
        assert view.mean_slope == pytest.approx(told.slope_mean, rel=1e-9)
        assert view.saturated == pytest.approx(told.saturated, abs=1e-9)
        inside = view.counts.sum() / (1.0 - view.below - view.above)
        assert inside == pytest.approx(sim.batch_rows * np.prod(_places(sim, layer)), rel=1e-6)


def _places(sim, layer):
    from vgtui.engine.signals import pre_activations

    return pre_activations(sim.network, sim.batch_rows, layer).shape[1:]


def test_a_sigmoid_is_healthy_around_zero_and_a_relu_above_it():
    sim = vgtui.Simulation(vgtui.load_scenario("keras-moons"))
    ((low, high),) = activation_view(sim, 0).healthy
    assert low == pytest.approx(-high)
    assert 1 / (2 + np.exp(high) + np.exp(-high)) >= 0.05  # sigma'(z), written otherwise
    view = activation_view(vgtui.Simulation(vgtui.load_scenario("relu-he")), 0)
    ((low, high),) = view.healthy
    assert 0 < low < 0.2
    assert high == view.z[-1]


def test_where_there_is_no_function_to_draw_a_sentence_says_why():
    sim = vgtui.Simulation(vgtui.load_scenario("gru"))
    assert "recurrent" in activation_view(sim, 0).reason
    assert "softmax" in activation_view(sim, 1).reason


def test_stretches_are_unbroken_runs():
    places = np.arange(6.0)
    assert stretches(places, np.array([1, 1, 0, 0, 1, 0], bool)) == ((0.0, 1.0), (4.0, 4.0))
    assert stretches(places, np.zeros(6, bool)) == ()
