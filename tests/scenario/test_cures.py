"""One key brings the gradient back: the cures as edits, and what they do to the default network."""

from __future__ import annotations

import pytest

from vgtui import Simulation, load_scenario
from vgtui.scenario.cures import CURES
from vgtui.tui.experiment import Experiment


def decades_lost(sim: Simulation) -> float:
    sizes = sim.measure().column("weight_grad_log10")
    return float(sizes[-1] - sizes[0])


@pytest.mark.parametrize(("name", "cure"), CURES)
def test_every_cure_brings_the_gradient_of_the_default_network_back(name, cure):
    ill = load_scenario("keras-moons")
    assert decades_lost(Simulation(ill)) > 4.5
    assert abs(decades_lost(Simulation(cure(ill)))) < 2.0


def test_a_cure_leaves_the_output_layer_and_the_training_alone():
    ill = load_scenario("keras-moons")
    for _, cure in CURES:
        cured = cure(ill)
        assert cured.layers[-1] == ill.layers[-1]
        assert (cured.training, cured.data, cured.seed) == (ill.training, ill.data, ill.seed)


def test_a_skip_is_laid_only_where_the_widths_agree():
    cured = dict(CURES)["skips"](load_scenario("keras-moons"))
    assert [layer.skip for _, layer in cured.expanded()] == [None, *[1] * 7, None]


def test_the_cures_follow_one_another_and_end_where_they_began():
    experiment = Experiment.opened(load_scenario("keras-moons"))
    ill = experiment.scenario
    said = [experiment.cure() for _ in range(4)]
    assert said == [*(f"cured by {name}" for name, _ in CURES), "as it was, without a cure"]
    assert experiment.scenario == ill
    experiment.cure()
    assert experiment.scenario == CURES[0][1](ill)
    assert experiment.undo()
    assert experiment.scenario == ill


def test_a_cure_after_an_edit_cures_the_edited_network():
    experiment = Experiment.opened(load_scenario("keras-moons"))
    experiment.cure()
    experiment.edit(lambda scenario: load_scenario("tanh-50"))
    experiment.cure()
    assert experiment.scenario == CURES[0][1](load_scenario("tanh-50"))


def test_a_cure_that_changes_nothing_is_passed_over():
    experiment = Experiment.opened(load_scenario("relu-he"))
    assert experiment.cure() == "cured by batch normalisation"


def test_a_network_without_hidden_dense_layers_is_told_that_nothing_was_done():
    experiment = Experiment.opened(load_scenario("rnn-forgets"))
    before = experiment.scenario
    assert experiment.cure() == "none of the known cures changes this network"
    assert experiment.scenario is before
