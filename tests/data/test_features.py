"""Features of two inputs, and raw inputs prepared again as the network is shown them."""

import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from vgtui.data import Shape, describe, expand_features, load
from vgtui.scenario.errors import DataError
from vgtui.scenario.model import Data

FORMULAS = {
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1_squared": lambda x1, x2: x1**2,
    "x2_squared": lambda x1, x2: x2**2,
    "x1_x2": lambda x1, x2: x1 * x2,
    "sin_x1": lambda x1, x2: np.sin(x1),
    "sin_x2": lambda x1, x2: np.sin(x2),
}
POINTS = ("moons", "circles", "xor", "spiral", "blobs", "plane")

choices = st.lists(st.sampled_from(list(FORMULAS)), unique=True).map(tuple)
few = settings(max_examples=40, deadline=None)


@few
@given(choices, st.integers(0, 99))
def test_each_feature_is_its_formula_of_the_two_inputs_in_the_order_asked_for(names, seed):
    raw = load(Data(source="xor", noise=0.3), seed)
    shown = load(Data(source="xor", noise=0.3, features=names), seed)
    for before, after in ((raw.train_inputs, shown.train_inputs), (raw.test_inputs, shown.test_inputs)):
        expected = [FORMULAS[name](*before.T) for name in names or ("x1", "x2")]
        np.testing.assert_allclose(after, np.column_stack(expected), rtol=1e-15)
        np.testing.assert_array_equal(after, expand_features(before, names))
    assert shown.train_labels.tobytes() == raw.train_labels.tobytes()


def test_no_features_are_the_inputs_themselves():
    inputs = load(Data(), 0).train_inputs
    assert expand_features(inputs, ()) is inputs


@pytest.mark.parametrize("source", POINTS)
def test_a_set_is_described_with_its_features(source):
    data = Data(source=source, features=("x1_x2", "sin_x2", "x2"))
    assert describe(data) == load(data, 0).shape
    assert describe(data).input_shape == (3,)
    assert describe(data).features == 3


def test_feature_names_follow_those_of_the_inputs(tmp_path):
    (tmp_path / "data.csv").write_text("width,y,height\n" + "".join(f"{n},{n % 2},{n}\n" for n in range(8)))
    for source, file, target, first, second in (
        ("moons", None, None, "x1", "x2"),
        ("file", "data.csv", "y", "width", "height"),
    ):
        data = Data(source=source, file=file, target=target, features=tuple(FORMULAS))
        dataset = load(data, 0, tmp_path)
        squares = (f"{first}²", f"{second}²")
        sines = (f"sin {first}", f"sin {second}")
        assert dataset.feature_names == (first, second, *squares, f"{first}·{second}", *sines)
        assert describe(data, tmp_path) == dataset.shape == Shape((7,), 2, 1)


@pytest.mark.parametrize("scaling", ["standard", "minmax"])
def test_the_scaling_is_that_of_the_features_not_of_the_inputs(scaling):
    dataset = load(Data(noise=0.2, scaling=scaling, features=("x1_squared", "x1_x2")), 3)
    if scaling == "standard":
        np.testing.assert_allclose(dataset.train_inputs.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(dataset.train_inputs.std(axis=0), 1)
    else:
        np.testing.assert_allclose(dataset.train_inputs.min(axis=0), -1)
        np.testing.assert_allclose(dataset.train_inputs.max(axis=0), 1)


@few
@given(st.sampled_from(POINTS), st.sampled_from(["none", "standard", "minmax"]), choices, st.integers(0, 99))
def test_raw_inputs_are_transformed_again_to_the_bits_that_the_network_was_shown(
    source, scaling, names, seed
):
    raw = load(Data(source=source, noise=0.1, samples=40), seed)
    dataset = load(Data(source=source, noise=0.1, samples=40, features=names, scaling=scaling), seed)
    assert dataset.transform(raw.train_inputs).tobytes() == dataset.train_inputs.tobytes()
    assert dataset.transform(raw.test_inputs).tobytes() == dataset.test_inputs.tobytes()
    one = dataset.transform(raw.train_inputs[3:4])
    assert one.tobytes() == dataset.train_inputs[3:4].tobytes()


def test_images_are_transformed_again_too_also_in_another_process():
    raw = load(Data(source="digits"), 0)
    dataset = load(Data(source="digits", scaling="standard"), 0)
    travelled = pickle.loads(pickle.dumps(dataset))
    assert travelled.transform(raw.test_inputs).tobytes() == dataset.test_inputs.tobytes()


def test_a_transform_of_numbers_too_large_gives_infinities_without_a_word():
    dataset = load(Data(scaling="standard", features=("x1_squared",)), 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert dataset.transform(np.array([[1e200, 0.0]])).tolist() == [[np.inf]]


def test_a_file_whose_features_overflow_is_told(tmp_path):
    (tmp_path / "data.csv").write_text("a,b,y\n" + "".join(f"1e200,{n},{n % 2}\n" for n in range(8)))
    data = Data(source="file", file="data.csv", target="y", features=("x1_squared",))
    for scaling in ("none", "standard"):
        with pytest.raises(DataError, match="some feature is out of the range of float64") as caught:
            load(replace(data, scaling=scaling), 0, tmp_path)
        assert caught.value.place == "data.features"


@pytest.mark.parametrize(
    ("source", "shape"), [("sine", "1"), ("digits", "1 x 8 x 8"), ("adding", "20 x 2"), ("wave", "20 x 1")]
)
def test_features_are_refused_where_the_inputs_are_not_two(source, shape):
    for ask in (describe, lambda data: load(data, 0)):
        with pytest.raises(DataError) as caught:
            ask(Data(source=source, features=("x1",)))
        assert str(caught.value) == (
            f"data.features: made of two inputs, and this data has {shape}; remove `features`"
        )


def test_a_sequence_of_two_steps_is_not_taken_for_two_inputs():
    with pytest.raises(DataError, match="has 2 x 1"):
        load(Data(source="parity", length=2, features=("x1",)), 0)


@pytest.mark.parametrize(
    ("names", "line"),
    [
        (("x1", "x2", "x1"), "data.features[2]: 'x1' comes a second time"),
        (("x2", "x2_sqared"), "data.features[1]: unknown name 'x2_sqared'; did you mean 'x2_squared'?"),
    ],
)
def test_a_name_that_comes_twice_or_is_unknown_is_told(names, line):
    inputs = np.zeros((4, 2))
    asks = (describe, lambda data: load(data, 0), lambda data: expand_features(inputs, data.features))
    for ask in asks:
        with pytest.raises(DataError) as caught:
            ask(Data(features=names))
        assert str(caught.value) == line
