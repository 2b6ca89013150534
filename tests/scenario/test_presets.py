"""Every preset tells a story; here each is run, and the story is true."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from msgspec.structs import replace

import vgtui
from vgtui.scenario.edit import set_value
from vgtui.scenario.library import course_names, dump, load_scenario, parse, preset_names
from vgtui.scenario.model import DEFAULT_LEARNING_RATE, Conv, Scenario


def untrained(name: str) -> vgtui.StepRecord:
    """What the first pass measures, before any update."""
    return vgtui.Simulation(load_scenario(name)).measure()


def trained(name: str, steps: int) -> vgtui.Simulation:
    simulation = vgtui.Simulation(load_scenario(name))
    simulation.step(steps)
    return simulation


def decades_lost(record: vgtui.StepRecord) -> float:
    """How many decades smaller the first layer's weight gradient is than the last's."""
    gradient = record.column("weight_grad_log10")
    return float(gradient[-1] - gradient[0])


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_says_what_one_sees_is_read_back_as_written_and_runs(name):
    scenario = load_scenario(name)
    assert 3 < len(scenario.title) < 60
    assert 60 < len(scenario.summary) < 220
    assert 20 < len(scenario.look) < 120
    assert 20 < len(scenario.try_this) < 120
    assert parse(dump(scenario)) == scenario
    chosen = scenario.view.weight
    simulation = trained(name, 1)
    chain = vgtui.chain_rule(simulation, chosen.layer, chosen.row, chosen.column)
    assert (chain.log10 > -math.inf) == (name != "zeros")  # where there is a story to be read in the chain


def test_no_two_presets_are_the_same_network():
    names = [name for name in preset_names() if name not in course_names()]
    assert len(names) >= 24
    for one, other in itertools.combinations(map(load_scenario, names), 2):
        assert (one.layers, one.training) != (other.layers, other.training)


def test_keras_moons_is_the_classic_experiment():
    scenario = load_scenario("keras-moons")
    data, training = scenario.data, scenario.training
    assert (data.source, data.samples, data.noise, data.test_fraction) == ("moons", 250, 0.05, 0.2)
    assert (scenario.seed, scenario.data_seed) == (42, 42)
    assert [layer.units for _, layer in scenario.expanded()] == [10] * 8 + [1]
    assert {layer.activation for layer in scenario.layers} == {"sigmoid"}
    assert (training.optimizer, training.rate, training.loss) == ("adam", 0.001, "binary_cross_entropy")
    assert (training.batch_size, training.epochs) == (32, 100)


def test_in_keras_moons_the_first_layers_gradient_is_five_decades_below_the_lasts():
    assert 4.5 < decades_lost(untrained("keras-moons")) < 6.5
    assert trained("keras-moons", 100).evaluate().train_loss > 0.68


def test_adam_moves_the_first_layer_of_keras_moons_all_the_same_and_sgd_does_not():
    moved = {}
    for optimizer in ("adam", "sgd"):
        scenario = set_value(load_scenario("keras-moons"), "training.optimizer", optimizer)
        simulation = vgtui.Simulation(scenario)
        simulation.step(100)
        drawn, now = simulation.initial_parameters["0.weight"], simulation.parameters["0.weight"]
        moved[optimizer] = np.linalg.norm(now - drawn) / np.linalg.norm(drawn)
    assert moved["adam"] > 0.1
    assert moved["sgd"] < 1e-6


@pytest.mark.parametrize(("name", "decades"), [("relu-he", 1.0), ("batch-norm", 1.0), ("skips", 2.0)])
def test_one_change_to_keras_moons_brings_the_gradient_back(name, decades):
    assert abs(decades_lost(untrained(name))) < decades
    assert trained(name, 700).evaluate().train_accuracy > 0.85


@pytest.mark.parametrize("name", ["relu-he", "batch-norm", "skips"])
def test_the_remedies_differ_from_keras_moons_in_their_hidden_layers_only(name):
    remedy, sick = load_scenario(name), load_scenario("keras-moons")
    assert (remedy.data, remedy.training, remedy.seed) == (sick.data, sick.training, sick.seed)
    assert remedy.layers[-1] == sick.layers[-1]
    assert len(remedy.expanded()) == len(sick.expanded())


def test_sixteen_sigmoid_convolutions_lose_the_gradient_and_read_no_digit():
    assert decades_lost(untrained("digits-deep-cnn")) > 9
    simulation = trained("digits-deep-cnn", 150)
    assert simulation.evaluate().train_accuracy < 0.15
    first = simulation.parameters["0.weight"] - simulation.initial_parameters["0.weight"]
    assert np.linalg.norm(first) < 1e-2 * np.linalg.norm(simulation.initial_parameters["0.weight"])


def test_batch_norm_and_skips_bring_it_back_and_the_same_convolutions_read_digits():
    cured, sick = load_scenario("digits-cnn-skips-batchnorm"), load_scenario("digits-deep-cnn")
    assert (cured.data, cured.training, cured.seed) == (sick.data, sick.training, sick.seed)
    plain = [replace(layer, normalization="none", skip=None) for _, layer in convolutions(cured)]
    assert plain == [layer for _, layer in convolutions(sick)]
    assert decades_lost(untrained("digits-cnn-skips-batchnorm")) < 2.5
    assert trained("digits-cnn-skips-batchnorm", 250).evaluate().test_accuracy > 0.8


def convolutions(scenario: Scenario) -> list[tuple[int, Conv]]:
    """The convolutions of a network, each by itself."""
    network = enumerate(layer for _, layer in scenario.expanded())
    return [(number, replace(layer, repeat=1)) for number, layer in network if isinstance(layer, Conv)]


def test_fifty_tanh_layers_lose_the_gradient_keep_it_or_blow_it_up_by_their_variance_alone():
    assert decades_lost(untrained("tanh-50")) > 9
    assert decades_lost(untrained("chaos")) < -4
    assert abs(decades_lost(untrained("edge-of-chaos"))) < 1.5
    for name in ("tanh-50", "chaos", "edge-of-chaos"):
        scenario = load_scenario(name)
        assert [(layer.units, layer.activation, layer.repeat) for layer in scenario.layers][:1] == [
            (30, "tanh", 50)
        ]


def test_at_the_edge_of_chaos_fifty_layers_learn_and_below_it_they_do_not():
    assert trained("edge-of-chaos", 200).evaluate().train_accuracy > 0.95
    assert trained("tanh-50", 200).evaluate().train_accuracy < 0.7


def test_explodes_grows_beyond_every_number_within_ten_steps():
    simulation = vgtui.Simulation(load_scenario("explodes"))
    losses = [simulation.step().loss for _ in range(10)]
    assert all(math.isfinite(loss) for loss in losses[:4])
    assert math.isnan(losses[-1])
    assert np.isnan(simulation.gradients["0.weight"]).all()


def test_clipping_is_all_that_keeps_the_same_network_finite():
    clipped, explodes = load_scenario("clipped"), load_scenario("explodes")
    assert clipped.layers == explodes.layers
    assert (clipped.training.clip_norm, explodes.training.clip_norm) == (1.0, None)
    simulation = trained("clipped", 1)
    assert simulation.record.clip_scale < 0.1
    simulation.step(699)
    assert simulation.evaluate().train_accuracy > 0.8


def test_neurons_that_start_at_zero_stay_equal_for_ever():
    simulation = trained("zeros", 200)
    weights = simulation.parameters
    for layer in (0, 1):
        assert (weights[f"{layer}.weight"] == weights[f"{layer}.weight"][:1]).all()
        assert len(set(weights[f"{layer}.bias"])) == 1
    assert len(set(weights["2.weight"][0])) == 1
    assert np.abs(weights["0.weight"]).max() > 0.01


def test_dying_relu_ends_in_a_dead_layer_and_gradients_of_exactly_zero():
    scenario = load_scenario("dying-relu")
    assert scenario.training.rate == 1000 * DEFAULT_LEARNING_RATE["adam"]
    assert untrained("dying-relu").column("dead").max() < 0.5
    record = trained("dying-relu", 100).record
    assert record.column("dead")[:-1].max() == 1.0
    assert record.layers[0].weight_grad_norm == 0.0


def test_width_1_is_a_chain_of_single_numbers():
    scenario = load_scenario("width-1")
    assert {layer.units for layer in scenario.layers} == {1}
    simulation = vgtui.Simulation(scenario)
    simulation.measure()
    product = vgtui.chain_rule(simulation, 0, 0, 0, sample=0)
    factors = math.prod(factor.gain for factor in product.factors)
    assert product.activation * factors * product.loss_slope == pytest.approx(product.product, rel=1e-9)
    for factor in product.factors[1:]:
        assert factor.weight_gain == pytest.approx(
            simulation.parameters[f"{factor.layer}.weight"].item(), rel=1e-12
        )
    assert decades_lost(simulation.record) > 3


def decades_lost_in_time(record: vgtui.StepRecord) -> float:
    """How many decades smaller the gradient at the first time step is than at the last."""
    hidden = record.times[0].hidden_log10
    return float(hidden[-1] - hidden[0])


def test_a_plain_recurrent_layer_loses_twelve_decades_in_forty_steps_and_does_not_learn():
    assert decades_lost_in_time(untrained("rnn-forgets")) > 12
    assert trained("rnn-forgets", 600).evaluate().test_accuracy < 0.4


def test_the_four_cells_differ_in_nothing_but_the_cell():
    plain = load_scenario("rnn-forgets")
    for name in ("lstm-forget-0", "lstm-forget-1", "gru"):
        gated = load_scenario(name)
        assert (gated.data, gated.training, gated.seed) == (plain.data, plain.training, plain.seed)
        assert (gated.layers[1:], gated.layers[0].units) == (plain.layers[1:], plain.layers[0].units)


def test_a_forget_bias_of_one_brings_the_gradient_back_through_time_and_the_task_is_learned():
    lost = {name: decades_lost_in_time(untrained(name)) for name in ("lstm-forget-0", "lstm-forget-1")}
    assert lost["lstm-forget-0"] > 5
    assert lost["lstm-forget-1"] < 3
    kept = {name: untrained(name).times[0].forget_product[0] for name in lost}
    assert kept["lstm-forget-1"] > 1e5 * kept["lstm-forget-0"]
    assert trained("lstm-forget-0", 300).evaluate().test_accuracy < 0.6
    assert trained("lstm-forget-1", 300).evaluate().test_accuracy > 0.95


def test_a_gru_begins_forgetful_and_finds_its_way():
    assert decades_lost_in_time(untrained("gru")) > 4
    learned = trained("gru", 400)
    assert learned.evaluate().test_accuracy > 0.9
    assert decades_lost_in_time(learned.record) < 2


def test_a_recurrent_layer_explodes_through_time_and_clipping_alone_keeps_it_finite():
    explodes, clipped = load_scenario("rnn-explodes"), load_scenario("rnn-clipped")
    assert explodes.layers == clipped.layers
    assert set_value(explodes, "training.clip_norm", 1.0).training == clipped.training
    assert decades_lost_in_time(untrained("rnn-explodes")) < -2.5
    assert math.isnan(trained("rnn-explodes", 100).record.loss)
    assert trained("rnn-clipped", 500).evaluate().test_accuracy > 0.95


def test_in_float16_nothing_of_a_weak_gradient_is_left_and_nothing_learns():
    record = untrained("float16-underflow")
    assert (record.column("zero_gradient") == 1.0).all()
    assert np.isneginf(record.column("weight_grad_log10")).all()
    simulation = trained("float16-underflow", 100)
    before = simulation.initial_parameters
    assert all(np.array_equal(before[name], values) for name, values in simulation.parameters.items())


def test_loss_scaling_is_all_it_takes_to_train_in_float16_and_bfloat16_needs_none():
    stuck, cured = load_scenario("float16-underflow"), load_scenario("float16-loss-scaled")
    assert replace(stuck.training, loss_scale="dynamic") == cured.training
    assert (stuck.layers, stuck.data, stuck.precision) == (cured.layers, cured.data, cured.precision)
    first = untrained("float16-loss-scaled")
    assert first.loss_scale == 65536.0
    assert first.column("zero_gradient").max() < 0.1
    simulation = trained("float16-loss-scaled", 300)
    assert simulation.evaluate().test_accuracy == 1.0
    assert simulation.record.skipped > 0
    assert simulation.record.loss_scale < 65536.0
    wide = vgtui.Simulation(set_value(stuck, "precision", "bfloat16"))
    wide.step(300)
    assert wide.evaluate().test_accuracy == 1.0


def test_a_thousand_sigmoid_layers_end_float64_half_way_and_the_logarithms_go_on():
    record = untrained("thousand-layers")
    gradient, zeros = record.column("weight_grad_log10"), record.column("zero_gradient")
    assert len(gradient) == 1000
    assert 600 < decades_lost(record) < 700
    assert (zeros[:501] == 1.0).all()
    assert not zeros[510:].any()
    assert np.isfinite(gradient).all()


def test_a_wide_network_learns_its_noise_by_heart_and_dropout_keeps_it_from_that():
    wide, dropped = load_scenario("overfits"), load_scenario("dropout")
    assert (wide.data, wide.training, wide.seed) == (dropped.data, dropped.training, dropped.seed)
    assert [replace(layer, dropout=0.0) for layer in dropped.layers] == list(wide.layers)
    found = {}
    for name in ("overfits", "dropout"):
        simulation = trained(name, 70)
        early = simulation.evaluate()
        simulation.step(980)
        assert simulation.epoch == 150
        found[name] = early, simulation.evaluate()
    (early, late), (_, kept) = found["overfits"], found["dropout"]
    assert early.test_loss < 0.35
    assert late.train_loss < 0.5 * early.train_loss
    assert late.test_loss > 2 * early.test_loss
    assert kept.test_loss < 0.5 * late.test_loss
    assert kept.test_loss < 0.35
    assert late.train_loss < kept.train_loss < early.train_loss
