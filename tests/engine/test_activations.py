"""Activation values and slopes against fifty-digit arithmetic and the published constants, tails and all."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.networks import LINEAR_OUT, simulation
from tests.engine.strategies import HIDDEN, examples
from tests.reference.exact import scalar_activation
from vgtui.analysis.chain_rule import chain_rule
from vgtui.engine import compiler
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import DEFAULT_ALPHA, Dense

LEAST = 1e-290
RANGE = [
    0.0,
    1e-300,
    1e-12,
    1e-3,
    0.3,
    0.99,
    1.5,
    2.7,
    5.0,
    9.0,
    19.5,
    20.5,
    36.0,
    39.9,
    41.0,
    81.0,
    150.0,
    350.0,
]
POINTS = sorted({sign * z for z in [*RANGE, 600.0, 1e4, 1e150] for sign in (-1.0, 1.0)})


def probe(activation: str, alpha: float | None = None) -> Simulation:
    """One unit of the activation, behind one whose answer is its bias: z is set exactly."""
    sim = simulation(
        Dense(units=1, activation="linear"), Dense(units=1, activation=activation, alpha=alpha), batch_size=1
    )
    sim.set_parameters({"0.weight": np.zeros((1, 2)), "1.weight": np.ones((1, 1)), "1.bias": np.zeros(1)})
    return sim


def value_and_slope(sim: Simulation, z: float) -> tuple[float, float]:
    """phi(z) as the network answers it, and phi'(z) as the chain rule tells it."""
    sim.set_parameters({"0.bias": np.array([z])})
    sim.measure()
    answer = float(sim.predict(np.zeros((1, 2)))[0, 0])
    return answer, chain_rule(sim, 0, 0, 0, 0).factors[1].slope_gain


def agrees(found: float, true: Decimal, relative: float, absolute: float = 0.0) -> bool:
    if abs(true) < Decimal(LEAST):
        return abs(found) <= LEAST
    if abs(true) > Decimal("1e308"):
        return math.isinf(found)
    return abs(Decimal(found) - true) <= Decimal(relative) * abs(true) + Decimal(absolute)


def told(slope: Decimal, relative: float) -> float:
    """The tolerance of a slope that was told by the logarithms of norms: as many roundings as it has bits."""
    return 3 * relative + 1e-15 * abs(slope.adjusted())


@pytest.mark.parametrize("activation", HIDDEN)
def test_values_and_slopes_are_true_from_one_end_of_the_range_to_the_other(activation: str) -> None:
    sim = probe(activation)
    alpha = Decimal(DEFAULT_ALPHA.get(activation, 0.0))
    # erfc is as exact as its argument: z^2 roundings in the tail
    relative = 2e-12 if activation == "gelu" else 4e-15
    for z in POINTS:
        value, slope = scalar_activation(activation, Decimal(z), alpha)
        found = value_and_slope(sim, z)
        assert agrees(found[0], value, relative, 1e-300), (z, found[0], value)
        assert agrees(found[1], slope, told(slope, relative), 1e-300), (z, found[1], slope)


@pytest.mark.parametrize("worth_telling", [1, 1000], ids=["told by the activation", "stored"])
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_a_gradient_goes_back_by_the_true_slope_however_saturated_the_unit_is(
    activation: str, worth_telling: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiler, "WORTH_TELLING", worth_telling)
    sim = simulation(Dense(units=1, activation="linear"), Dense(units=1, activation=activation), batch_size=1)
    sim.set_parameters({"0.weight": np.zeros((1, 2)), "1.weight": np.ones((1, 1)), "1.bias": np.zeros(1)})
    for z in [z for z in POINTS if abs(z) < 300.0] + [1.0, 1.45, 1.8, 2.2, 2.9, -1.45, -1.8, -2.2, -2.9]:
        sim.set_parameters({"0.bias": np.array([z])})
        sim.measure()
        error = float(sim.predict(sim.batch[0])[0, 0] - sim.batch[1][0, 0])
        _, slope = scalar_activation(activation, Decimal(z), Decimal(0))
        assert agrees(sim.gradients["1.bias"][0] / (2.0 * error), slope, 2e-14), z


@given(st.sampled_from(HIDDEN), st.floats(-40, 40), st.sampled_from([0.01, 0.25, 1.0, 1.7]))
@examples(200)
def test_values_and_slopes_are_true_anywhere_between(activation: str, z: float, alpha: float) -> None:
    able = activation in DEFAULT_ALPHA
    sim = probe(activation, alpha if able else None)
    value, slope = scalar_activation(activation, Decimal(z), Decimal(alpha))
    found = value_and_slope(sim, z)
    relative = 2e-12 if activation == "gelu" else 4e-15
    assert agrees(found[0], value, relative, 1e-300)
    # z phi'' of gelu, silu and mish: their slopes are sums that cross 0
    assert agrees(found[1], slope, told(slope, relative), 4e-16)


@pytest.mark.parametrize("activation", HIDDEN)
def test_nan_stays_nan(activation: str) -> None:
    assert math.isnan(probe(activation).predict(np.array([[math.nan, 0.0]]))[0, 0])


LIMITS = {
    "linear": (-math.inf, math.inf),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "relu": (0.0, math.inf),
    "leaky_relu": (-math.inf, math.inf),
    "prelu": (-math.inf, math.inf),
    "elu": (-1.0, math.inf),
    "selu": (-1.0507009873554805 * 1.6732632423543772, math.inf),
    "softplus": (0.0, math.inf),
    "gelu": (0.0, math.inf),
    "silu": (0.0, math.inf),
    "mish": (0.0, math.inf),
    "softsign": (-1.0, 1.0),
}
UNDEFINED = {("gelu", -1), ("silu", -1), ("mish", -1), ("softsign", -1), ("softsign", 1)}
"""Where the defining formula is infinity times 0: nan, as in PyTorch."""


@pytest.mark.parametrize("activation", LIMITS)
@pytest.mark.parametrize("side", [-1, 1])
def test_an_infinite_input_gives_the_limit_or_nan_and_no_other_number(activation: str, side: int) -> None:
    sim = probe(activation)
    sim.set_parameters({"0.weight": np.array([[1.0, 0.0]])})
    found = float(sim.predict(np.array([[side * math.inf, 0.0]]))[0, 0])
    limit = LIMITS[activation][0 if side < 0 else 1]
    if (activation, side) in UNDEFINED:
        assert math.isnan(found) or math.isclose(found, limit)
    else:
        assert found == pytest.approx(limit, rel=1e-15)


@given(st.floats(-1e6, 1e6))
@examples(100)
def test_the_slope_of_a_sigmoid_is_never_above_a_quarter(z: float) -> None:
    assert 0.0 <= value_and_slope(probe("sigmoid"), z)[1] <= 0.25


def test_selu_keeps_a_standard_normal_signal_standard() -> None:
    """Klambauer et al. 2017: mean 0 and variance 1 are its fixed point, which is what its constants are for."""
    z = np.linspace(-12.0, 12.0, 200_001)
    density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    sim = simulation(Dense(units=1, activation="selu"))
    sim.set_parameters({"0.weight": np.array([[1.0, 0.0]]), "0.bias": np.zeros(1)})
    a = sim.predict(np.stack([z, np.zeros_like(z)], axis=1))[:, 0]
    assert abs(density @ a) < 1e-9
    assert abs(density @ (a * a) - 1.0) < 1e-9


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "prelu", "hard_tanh", "hard_sigmoid"])
def test_at_a_kink_the_slope_is_pytorch_s(activation: str) -> None:
    at = {"hard_tanh": (-1.0, 1.0), "hard_sigmoid": (-3.0, 3.0)}.get(activation, (0.0,))
    below = {"leaky_relu": 0.01, "prelu": 0.25}.get(activation, 0.0)
    for z in at:
        assert value_and_slope(probe(activation), z)[1] == pytest.approx(below)


def test_softmax_rows_are_probabilities_at_any_logit() -> None:
    sim = simulation(Dense(units=3, activation="softmax"), source="blobs", loss="cross_entropy")
    sim.set_parameters({"0.weight": np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]), "0.bias": np.zeros(3)})
    inputs = np.array([[1000.0, -1000.0], [-1000.0, -1000.0], [700.0, 701.0], [0.1, 0.2]])
    found = sim.predict(inputs)
    e = [math.exp(v) for v in (0.1, 0.2, 0.0)]
    wanted = [
        [1.0, 0.0, 0.0],
        [0.0, 0.0, 1.0],
        [1 / (1 + math.e), math.e / (1 + math.e), 0.0],
        [v / sum(e) for v in e],
    ]
    np.testing.assert_allclose(found, wanted, rtol=1e-14, atol=1e-300)


def test_alpha_is_the_one_given_and_learned_only_by_prelu() -> None:
    for activation, alpha in (("leaky_relu", 0.3), ("prelu", 0.3), ("elu", 2.0)):
        sim = simulation(Dense(units=2, activation=activation, alpha=alpha), LINEAR_OUT)
        assert ("0.alpha" in sim.parameters) == (activation == "prelu")
        value, _ = value_and_slope(probe(activation, alpha), -1.0)
        assert value == pytest.approx(-0.3 if activation != "elu" else 2.0 * math.expm1(-1.0), rel=1e-15)
