"""The split and the scaling, through `load`."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vgtui.data import load
from vgtui.scenario.errors import DataError
from vgtui.scenario.model import Data

few = settings(max_examples=40, deadline=None)


def parts(dataset):
    return dataset.train_inputs, dataset.test_inputs, dataset.train_labels, dataset.test_labels


@few
@given(st.integers(4, 300), st.floats(1e-9, 1, exclude_max=True), st.integers(0, 2**32 - 1))
def test_the_split_is_that_of_train_test_split_bit_for_bit(samples, fraction, seed):
    from sklearn.datasets import make_moons  # not by every process that collects this: it takes seconds
    from sklearn.model_selection import train_test_split

    data = Data(samples=samples, noise=0.1, test_fraction=fraction)
    points, classes = make_moons(samples, noise=0.1, random_state=seed)
    try:
        theirs = train_test_split(points, classes, test_size=fraction, random_state=seed)
    except ValueError:
        with pytest.raises(DataError, match="leaves none for training") as caught:
            load(data, seed)
        assert caught.value.place == "data.test_fraction"
        return
    for ours, other in zip(parts(load(data, seed)), theirs, strict=True):
        assert ours.shape == other.shape
        assert ours.tobytes() == np.ascontiguousarray(other).tobytes()


@pytest.mark.parametrize("source", ["moons", "plane"])
@pytest.mark.parametrize("scaling", ["none", "standard", "minmax"])
def test_a_fraction_of_0_leaves_the_test_part_empty_and_in_shape(source, scaling):
    dataset = load(Data(source=source, samples=10, test_fraction=0.0, scaling=scaling), 0)
    assert dataset.train_inputs.shape == (10, 2)
    assert dataset.test_inputs.shape == (0, 2)
    assert dataset.test_labels.shape == ((0,) if source == "moons" else (0, 1))
    assert dataset.test_labels.dtype == dataset.train_labels.dtype


def test_the_largest_fraction_that_the_error_names_does_work():
    with pytest.raises(DataError, match=r"0\.99 of 4 samples leaves none for training; at most 0\.75"):
        load(Data(samples=4, test_fraction=0.99), 0)
    assert len(load(Data(samples=4, test_fraction=0.75), 0).train_inputs) == 1


def test_standard_scaling_is_fitted_on_the_training_part_alone():
    from sklearn.preprocessing import StandardScaler

    raw = load(Data(samples=80, noise=0.3), 1)
    ours = load(Data(samples=80, noise=0.3, scaling="standard"), 1)
    scaler = StandardScaler().fit(raw.train_inputs)
    np.testing.assert_allclose(ours.train_inputs, scaler.transform(raw.train_inputs), atol=1e-12)
    np.testing.assert_allclose(ours.test_inputs, scaler.transform(raw.test_inputs), atol=1e-12)


def test_minmax_scaling_takes_the_training_part_to_minus_1_and_1():
    dataset = load(Data(samples=80, noise=0.3, scaling="minmax"), 1)
    np.testing.assert_allclose(dataset.train_inputs.min(axis=0), -1)
    np.testing.assert_allclose(dataset.train_inputs.max(axis=0), 1)
    assert np.abs(dataset.test_inputs).max() > 1  # else it was fitted on the test part too


def test_the_target_of_a_regression_is_not_scaled():
    raw, scaled = (load(Data(source="plane", scaling=name), 1) for name in ("none", "standard"))
    assert np.array_equal(raw.train_labels, scaled.train_labels)


@pytest.mark.parametrize("scaling", ["standard", "minmax"])
def test_a_constant_column_is_centred_and_not_divided_by_zero(scaling, tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("constant,x,y\n" + "".join(f"0.1,{n},{n % 2}\n" for n in range(30)))
    data = Data(source="file", file=str(path), target="y", scaling=scaling)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dataset = load(data, 0)
    assert (dataset.train_inputs[:, 0] == 0).all()
    assert (dataset.test_inputs[:, 0] == 0).all()
    assert np.ptp(dataset.train_inputs[:, 1]) > 1


@pytest.mark.parametrize("scaling", ["standard", "minmax"])
def test_a_column_constant_in_training_alone_is_not_blown_up_in_the_test_part(scaling, tmp_path):
    constants = [0.1, 0.3, 0.7, 1.1]  # their means round off them

    def load_rows(last, scaling, seed):
        rows = [[*constants, n, n % 2] for n in range(29)] + [[*last, 29, 1]]
        text = "\n".join(",".join(map(str, row)) for row in rows)
        (tmp_path / "data.csv").write_text(f"a,b,c,d,n,y\n{text}\n")
        data = Data(source="file", file="data.csv", target="y", scaling=scaling, test_fraction=0.3)
        return load(data, seed, tmp_path)

    seed = next(seed for seed in range(99) if 29 in load_rows(constants, "none", seed).test_inputs[:, 4])
    moved = [constant + 1 for constant in constants]
    dataset = load_rows(moved, scaling, seed)
    assert (dataset.train_inputs[:, :4] == 0).all()
    np.testing.assert_allclose(dataset.test_inputs[:, :4].max(axis=0), 1)


def load_column(folder, values, scaling):
    rows = "".join(f"{value},{n % 2}\n" for n, value in enumerate(values))
    (folder / "data.csv").write_text(f"x,y\n{rows}")
    data = Data(source="file", file="data.csv", target="y", scaling=scaling, test_fraction=0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return load(data, 0, folder).train_inputs[:, 0]


def test_numbers_that_scaling_would_take_to_infinity_are_told(tmp_path):
    with pytest.raises(DataError, match="standard takes some input out of the range") as caught:
        load_column(tmp_path, [1e308] * 20 + [-1e308], "standard")
    assert caught.value.place == "data.scaling"


def test_minmax_scaling_bears_the_whole_range_of_float64(tmp_path):
    assert load_column(tmp_path, [-1.7e308, 0, 0, 1.7e308], "minmax").tolist() == [-1, 0, 0, 1]


@pytest.mark.parametrize("scaling", ["standard", "minmax"])
def test_a_spread_too_small_for_float64_is_not_divided_by(scaling, tmp_path):
    assert np.abs(load_column(tmp_path, [0, 0, 0, 5e-324], scaling)).max() < 1e-300
