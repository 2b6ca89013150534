"""Convolutions and pools: against plain loops, against PyTorch where it is, and against themselves."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.strategies import YES_OR_NO, among, examples, or_none, up_to
from tests.reference import images as plain
from vgtui.analysis.chain_rule import chain_rule
from vgtui.analysis.weights import weight_changes
from vgtui.engine.simulation import Simulation
from vgtui.scenario.edit import set_layer, set_value
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.model import Conv, Data, Dense, Layer, Pool, Scenario, Training

Array = np.ndarray[Any, Any]
SAMPLES = 5
AMPLIFIED = 1e-10
"""Roundings where a normalisation divides by nothing but its epsilon, twice in a row: 1e-16 times 316 squared."""

DIGITS = Data(source="digits", samples=60)
CNN = (
    Conv(filters=5, activation="tanh", normalization="batch"),
    Conv(filters=5, activation="relu", skip=1),
    Pool(),
    Conv(filters=4, kernel=2, padding="valid", activation="tanh"),
    Dense(units=10, activation="softmax"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("images")


def digits(*layers: Layer, **training: Any) -> Scenario:
    given = {"loss": "cross_entropy", "batch_size": 12, **training}
    return Scenario(data=DIGITS, layers=layers, training=Training(**given))


@st.composite
def stacks(draw: st.DrawFn) -> tuple[tuple[int, int, int], tuple[Layer, ...]]:
    """The shape of an image and layers that it goes through, the last two dense.

    It has no fewer columns than channels: in a file they would be taken for each other.
    """
    height, width = draw(up_to(2, 6)), draw(up_to(2, 7))
    shape = (draw(up_to(1, min(3, width))), height, width)
    sizes, layers = [shape], []
    for _ in range(draw(up_to(1, 4))):
        filters, height, width = sizes[-1]
        if draw(up_to(0, 3)) == 0:
            kind = draw(among(("max", "average")))
            layers.append(Pool(kind=kind, size=draw(up_to(1, min(height, width)))))
            sizes.append((filters, height // layers[-1].size, width // layers[-1].size))
            continue
        normalized = any(one.normalization != "none" for one in layers)  # see AMPLIFIED
        padding = draw(among(("same", "valid")))
        most = min(height, width) if padding == "valid" else 5
        layer = Conv(
            filters=draw(filters_after(filters)),
            kernel=draw(up_to(1, most)),
            stride=draw(among((1, 2, 3))),
            padding=padding,
            activation=draw(among(tuple(sorted(plain.ACTIVATIONS)))),
            normalization="none" if normalized else draw(among(("none", "batch", "layer"))),
        )
        size = (layer.filters, *(plain.padding(n, layer)[2] for n in (height, width)))
        able = tuple(n for n in range(1, len(sizes) + 1) if sizes[-n] == size)
        skip = draw(or_none(among(able))) if able else None
        sizes.append(size)
        layers.append(Conv(**{**fields_of(layer), "skip": skip, "skip_scale": 0.5}))
    if draw(YES_OR_NO):
        layers.append(Pool(kind="global_average"))
    middle = Dense(units=3, activation="tanh", normalization=draw(among(("none", "batch"))))
    return shape, (*layers, middle, Dense(units=2, activation="linear"))


@st.composite
def tiled(draw: st.DrawFn) -> tuple[tuple[int, int, int], tuple[Layer, ...]]:
    """Convolutions that divide into tiles of 4x4 places: few samples are more than one block of them."""
    padding, (height, width) = draw(among(("same", "valid"))), draw(among(((4, 8), (8, 8), (16, 12))))
    edge = 2 if padding == "valid" else 0
    layers = (
        Conv(filters=draw(among((8, 16))), padding=padding, activation=draw(among(("tanh", "relu")))),
        Conv(filters=8, activation="tanh", normalization=draw(among(("none", "batch")))),
        Conv(filters=8, activation="linear", skip=1, skip_scale=0.5),
        Pool(kind="global_average"),
        Dense(units=2, activation="linear"),
    )
    return (draw(among((1, 8))), height + edge, width + edge), layers


@cache
def filters_after(filters: int) -> st.SearchStrategy[int]:
    """Any number, or as many as before: a skip can reach those."""
    return st.integers(1, 9) | st.just(filters)


def fields_of(layer: Layer) -> dict[str, Any]:
    return {name: getattr(layer, name) for name in layer.__struct_fields__}


def on_images(
    folder: Path, shape: tuple[int, int, int], layers: tuple[Layer, ...], seed: int
) -> tuple[Simulation, Array, Array]:
    """A simulation that has measured a batch of images, and that batch, (n, channels, height, width)."""
    random = np.random.default_rng(seed)
    np.savez(
        folder / "images.npz",
        inputs=random.normal(size=(SAMPLES, *shape)),
        targets=random.normal(size=(SAMPLES, 2)),
    )
    sim = Simulation(
        Scenario(
            seed=seed,
            data=Data(source="file", file="images.npz", task="regression", test_fraction=0.0),
            layers=layers,
            training=Training(loss="mean_squared_error", batch_size=4),
        ),
        folder,
    )
    sim.set_parameters({n: v + 0.3 * random.normal(size=v.shape) for n, v in sim.parameters.items()})
    sim.measure()
    inputs, targets = sim.batch
    return sim, inputs.reshape(-1, *shape), targets


@given(tiled(), st.integers(0, 2**16))
@examples(10)
def test_loss_and_gradients_by_tiles_are_those_of_plain_loops(folder, stack, seed):
    agree_with_plain_loops(folder, stack, seed)


@given(stacks(), st.integers(0, 2**16))
@examples(60)
def test_loss_and_gradients_are_those_of_plain_loops(folder, stack, seed):
    agree_with_plain_loops(folder, stack, seed)


def agree_with_plain_loops(
    folder: Path, stack: tuple[tuple[int, int, int], tuple[Layer, ...]], seed: int
) -> None:
    sim, images, targets = on_images(folder, *stack, seed)
    parameters = sim.parameters
    wanted = plain.loss(sim.scenario, parameters, images, targets)
    assert sim.record.loss == pytest.approx(wanted, rel=1e-11)
    random = np.random.default_rng(seed)
    for name, gradient in sim.gradients.items():
        along = random.normal(size=gradient.shape)
        found = plain.slope(sim.scenario, parameters, name, along, images, targets)
        size = float(np.abs(gradient * along).sum())
        assert float((gradient * along).sum()) == pytest.approx(found, rel=1e-9, abs=1e-9 * size + AMPLIFIED)


@given(tiled(), st.integers(0, 2**16))
@examples(10)
def test_what_a_weight_sends_forward_by_tiles_comes_to_its_gradient(folder, stack, seed):
    sim, *_ = on_images(folder, *stack, seed)
    for layer in (0, 1, 2):
        rows, columns = sim.weight_shapes[layer]
        row, column = divmod(seed % (rows * columns), columns)
        gradient = sim.gradients[f"{layer}.weight"].reshape(rows, columns)
        scale = float(np.abs(gradient).max())
        product = chain_rule(sim, layer, row, column).product
        assert product == pytest.approx(gradient[row, column], rel=1e-9, abs=1e-12 * scale + AMPLIFIED)


@given(stacks(), st.integers(0, 2**16))
@examples(60)
def test_what_a_weight_sends_forward_comes_to_its_gradient(folder, stack, seed):
    sim, *_ = on_images(folder, *stack, seed)
    random = np.random.default_rng(seed)
    for layer, (rows, columns) in enumerate(sim.weight_shapes):
        if not rows:
            with pytest.raises(ValueError, match=rf"layer {layer} \(.*\) has no weights"):
                chain_rule(sim, layer, 0, 0)
            continue
        row, column = int(random.integers(rows)), int(random.integers(columns))
        gradient = sim.gradients[f"{layer}.weight"].reshape(rows, columns)
        rule = chain_rule(sim, layer, row, column)
        scale = float(np.abs(gradient).max())
        assert rule.product == pytest.approx(gradient[row, column], rel=1e-9, abs=1e-12 * scale + AMPLIFIED)
        assert rule.weight == sim.parameters[f"{layer}.weight"].reshape(rows, columns)[row, column]
        own = [chain_rule(sim, layer, row, column, sample).product for sample in range(len(sim.batch[0]))]
        if not any(one.normalization == "batch" for one in sim.scenario.layers):
            assert np.mean(own) == pytest.approx(rule.product, rel=1e-9, abs=1e-12 * scale + AMPLIFIED)


def test_a_relu_that_sees_nothing_by_tiles_has_no_slope_whatever_stands_beside_it():
    sim = Simulation(digits(Conv(filters=8), Conv(filters=8), *CNN[-1:], batch_size=20))
    slope = sim.measure().layers[1].slope_mean
    assert (sim.parameters["0.bias"] == 0.0).all()
    images = sim.batch[0].reshape(-1, 1, 8, 8)
    assert (images == 0.0).mean() > 0.2
    for number in (0, 1):
        weight, bias = (sim.parameters[f"{number}.{name}"] for name in ("weight", "bias"))
        images = np.maximum(plain.convolve(images, weight, bias, sim.scenario.layers[number]), 0.0)
    assert slope == pytest.approx((images > 0.0).mean(), rel=1e-12)


def test_a_skip_may_lead_from_the_image_past_other_layers(folder):
    layers = (Conv(filters=3), Conv(filters=2, skip=2), Dense(units=2, activation="linear"))
    sim, *_ = on_images(folder, (2, 4, 3), layers, 1)
    gradient = sim.gradients["0.weight"].reshape(3, -1)
    assert chain_rule(sim, 0, 2, 7).product == pytest.approx(gradient[2, 7], rel=1e-9)


def test_a_moved_weight_moves_the_loss_as_the_gradient_says():
    sim = Simulation(digits(*CNN))
    sim.measure()
    start, gradients = sim.parameters, sim.gradients
    random = np.random.default_rng(3)
    for name, gradient in gradients.items():
        along = random.normal(size=gradient.shape)
        losses = []
        for sign in (1, -1):
            sim.set_parameters({name: start[name] + sign * 1e-6 * along})
            losses.append(sim.measure().loss)
        sim.set_parameters({name: start[name]})
        wanted = float((gradient * along).sum())
        assert (losses[0] - losses[1]) / 2e-6 == pytest.approx(wanted, rel=1e-4, abs=1e-7)


# -- PyTorch ----------------------------------------------------------------------------------------------


@pytest.mark.torch
@given(stacks(), st.integers(0, 2**16))
@examples(60)
def test_convolutions_and_pools_of_any_shape_are_pytorchs(folder, stack, seed):
    torch = pytest.importorskip("torch", reason="plain loops make the same claims without PyTorch")
    functional = torch.nn.functional
    shape, layers = stack
    layers = tuple(
        layer if isinstance(layer, Pool) else type(layer)(**{**fields_of(layer), "normalization": "none"})
        for layer in layers
    )
    sim, images, targets = on_images(folder, shape, layers, seed)
    own = {name: torch.tensor(value, requires_grad=True) for name, value in sim.parameters.items()}
    outputs = [torch.tensor(images)]
    for number, layer in enumerate(layers):
        x = outputs[-1]
        if isinstance(layer, Pool):
            pools = {"max": functional.max_pool2d, "average": functional.avg_pool2d}
            whole = layer.kind == "global_average"
            outputs.append(x.mean((2, 3)) if whole else pools[layer.kind](x, layer.size))
            continue
        weight, bias = own[f"{number}.weight"], own[f"{number}.bias"]
        if isinstance(layer, Conv):
            (top, bottom, _), (left, right, _) = (plain.padding(n, layer) for n in x.shape[2:])
            z = functional.conv2d(functional.pad(x, (left, right, top, bottom)), weight, bias, layer.stride)
        else:
            z = functional.linear(x.flatten(1), weight, bias)
        z = z if layer.activation == "linear" else getattr(torch, layer.activation)(z)
        outputs.append(z if layer.skip is None else outputs[-layer.skip] + layer.skip_scale * z)
    loss = functional.mse_loss(outputs[-1], torch.tensor(targets))
    loss.backward()
    assert sim.record.loss == pytest.approx(loss.item(), rel=1e-11)
    for name, gradient in sim.gradients.items():
        wanted = own[name].grad.numpy()
        np.testing.assert_allclose(gradient, wanted, rtol=1e-9, atol=1e-11 * max(1.0, np.abs(wanted).max()))


# -- what the rest sees -----------------------------------------------------------------------------------


def test_the_same_scenario_gives_the_same_bits_however_it_is_stepped_to():
    scenario = digits(*CNN)
    one, other = Simulation(scenario), Simulation(scenario)
    one.step(12)
    for _ in range(14):
        other.step()
    other.back(2)
    assert one.record.step == other.step_index
    for name, value in one.parameters.items():
        np.testing.assert_array_equal(value, other.parameters[name])


def test_of_equal_places_a_pool_takes_the_first(folder):
    layers = (Conv(filters=1, kernel=1, activation="linear"), Pool(), Dense(units=2, activation="linear"))
    image = np.array([[[0.0, 1.0], [0.0, 3.0]], [[2.0, 2.0], [3.0, 0.0]]])  # both channels come to 3 thrice
    np.savez(folder / "equal.npz", inputs=image[None].repeat(4, 0), targets=np.eye(4)[:, :2])
    data = Data(source="file", file="equal.npz", task="regression", test_fraction=0.0)
    scenario = Scenario(data=data, layers=layers, training=Training(loss="mean_squared_error"))
    sim = Simulation(scenario, folder)
    sim.set_parameters({"0.weight": np.ones((1, 2, 1, 1)), "2.weight": np.array([[1.0], [2.0]])})
    gradient = sim.gradients["0.weight"].ravel()
    assert gradient[1] == pytest.approx(2.0 * gradient[0]), "the first of them is (1, 2)"


def test_public_images_keep_the_order_of_the_file(folder):
    sim, images, _ = on_images(folder, (3, 4, 5), (Conv(filters=2), Dense(units=2, activation="linear")), 1)
    with np.load(folder / "images.npz") as archive:
        given = archive["inputs"].reshape(SAMPLES, -1)
    kept = {tuple(row) for row in given.tolist()}
    assert {tuple(row) for row in sim.train_data[0].tolist()} == kept
    assert {tuple(row) for row in images.reshape(len(images), -1).tolist()} <= kept
    before = sim.predict(given)
    weight = sim.parameters["0.weight"]
    weight[:, 0] = 0.0  # the first channel is not looked at any more
    sim.set_parameters({"0.weight": weight})
    blind = given.copy()
    blind[:, :20] = 7.0  # the first 4 x 5 numbers are the first channel
    np.testing.assert_array_equal(sim.predict(blind), sim.predict(given))
    assert not np.allclose(sim.predict(given), before)


def test_a_pool_has_no_weights_and_all_else_of_a_layer():
    sim = Simulation(digits(*CNN))
    record = sim.step(2)
    pool = record.layers[2]
    assert record.weightless == {2}
    assert not pool.has_weight
    assert np.isnan([pool.weight_grad_norm, pool.update_ratio, pool.weight_norm]).all()
    assert np.isfinite([pool.delta_log10, pool.activation_mean, pool.activation_std]).all()
    assert (pool.slope_mean, pool.saturated, pool.dead) == (1.0, 0.0, 0.0)
    assert [change.layer for change in weight_changes(sim)] == [0, 1, 3, 4]
    factor = chain_rule(sim, 1, 0, 0).factors[1]
    assert (factor.slope_gain, factor.norm_gain, factor.skip_gain) == (1.0, 1.0, 1.0)
    assert 0.0 < factor.weight_gain < 1.0


@pytest.mark.parametrize(("init", "variance"), [("he_normal", 2 / 45), ("glorot_normal", 2 / (45 + 90 * 9))])
def test_an_initialiser_counts_the_places_of_the_kernel(init, variance):
    layers = (Conv(filters=5), Conv(filters=90, init=init), *CNN[-1:])
    weight = Simulation(digits(*layers)).parameters["1.weight"]
    assert weight.shape == (90, 5, 3, 3)
    assert weight.var() == pytest.approx(variance, rel=0.1)


def test_lsuv_gives_every_convolution_a_variance_of_one():
    scenario = digits(*(Conv(filters=6, init="lsuv", activation="linear") for _ in range(3)), CNN[-1])
    record = Simulation(scenario).measure()
    assert [layer.activation_std for layer in record.layers[:3]] == pytest.approx([1.0] * 3, rel=0.05)


def test_an_edit_keeps_the_filters_that_still_fit():
    sim = Simulation(digits(*CNN))
    sim.step(3)
    before = sim.parameters
    sim.apply(set_layer(sim.scenario, 1, activation="tanh"))
    np.testing.assert_array_equal(sim.parameters["1.weight"], before["1.weight"])
    sim.apply(set_value(sim.scenario, "layers[2].kind", "average"))
    np.testing.assert_array_equal(sim.parameters["4.weight"], before["4.weight"])
    assert sim.parameters["3.weight"].shape == before["3.weight"].shape
    np.testing.assert_array_equal(sim.parameters["3.weight"], before["3.weight"])


@pytest.mark.parametrize(
    ("layers", "line"),
    [
        (
            [Conv(filters=2, kernel=9, padding="valid")],
            "layers[0].kernel: a kernel of 9 does not fit in the 8",
        ),
        ([Pool(size=9)], "layers[0].size: a window of 9 does not fit in the 8 x 8 places"),
        ([Dense(units=4), Conv(filters=2)], "layers[1].type: conv needs an image"),
        ([Pool(kind="global_average"), Pool()], "layers[1].type: pool needs an image"),
        (
            [Conv(filters=2), Conv(filters=3, skip=1)],
            "layers[1].skip: layer 1 has 8 x 8 x 3 and layer 0 gives 8 x 8 x 2: they cannot be added",
        ),
    ],
)
def test_what_does_not_fit_is_answered_in_one_line(layers, line):
    with pytest.raises(ScenarioError) as caught:
        Simulation(digits(*layers, CNN[-1]))
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_flat_data_is_no_image():
    layers = (Conv(filters=2), Dense(units=1, activation="sigmoid"))
    with pytest.raises(ScenarioError, match=r"^layers\[0\]\.type: conv needs an image .* gives 2 units$"):
        Simulation(Scenario(layers=layers))


@pytest.mark.parametrize("last", [Conv(filters=1, activation="sigmoid"), Pool()])
def test_the_last_layer_is_dense(last):
    with pytest.raises(ScenarioError, match="so it must be dense, not"):
        digits(Conv(filters=2), last)
