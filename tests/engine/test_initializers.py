"""What is drawn at the start: published variances and bounds, orthogonality, unit variance, the edge of chaos."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.engine.networks import LINEAR_OUT, scenario, simulation
from vgtui.engine.criticality import critical_variances
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import INITIALIZERS, Dense

FAN_IN, FAN_OUT = 80, 120


def weight(init: str, **layer: object) -> np.ndarray:
    """The weight (120, 80) that a hidden layer is drawn with."""
    settings = {"activation": "tanh", "init": init, **layer}
    sim = simulation(Dense(units=FAN_IN), Dense(units=FAN_OUT, **settings), LINEAR_OUT)
    return sim.parameters["1.weight"]


VARIANCES = {
    "he": 2 / FAN_IN,
    "glorot": 2 / (FAN_IN + FAN_OUT),
    "lecun": 1 / FAN_IN,
}


@pytest.mark.parametrize("family", VARIANCES)
@pytest.mark.parametrize("gain", [1.0, 0.5])
def test_normal_initialisers_have_the_published_variance(family: str, gain: float) -> None:
    drawn = weight(f"{family}_normal", gain=gain) / gain
    variance = VARIANCES[family]
    count = drawn.size
    assert abs(drawn.mean()) < 4 * math.sqrt(variance / count)
    assert abs(drawn.var() / variance - 1) < 4 * math.sqrt(2 / count)
    kurtosis = ((drawn - drawn.mean()) ** 4).mean() / drawn.var() ** 2
    assert abs(kurtosis - 3) < 4 * math.sqrt(24 / count)


@pytest.mark.parametrize("family", VARIANCES)
def test_uniform_initialisers_fill_the_published_bounds(family: str) -> None:
    drawn = weight(f"{family}_uniform")
    variance = VARIANCES[family]
    bound = math.sqrt(3 * variance)
    assert bound * 0.998 < np.abs(drawn).max() <= bound
    assert abs(drawn.var() / variance - 1) < 4 * math.sqrt(0.8 / drawn.size)


def test_uniform_normal_and_constant_take_their_scale() -> None:
    uniform, normal = weight("uniform", init_scale=0.3), weight("normal", init_scale=0.3)
    assert 0.2995 < np.abs(uniform).max() <= 0.3
    assert abs(normal.std() / 0.3 - 1) < 4 * math.sqrt(0.5 / normal.size)
    assert (weight("constant", init_scale=-0.3) == -0.3).all()
    assert not weight("zeros").any()


@pytest.mark.parametrize("shape", [(30, 30), (40, 10), (10, 40)])
def test_orthogonal_has_orthonormal_rows_or_columns(shape: tuple[int, int]) -> None:
    out, fan_in = shape
    w = simulation(Dense(units=fan_in), Dense(units=out, init="orthogonal", gain=1.5), LINEAR_OUT).parameters[
        "1.weight"
    ]
    product = w.T @ w if out >= fan_in else w @ w.T
    np.testing.assert_allclose(product, 2.25 * np.eye(min(shape)), atol=1e-12)


@pytest.mark.parametrize("gain", [1.0, -0.5])
def test_lsuv_gives_every_layer_unit_variance_on_the_first_batch(gain: float) -> None:
    deep = Dense(units=20, activation="tanh", init="lsuv", gain=gain, repeat=6)
    sim = simulation(deep, LINEAR_OUT, data={"samples": 200}, batch_size=50)
    x, _ = sim.batch
    p = sim.parameters
    for number in range(6):
        z = x @ p[f"{number}.weight"].T
        assert math.isclose(z.std(), abs(gain), rel_tol=1e-9)
        x = np.tanh(z + p[f"{number}.bias"])


def test_lsuv_leaves_a_weight_alone_that_makes_nothing_of_the_batch() -> None:
    """A bias has spread over the units; it must not be taken for what the weight made."""
    layers = (
        Dense(units=4, activation="relu", init="zeros"),
        Dense(units=5, activation="tanh", init="lsuv", bias_init="normal", bias_scale=0.01),
        LINEAR_OUT,
    )
    w = simulation(*layers).parameters["1.weight"]
    np.testing.assert_allclose(w.T @ w, np.eye(4), atol=1e-12)


def critical(activation: str, units: int = 1000) -> tuple[float, float]:
    """Weight variance times fan_in, and bias variance, as drawn."""
    layers = (Dense(units=units), Dense(units=units, activation=activation, init="critical"), LINEAR_OUT)
    p = simulation(*layers, data={"samples": 4}).parameters
    return p["1.weight"].var() * units, (p["1.bias"] ** 2).mean()


def test_critical_relu_is_he_s_variance_without_bias() -> None:
    assert critical_variances("relu", 0.0) == (pytest.approx(2.0, rel=1e-9), 0.0)
    weight_variance, bias_variance = critical("relu")
    assert abs(weight_variance - 2.0) < 4 * 2.0 * math.sqrt(2 / 1e6)
    assert bias_variance == 0.0


def test_critical_tanh_stands_at_the_published_point_of_the_critical_line() -> None:
    """Schoenholz et al. 2017: at bias variance 0.05 the line passes weight variance 1.76, where q* = 0.57."""
    weight_variance, bias_variance = critical_variances("tanh", 0.0)
    assert math.isclose(weight_variance, 1.76095, abs_tol=5e-6)
    assert math.isclose(bias_variance, 0.05, rel_tol=1e-9)
    drawn, drawn_bias = critical("tanh")
    assert abs(drawn / 1.76095 - 1) < 4 * math.sqrt(2 / 1e6)
    assert abs(drawn_bias / 0.05 - 1) < 4 * math.sqrt(2 / 1e3)


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "selu", "hard_tanh", "softsign"])
def test_at_the_critical_point_a_wide_network_s_gradient_neither_grows_nor_shrinks(activation: str) -> None:
    """chi_1 = 1 at the fixed point q*, both by NumPy's own formulas, where that point draws the signal in."""
    functions = {
        "tanh": np.tanh,
        "relu": lambda z: np.maximum(z, 0),
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "selu": lambda z: 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * np.expm1(z)),
        "hard_tanh": lambda z: np.clip(z, -1, 1),
        "softsign": lambda z: z / (1 + np.abs(z)),
    }
    phi = functions[activation]
    weight_variance, bias_variance = critical_variances(activation, 0.0)
    z = np.linspace(-10, 10, 40_000)
    density = np.exp(-0.5 * z * z)
    density /= density.sum()
    q = 1.0
    for _ in range(5_000):
        q, before = weight_variance * float(density @ phi(math.sqrt(q) * z) ** 2) + bias_variance, q
        if abs(q - before) < 1e-13 * q:
            break
    h = 1e-5
    slope = (phi(math.sqrt(q) * z + h) - phi(math.sqrt(q) * z - h)) / (2 * h)
    assert abs(weight_variance * float(density @ slope**2) - 1.0) < 2e-3


def test_biases_begin_as_told() -> None:
    def bias(init: str) -> np.ndarray:
        layer = Dense(units=2000, bias_init=init, bias_scale=0.2)
        return simulation(layer, LINEAR_OUT, data={"samples": 4}).parameters["0.bias"]

    assert not bias("zeros").any()
    assert (bias("constant") == 0.2).all()
    assert 0.19 < np.abs(bias("uniform")).max() <= 0.2
    assert abs(bias("normal").std() / 0.2 - 1) < 4 * math.sqrt(0.5 / 2000)


def test_normalisation_begins_as_the_identity_and_prelu_at_its_alpha() -> None:
    layer = Dense(units=3, activation="prelu", alpha=0.1, normalization="batch")
    p = simulation(layer, LINEAR_OUT).parameters
    assert (p["0.norm_weight"] == 1).all()
    assert not p["0.norm_bias"].any()
    assert p["0.alpha"].tolist() == [0.1]


@pytest.mark.parametrize("init", INITIALIZERS)
def test_another_layer_s_settings_leave_a_layer_s_draw_alone(init: str) -> None:
    layer = Dense(units=6, activation="tanh", init=init)
    plain = simulation(Dense(units=5, init="normal"), layer, LINEAR_OUT).parameters["1.weight"]
    other = simulation(Dense(units=5, init="zeros", bias_init="uniform"), layer, LINEAR_OUT).parameters[
        "1.weight"
    ]
    if init == "lsuv":  # drawn alike, then scaled on what reaches it
        plain, other = plain / np.linalg.norm(plain), other / np.linalg.norm(other)
        np.testing.assert_allclose(plain, other, rtol=1e-12)
    else:
        assert (plain == other).all()


def test_another_seed_draws_other_weights_from_the_same_data() -> None:
    first = scenario(Dense(units=5), LINEAR_OUT, data={"seed": 1})
    values = {name: getattr(first, name) for name in first.__struct_fields__}
    other = type(first)(**{**values, "seed": 4})
    a, b = Simulation(first), Simulation(other)
    assert (a.train_data[0] == b.train_data[0]).all()
    assert (a.parameters["0.weight"] != b.parameters["0.weight"]).all()
