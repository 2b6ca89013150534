"""Explanations: their numbers put into their formulas give the value, and both are the engine's own."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

import vgtui
from vgtui.analysis.attenuation import where_lost
from vgtui.analysis.chain_rule import chain_rule
from vgtui.analysis.decision import decision
from vgtui.analysis.explain import Explanation, chain, entry, findings, layers, loss
from vgtui.analysis.explain.decision import decision_told
from vgtui.analysis.landscape import slope
from vgtui.analysis.paths import paths
from vgtui.analysis.precision import PrecisionFlow
from vgtui.analysis.spectrum import spectrum
from vgtui.analysis.theory import predict_flow
from vgtui.analysis.weight_entry import weight_entry
from vgtui.analysis.weight_map import weight_map
from vgtui.analysis.weights import weight_changes
from vgtui.scenario.edit import set_from_text


@cache
def simulation(name: str = "keras-moons", steps: int = 3) -> vgtui.Simulation:
    sim = vgtui.Simulation(vgtui.load_scenario(name))
    if steps:
        sim.step(steps)
    return sim


def evaluated(explanation: Explanation) -> float:
    """The right side of the formula with the terms' values in it."""
    expression = explanation.formula.partition(" = ")[2]
    names = {}
    for place, term in enumerate(sorted(explanation.terms, key=lambda term: -len(term.symbol))):
        assert term.symbol in expression, (term.symbol, expression)
        expression = expression.replace(term.symbol, f"@{place}@")
        names[f"_{place}"] = term.value
    for place in range(len(explanation.terms)):
        expression = expression.replace(f"@{place}@", f"_{place}")
    functions = {"sqrt": math.sqrt, "log": math.log, "exp": math.exp}
    return eval(expression.replace("×", "*"), {"__builtins__": {}}, {**functions, **names})


def holds(explanation: Explanation) -> None:
    """Evaluating it gives the shown value, for what belongs to it too."""
    assert evaluated(explanation) == pytest.approx(explanation.value, rel=1e-9, abs=1e-300, nan_ok=True)
    assert explanation.source
    assert all(term.meaning for term in explanation.terms)
    for other in explanation.also:
        holds(other)


def test_a_picture_of_two_inputs_begins_a_margin_before_its_samples():
    sim = simulation()
    told = decision_told(decision(sim, 20, 10))
    holds(told)
    samples = np.concatenate([sim.train_data[0], sim.test_data[0]])[:, 0]
    assert told.value == pytest.approx(samples.min() - 0.08 * np.ptp(samples), rel=1e-12)


@pytest.mark.parametrize("name", ["digits-deep-cnn", "lstm-forget-1"])
def test_a_guess_has_the_probability_that_the_network_gives(name: str):
    sim = simulation(name, 0)
    told = decision_told(decision(sim, 20, 10))
    holds(told)
    inputs, targets = (values[:1] for values in sim.test_data)
    given = sim.predict(inputs)[0]  # both networks end in softmax
    assert given.sum() == pytest.approx(1.0)
    wanted = given.max() if name == "digits-deep-cnn" else given[int(targets.argmax())]
    assert told.value == pytest.approx(wanted, rel=1e-9)


def test_the_gradient_of_a_layer_is_made_of_its_entries():
    sim = simulation()
    gradient = sim.gradients["2.weight"]
    told = layers.weight_gradient(sim.record, 2, gradient.size)
    holds(told)
    assert told.value == pytest.approx(np.linalg.norm(gradient), rel=1e-9)
    assert told.terms[1].value == pytest.approx(np.sqrt(np.mean(gradient**2)), rel=1e-9)
    later = np.linalg.norm(sim.gradients["3.weight"])
    assert told.also[0].value == pytest.approx(told.value / later, rel=1e-9)


def test_a_gradient_below_float64_is_told_by_its_power_of_ten():
    sim = simulation("thousand-layers", 0)
    record = sim.measure()
    told = layers.weight_gradient(record, 0, 1024)
    assert told.value == 0.0
    assert told.log10 == pytest.approx(record.column("weight_grad_log10")[0])
    assert told.terms[1].log10 == pytest.approx(told.log10 - math.log10(32.0))


@pytest.mark.parametrize("index", [0, 4, 8])
def test_deltas_updates_slopes_and_weights_hold(index):
    sim = simulation()
    layer = sim.record.layers[index]
    for told in (
        layers.delta(sim.record, index),
        layers.update_ratio(layer),
        layers.saturated(layer),
        layers.weight_change(weight_changes(sim)[index]),
    ):
        holds(told)
    moved = layers.weight_change(weight_changes(sim)[index])
    before = sim.initial_parameters[f"{index}.weight"]
    change = sim.parameters[f"{index}.weight"] - before
    assert moved.value == pytest.approx(np.linalg.norm(change) / np.linalg.norm(before), rel=1e-9)


@pytest.mark.parametrize("name", ["rnn-forgets", "lstm-forget-1"])
@pytest.mark.parametrize("step", [0, 7, 39])
def test_the_gradient_at_a_time_step_is_the_next_ones_times_what_is_kept(name, step):
    times = simulation(name, 1).record.times[0]
    told = layers.hidden_gradient(times, step)
    holds(told)
    assert math.log10(told.value) == pytest.approx(times.hidden_log10[step], rel=1e-6)
    if times.forget_product is not None:
        assert told.also[0].value == times.forget_product[step]


@pytest.mark.parametrize("name", ["keras-moons", "skips", "batch-norm", "width-1", "dropout"])
@pytest.mark.parametrize("sample", [None, 1])
def test_the_product_is_the_gradient_factor_by_factor(name, sample):
    sim = simulation(name)
    told = chain.product(chain_rule(sim, 0, 0, 0, sample))
    holds(told)
    if sample is None:
        assert told.value == pytest.approx(sim.gradients["0.weight"][0, 0], rel=1e-8)


@pytest.mark.parametrize("name", ["keras-moons", "skips", "batch-norm", "dropout"])
@pytest.mark.parametrize("sample", [None, 1])
def test_every_factor_is_told_by_itself(name, sample):
    sim = simulation(name)
    product = chain_rule(sim, 1, 0, 1, sample)
    told = [chain.factor(product, index) for index in range(len(product.factors))]
    for explanation in (chain.entering(product), *told, chain.arriving(product)):
        holds(explanation)
    gains = math.prod(explanation.value for explanation in told)
    assert told[-1].also[0].value == pytest.approx(product.activation * gains, rel=1e-9)
    assert chain.entering(product).value * gains * chain.arriving(product).value == pytest.approx(
        product.product, rel=1e-9
    )


def test_what_enters_a_weight_is_the_root_mean_square_of_the_batch_s_inputs():
    sim = simulation()
    told = chain.entering(chain_rule(sim, 0, 0, 1))
    column = sim.batch[0][:, 1]
    assert told.terms[0].value == pytest.approx(np.sum(column**2), rel=1e-9)
    assert told.terms[1].value == len(column)


def test_a_penalty_is_told_by_its_strengths():
    sim = vgtui.Simulation(set_from_text(vgtui.load_scenario("keras-moons"), "training.l2=0.03"))
    sim.measure()
    told = chain.penalty(chain_rule(sim, 2, 1, 0), 0.0, 0.03)
    holds(told)
    assert told.value == pytest.approx(0.06 * sim.parameters["2.weight"][1, 0], rel=1e-12)


@pytest.mark.parametrize("place", [(0, 3, 1), (2, 1, 0), (8, 0, 4)])
def test_the_gradient_of_an_entry_is_the_sum_of_what_each_sample_says(place):
    sim = simulation()
    told = entry.entry(weight_entry(sim, *place))
    holds(told)
    layer, row, column = place
    assert told.value == sim.gradients[f"{layer}.weight"][row, column]
    own = [chain_rule(sim, *place, sample=sample).product / 32 for sample in range(32)]
    said = {term.symbol: term.value for term in told.terms}
    assert "others" in said
    for symbol in said.keys() - {"others"}:
        assert said[symbol] == pytest.approx(own[int(symbol[1:])], rel=1e-7)
    assert "rest" not in said


@pytest.mark.parametrize(("name", "place"), [("gru", (0, 7, 3)), ("digits-deep-cnn", (9, 2, 41))])
def test_an_entry_of_a_recurrent_or_convolutional_weight_is_the_one_of_the_map(name, place):
    sim = simulation(name)
    layer, row, column = place
    found = weight_map(sim, layer)
    told = entry.entry(weight_entry(sim, *place))
    holds(told)
    assert told.value == found.gradients[row, column]
    assert told.also[1].value == found.weights[row, column]
    assert "rest" not in {term.symbol for term in told.terms}


SETTINGS = {
    "sgd": ["sgd"],
    "momentum": ["sgd", "training.momentum=0.9"],
    "nesterov": ["sgd", "training.momentum=0.9", "training.nesterov=true", "training.clip_norm=0.01"],
    "adagrad": ["adagrad", "training.weight_decay=0.1"],
    "rmsprop": ["rmsprop", "training.clip_value=0.001"],
    "rmsprop with momentum": ["rmsprop", "training.momentum=0.9"],
    "adam": ["adam"],
    "adamw": ["adamw", "training.weight_decay=0.3"],
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS.keys())
def test_the_update_of_an_entry_is_what_its_optimiser_made_of_it(settings):
    optimizer, *others = settings
    scenario = vgtui.load_scenario("relu-he")
    for text in (f"training.optimizer={optimizer}", *others):
        scenario = set_from_text(scenario, text)
    sim = vgtui.Simulation(scenario)
    sim.step(2)
    before = sim.parameters["1.weight"][2, 3]
    sim.step()
    told = entry.entry(weight_entry(sim, 1, 2, 3))
    holds(told)
    update = told.also[0]
    assert update.value == pytest.approx(sim.parameters["1.weight"][2, 3] - before, rel=1e-9, abs=1e-15)
    assert update.value != 0.0


def test_an_entry_below_float64_is_told_by_its_power_of_ten():
    sim = simulation("thousand-layers", 0)
    sim.measure()
    told = entry.entry(weight_entry(sim, 0, 2, 1))
    assert told.value == 0.0
    assert told.log10 == pytest.approx(chain_rule(sim, 0, 2, 1).log10, rel=1e-9)
    assert all(term.log10 < -300 for term in told.terms)


def test_a_measurement_has_no_update():
    assert entry.entry(weight_entry(simulation("keras-moons", 0), 0, 0, 0)).also == ()


def test_of_a_thousand_factors_runs_are_told():
    sim = simulation("thousand-layers", 0)
    sim.measure()
    product = chain_rule(sim, 0, 0, 0)
    told = chain.product(product)
    assert len(told.terms) < 20
    logs = [term.log10 for term in told.terms if term.log10 is not None]
    ends = math.log10(abs(product.activation * product.loss_slope))
    assert sum(logs) + ends == pytest.approx(product.log10, rel=1e-9)


def test_the_loss_is_told_by_the_probability_of_what_was_right():
    sim = simulation()
    told = loss.training_loss(sim.evaluate(), sim.scenario)
    holds(told)
    inputs, targets = sim.train_data
    answers = sim.predict(inputs)
    right = np.where(targets > 0.5, answers, 1.0 - answers)
    assert told.terms[0].value == pytest.approx(np.exp(np.mean(np.log(right))), rel=1e-9)


def test_the_slope_promises_the_tangent_times_the_step():
    found = slope(simulation(), 0, 0, 1)
    told = findings.slope(found)
    holds(told)
    assert told.value == pytest.approx(found.tangent[20] - found.loss + found.gradient * found.step, rel=1e-9)
    assert told.also[0].value == pytest.approx(told.value, rel=1e-3), "so small a step follows the tangent"
    assert told.also[1].value == found.magnification


@pytest.mark.parametrize("name", ["keras-moons", "skips", "batch-norm", "rnn-forgets"])
def test_the_parts_of_every_boundary_add_up(name):
    found = where_lost(simulation(name))
    for boundary in [*found.boundaries, *(b for steps in found.through_time.values() for b in steps)]:
        told = findings.boundary(boundary)
        assert evaluated(told) == pytest.approx(boundary.total, abs=1e-9)


def test_a_path_is_its_derivatives_multiplied():
    found = paths(simulation(), 0, 0, 1)
    for path in found.strongest:
        told = findings.path(found, path)
        holds(told)
        product = path.activation * path.loss_slope * math.prod(step.factor for step in path.steps)
        assert told.value == pytest.approx(product, rel=1e-9)
    sizes = findings.path(found, found.strongest[0]).also[0]
    assert sizes.value == found.cancellation


def test_isometry_and_condition_come_from_the_singular_values():
    found = spectrum(simulation())
    values = found.layers[3].values
    told = findings.singular_values("layer 3", values)
    holds(told)
    singular = 10.0**values.log10
    assert told.also[0].value == pytest.approx(singular[0] / singular[-1], rel=1e-9)


def test_theory_is_told_in_standard_deviations_and_by_its_phase():
    scenario = vgtui.load_scenario("keras-moons")
    predicted, drawn = predict_flow(scenario), simulation("keras-moons", 0).measure()
    told = findings.prediction(predicted, 2, drawn.layers[2])
    holds(told)
    chi = told.also[0]
    z = np.random.default_rng(1).normal(size=400_000) * math.sqrt(predicted.phase.q_star)
    sigmoid = 1.0 / (1.0 + np.exp(-z))
    assert chi.terms[1].value == pytest.approx(np.mean((sigmoid * (1.0 - sigmoid)) ** 2), rel=2e-3)


def test_the_zeros_of_a_format_are_counted():
    flow = PrecisionFlow("float16", 1.0, 1.0, 0.7, 0, np.array([-8.0]), np.array([0.15]), 0)
    told = findings.zeros(flow, 0, 100)
    holds(told)
    assert told.terms[0].value == pytest.approx(15.0)


def test_the_evidence_of_a_finding_names_the_source_of_its_threshold():
    (found,) = vgtui.diagnose(simulation())
    told = findings.evidence(found)
    holds(told)
    assert told.value == found.numbers[0].value
    assert "Glorot & Bengio 2010" in told.source
