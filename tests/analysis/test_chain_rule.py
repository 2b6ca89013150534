"""The chain rule's product against the gradient, and its factors against arithmetic done by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from tests.analysis.networks import multiplied
from tests.engine.networks import jiggled
from tests.engine.strategies import examples, scenarios
from tests.reference.exact import AmbiguousError, exact_pass
from vgtui.analysis.chain_rule import ChainRule, chain_rule
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Data, Dense, Scenario, Training


def plane(*layers: Dense, loss: str = "mean_squared_error", batch: int | str = "full", samples: int = 12):
    """A regression on two inputs (no test part), so that every batch is known."""
    return Simulation(
        Scenario(
            seed=5,
            data=Data(source="plane", samples=samples, noise=0.2, test_fraction=0.0),
            layers=layers,
            training=Training(loss=loss, batch_size=batch),
        )
    )


def tolerance(sim: Simulation, rule: ChainRule, gradient: float) -> float:
    """1e-9 relative, or some thousand roundings of the terms that cancel: in the product, and in normalising."""
    pushed = sim.push(rule.layer, rule.row, rule.column, rule.sample)
    terms = math.ldexp(float(np.abs(pushed.slope * pushed.signal).sum()), pushed.exponent)
    cancelled = math.prod(min(1.0, max(factor.norm_gain, 1e-9)) for factor in rule.factors)
    return 1e-9 * abs(gradient) + 1e-12 * terms / cancelled + 1e-15 * abs(rule.penalty) + 1e-300


def true_gradient(sim: Simulation, rule: ChainRule) -> float:
    """The entry in fifty digits, for a gradient that is rounding and little else."""
    try:
        step = sim.step_index - int(learned(sim))
        truth = exact_pass(sim.scenario, sim.previous_parameters, *sim.batch, step=step)
    except AmbiguousError:
        assume(False)
    event("a gradient of rounding")
    return float(truth.gradients[f"{rule.layer}.weight"][rule.row, rule.column])


def learned(sim: Simulation) -> bool:
    """Whether the latest pass made an update."""
    assert sim.record is not None
    return not np.isnan(sim.record.column("update_ratio")).all()


def chosen(sim: Simulation, seed: int) -> tuple[int, int, int]:
    """A weight at random."""
    random = np.random.default_rng(seed)
    layer = int(random.integers(len(sim.weight_shapes)))
    rows, columns = sim.weight_shapes[layer]
    return layer, int(random.integers(rows)), int(random.integers(columns))


@given(scenarios(), st.integers(0, 2**32), st.integers(0, 3))
@examples(50)
def test_product_and_penalty_are_the_weight_s_entry_in_the_gradients(
    scenario: Scenario, seed: int, steps: int
) -> None:
    sim = jiggled(scenario, seed)
    if steps:
        sim.step(steps)
    for number in range(4):
        layer, row, column = chosen(sim, seed + number)
        rule = chain_rule(sim, layer, row, column)
        gradient = sim.gradients[f"{layer}.weight"][row, column]
        allowed = tolerance(sim, rule, gradient)
        if abs(rule.gradient - gradient) > allowed:  # normalisation cancelled: both are as true as can be
            gradient, rounded = true_gradient(sim, rule), gradient
            whole = 10**sim.record.gradient_log10
            allowed = max(allowed, 100 * abs(rounded - gradient), 1e-12 * whole)
        assert abs(rule.gradient - gradient) <= allowed
        assert abs(multiplied(rule) - gradient) <= 2 * allowed
        if abs(gradient - rule.penalty) > allowed:
            assert rule.sign == np.sign(gradient - rule.penalty)
            assert math.isclose(rule.log10, math.log10(abs(rule.product)), abs_tol=1e-9)
        for factor in rule.factors:
            parts = factor.weight_gain * factor.norm_gain * factor.slope_gain * factor.dropout_gain
            if parts:
                assert math.isclose(parts * factor.skip_gain, factor.gain, rel_tol=1e-12)


@given(scenarios(), st.integers(0, 2**32))
@examples(50)
def test_the_gradients_of_the_samples_average_to_that_of_the_batch(scenario: Scenario, seed: int) -> None:
    sim = jiggled(scenario, seed)
    layer, row, column = chosen(sim, seed)
    rows = len(sim.batch[0])
    rules = [chain_rule(sim, layer, row, column, sample) for sample in range(rows)]
    gradient = sim.gradients[f"{layer}.weight"][row, column]
    allowed = [tolerance(sim, rule, rule.product) for rule in rules]
    mean, slack = sum(rule.gradient for rule in rules) / rows, sum(allowed) / rows
    if abs(mean - gradient) > slack:
        gradient, rounded = true_gradient(sim, rules[0]), gradient
        slack = max(slack, 100 * abs(rounded - gradient))
    assert abs(mean - gradient) <= slack
    for rule, error in zip(rules, allowed, strict=True):
        assert abs(multiplied(rule) - rule.gradient) <= error


@given(scenarios(samples=st.just(8)), st.integers(0, 2**32))
@examples(40)
def test_a_sample_s_own_product_is_the_gradient_of_a_batch_of_that_sample_alone(
    scenario: Scenario, seed: int
) -> None:
    scenario = _replaced(scenario, layers=tuple(_by_itself(layer) for layer in scenario.layers))
    whole = jiggled(
        _replaced(scenario, training=Training(loss=scenario.training.loss, batch_size="full")), seed
    )
    single = Simulation(_replaced(scenario, training=Training(loss=scenario.training.loss, batch_size=1)))
    single.set_parameters(whole.parameters)
    layer, row, column = chosen(whole, seed)
    inputs, _ = single.batch
    sample = int(np.flatnonzero((whole.batch[0] == inputs[0]).all(axis=1))[0])
    rule = chain_rule(whole, layer, row, column, sample)
    alone = single.gradients[f"{layer}.weight"][row, column]
    assert abs(rule.product - alone) <= tolerance(whole, rule, alone)


def _replaced(scenario: Scenario, **changes: object) -> Scenario:
    values = {name: getattr(scenario, name) for name in scenario.__struct_fields__}
    return Scenario(**{**values, **changes})  # type: ignore[arg-type]


def _by_itself(layer: Dense) -> Dense:
    """The layer doing to a sample what it does whatever else is in the batch."""
    values = {name: getattr(layer, name) for name in layer.__struct_fields__}
    normalization = "none" if layer.normalization == "batch" else layer.normalization
    return Dense(**{**values, "normalization": normalization, "dropout": 0.0})


SCALAR = {
    "linear": (lambda z: z, lambda z: 1.0),
    "sigmoid": (lambda z: 1 / (1 + math.exp(-z)), lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2),
    "tanh": (math.tanh, lambda z: 1 / math.cosh(z) ** 2),
    "softplus": (lambda z: math.log1p(math.exp(z)), lambda z: 1 / (1 + math.exp(-z))),
    "leaky_relu": (lambda z: z if z > 0 else 0.01 * z, lambda z: 1.0 if z > 0 else 0.01),
}


@pytest.mark.parametrize("activation", SCALAR)
@pytest.mark.parametrize("sample", [None, 0])
def test_a_network_of_width_one_gives_the_textbook_scalar_chain(activation: str, sample: int | None) -> None:
    weights, biases = [[0.7, -1.3], [-1.9], [0.6], [-0.8]], [0.1, -0.4, 0.3, 0.2]
    layers = [Dense(units=1, activation=activation, repeat=3), Dense(units=1, activation="linear")]
    sim = plane(*layers, batch=1)
    sim.set_parameters(
        {f"{i}.weight": np.array([w]) for i, w in enumerate(weights)}
        | {f"{i}.bias": np.array([b]) for i, b in enumerate(biases)}
    )
    (inputs,), ((target,),) = sim.batch
    phi, slope = SCALAR[activation]
    z0 = weights[0][0] * inputs[0] + weights[0][1] * inputs[1] + biases[0]
    z1 = weights[1][0] * phi(z0) + biases[1]
    z2 = weights[2][0] * phi(z1) + biases[2]
    answer = weights[3][0] * phi(z2) + biases[3]
    error = 2 * (answer - target)
    rule = chain_rule(sim, 0, 0, 1, sample)
    assert rule.weight == weights[0][1]
    assert math.isclose(rule.activation, inputs[1] if sample is not None else rule.activation, rel_tol=1e-12)
    assert math.isclose(abs(rule.activation), abs(inputs[1]), rel_tol=1e-12)
    assert [f.layer for f in rule.factors] == [0, 1, 2, 3]
    expected = [
        (1.0, slope(z0)),
        (weights[1][0], slope(z1)),
        (weights[2][0], slope(z2)),
        (weights[3][0], 1.0),
    ]
    for factor, (w, s) in zip(rule.factors, expected, strict=True):
        assert math.isclose(factor.weight_gain, w, rel_tol=1e-12)
        assert math.isclose(factor.slope_gain, s, rel_tol=1e-12)
        assert (factor.norm_gain, factor.skip_gain) == (1.0, 1.0)
        assert math.isclose(factor.gain, w * s, rel_tol=1e-12)
    sign = 1.0 if sample is not None else math.copysign(1.0, rule.activation * inputs[1])
    assert math.isclose(rule.loss_slope, sign * error, rel_tol=1e-9)
    product = inputs[1] * math.prod(w * s for w, s in expected) * error
    assert math.isclose(rule.product, product, rel_tol=1e-11)
    assert rule.sign == (1 if product > 0 else -1)
    sizes = [abs(w * s) for w, s in expected]
    shrinks = math.prod(sizes) <= 1
    assert rule.culprit == sizes.index(min(sizes) if shrinks else max(sizes))


def test_an_output_that_the_loss_reads_as_logits_has_slope_one_in_the_chain() -> None:
    sim = Simulation(
        Scenario(
            data=Data(source="moons", samples=8, test_fraction=0.0),
            layers=(Dense(units=1, activation="tanh"), Dense(units=1, activation="sigmoid")),
            training=Training(loss="binary_cross_entropy", batch_size=1),
        )
    )
    sim.set_parameters({"0.weight": np.array([[3.0, 1.0]]), "1.weight": np.array([[-2.0]])})
    (inputs,), ((target,),) = sim.batch
    z = 3.0 * inputs[0] + inputs[1]
    logit = -2.0 * math.tanh(z)
    rule = chain_rule(sim, 0, 0, 0, 0)
    assert rule.factors[1].slope_gain == 1.0
    assert math.isclose(rule.loss_slope, 1 / (1 + math.exp(-logit)) - target, rel_tol=1e-12)
    assert math.isclose(rule.factors[0].gain, 1 / math.cosh(z) ** 2, rel_tol=1e-12)


def test_gains_are_ratios_of_norms_computed_by_hand() -> None:
    layers = (Dense(units=3, activation="tanh"), Dense(units=2, activation="sigmoid"))
    sim = plane(*layers, Dense(units=1, activation="linear"))
    p = sim.parameters
    x, y = sim.batch
    a = np.tanh(x @ p["0.weight"].T + p["0.bias"])
    z = a @ p["1.weight"].T + p["1.bias"]
    s = 1 / (1 + np.exp(-z))
    v0 = np.zeros_like(a)
    v0[:, 2] = x[:, 1]
    v1 = v0 * (1 - a * a)
    v2 = v1 @ p["1.weight"].T
    v3 = v2 * s * (1 - s)
    v4 = v3 @ p["2.weight"].T
    size = np.linalg.norm
    first, second, third = chain_rule(sim, 0, 2, 1).factors
    assert math.isclose(first.slope_gain, size(v1) / size(v0), rel_tol=1e-12)
    assert math.isclose(second.weight_gain, size(v2) / size(v1), rel_tol=1e-12)
    assert math.isclose(second.slope_gain, size(v3) / size(v2), rel_tol=1e-12)
    assert math.isclose(third.weight_gain, size(v4) / size(v3), rel_tol=1e-12)
    rule = chain_rule(sim, 0, 2, 1)
    assert math.isclose(rule.activation, math.sqrt(np.mean(x[:, 1] ** 2)), rel_tol=1e-12)
    error = 2 * (s @ p["2.weight"].T + p["2.bias"] - y) / len(x)
    assert math.isclose(
        rule.loss_slope, float((error * v4).sum()) * math.sqrt(len(x)) / size(v4), rel_tol=1e-10
    )


def test_normalisation_is_a_factor_of_its_own() -> None:
    sim = plane(
        Dense(units=3, activation="linear", normalization="layer"), Dense(units=1, activation="linear")
    )
    sim.set_parameters({"0.norm_weight": np.array([2.0, 2.0, 2.0])})
    p = sim.parameters
    x, _ = sim.batch
    z = x @ p["0.weight"].T + p["0.bias"]
    variance = z.var(axis=1, keepdims=True) + 1e-5
    xhat = (z - z.mean(axis=1, keepdims=True)) / np.sqrt(variance)
    v = np.zeros_like(z)
    v[:, 0] = x[:, 0]
    n = 2.0 * (v - v.mean(1, keepdims=True) - xhat * (v * xhat).mean(1, keepdims=True)) / np.sqrt(variance)
    factor = chain_rule(sim, 0, 0, 0).factors[0]
    assert math.isclose(factor.norm_gain, np.linalg.norm(n) / np.linalg.norm(v), rel_tol=1e-12)
    assert (factor.weight_gain, factor.slope_gain, factor.skip_gain) == (1.0, 1.0, 1.0)


def test_a_branch_that_is_dead_is_carried_past_by_its_skip() -> None:
    middle = Dense(units=1, activation="relu", skip=1, bias_init="constant", bias_scale=-1e3)
    sim = plane(Dense(units=1, activation="linear"), middle, Dense(units=1, activation="linear"))
    rule = chain_rule(sim, 0, 0, 0)
    dead = rule.factors[1]
    assert (dead.slope_gain, dead.gain) == (0.0, 1.0)
    gradient = sim.gradients["0.weight"][0, 0]
    assert gradient != 0.0
    assert math.isclose(rule.product, gradient, rel_tol=1e-11)
    assert math.isclose(multiplied(rule), gradient, rel_tol=1e-11)


def test_a_dead_branch_without_a_skip_ends_the_chain() -> None:
    middle = Dense(units=1, activation="relu", bias_init="constant", bias_scale=-1e3)
    rule = chain_rule(
        plane(Dense(units=1, activation="linear"), middle, Dense(units=1, activation="linear")), 0, 0, 0
    )
    assert (rule.product, rule.sign, rule.log10, rule.culprit) == (0.0, 0, -math.inf, 1)
    assert rule.factors[1].gain == 0.0


@pytest.mark.parametrize("weight", [0.0, math.nan])
def test_what_no_layer_has_multiplies_nothing_in_a_chain_that_is_lost(weight: float) -> None:
    sim = plane(*[Dense(units=1, activation="linear")] * 3)
    sim.set_parameters({"1.weight": np.array([[weight]])})
    rule = chain_rule(sim, 0, 0, 0)
    gains = [(factor.norm_gain, factor.dropout_gain, factor.skip_gain) for factor in rule.factors]
    assert gains == [(1.0, 1.0, 1.0)] * 3
    assert rule.penalty == 0.0
    assert not rule.factors[-1].gain > 0.0


def test_where_nothing_enters_the_weight_the_product_is_zero_and_the_gains_are_still_told() -> None:
    sim = plane(
        Dense(units=2, activation="relu"),
        Dense(units=2, activation="tanh"),
        Dense(units=1, activation="linear"),
    )
    sim.set_parameters({"0.bias": np.array([-1e3, 1.0])})
    rule = chain_rule(sim, 1, 0, 0)
    assert (rule.activation, rule.product, rule.sign, rule.log10) == (0.0, 0.0, 0, -math.inf)
    assert sim.gradients["1.weight"][0, 0] == 0.0
    assert all(factor.gain > 0.0 for factor in rule.factors)


def test_a_skip_that_passes_over_layers_adds_to_the_signal_of_the_branch() -> None:
    sim = plane(
        Dense(units=1, activation="linear"),
        Dense(units=1, activation="linear"),
        Dense(units=1, activation="linear", skip=2, skip_scale=0.5),
    )
    values = {"0.weight": [[1.0, 0.0]], "1.weight": [[3.0]], "2.weight": [[-5.0]]}
    sim.set_parameters({name: np.array(value) for name, value in values.items()})
    rule = chain_rule(sim, 0, 0, 0, 4)
    x, y = sim.batch
    answer = x[4, 0] + 0.5 * 3.0 * -5.0 * x[4, 0]
    gradient = 2 * (answer - y[4, 0]) * (1 + 0.5 * 3.0 * -5.0) * x[4, 0]
    assert math.isclose(rule.product, gradient, rel_tol=1e-12)
    assert math.isclose(multiplied(rule), gradient, rel_tol=1e-12)


@pytest.mark.parametrize(
    ("weight", "sample", "said"),
    [
        ((3, 0, 0), None, "there is no layer 3; layers go from 0 to 1"),
        ((-1, 0, 0), None, "there is no layer -1"),
        ((0, 4, 0), None, "layer 0 has no output neuron 4; rows go from 0 to 3"),
        ((0, 0, 2), None, "layer 0 has no input neuron 2; columns go from 0 to 1"),
        ((0, 0, 0), 12, "the batch has no sample 12; samples go from 0 to 11"),
        ((0, 0, 0), -1, "the batch has no sample -1"),
    ],
)
def test_a_weight_that_is_not_there_is_answered_with_those_that_are(
    weight: tuple[int, int, int], sample: int | None, said: str
) -> None:
    sim = plane(Dense(units=4), Dense(units=1, activation="linear"))
    with pytest.raises(ValueError, match=said):
        chain_rule(sim, *weight, sample)


def test_after_a_step_the_product_is_that_of_the_pass_before_the_update() -> None:
    sim = plane(Dense(units=4, activation="tanh"), Dense(units=1, activation="linear"), batch=4)
    before = sim.parameters["0.weight"][1, 1]
    sim.step()
    rule = chain_rule(sim, 0, 1, 1)
    assert rule.weight == before
    assert sim.parameters["0.weight"][1, 1] != before
    assert math.isclose(rule.product, sim.gradients["0.weight"][1, 1], rel_tol=1e-10)
    sim.evaluate()
    assert chain_rule(sim, 0, 1, 1) == rule


def test_a_dense_weight_has_no_places() -> None:
    with pytest.raises(ValueError, match="uses a weight once"):
        chain_rule(plane(Dense(units=1, activation="linear")), 0, 0, 0, place=0)
