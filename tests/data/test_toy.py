"""The toy sets: scikit-learn's samples where it has them, the documented formulas where it has not."""

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vgtui.data import Shape, describe, load
from vgtui.scenario.errors import DataError
from vgtui.scenario.model import Data

CLASSIFICATION = ("moons", "circles", "xor", "spiral", "blobs")
REGRESSION = ("sine", "plane", "gaussians")
BUILT_IN = CLASSIFICATION + REGRESSION

few = settings(max_examples=25, deadline=None)
counts = st.integers(4, 400)
seeds = st.integers(0, 2**32 - 1)
noises = st.sampled_from([0.0, 1e-300, 0.05]) | st.floats(0, 5)


def whole(seed, **data):
    """Inputs and labels of a set that is not split."""
    dataset = load(Data(test_fraction=0.0, **data), seed)
    return dataset.train_inputs, dataset.train_labels


def made_by_scikit_learn(source, samples, **options) -> Any:
    """Imported only where it is asked: it takes seconds, and every process that tests collects this."""
    from sklearn import datasets

    return getattr(datasets, f"make_{source}")(samples, **options)


def assert_same_bits(ours, theirs):
    for one, other in zip(ours, theirs, strict=True):
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        assert one.tobytes() == np.ascontiguousarray(other).tobytes()


@few
@given(counts, noises, seeds)
def test_moons_are_those_of_scikit_learn_bit_for_bit(samples, noise, seed):
    ours = whole(seed, source="moons", samples=samples, noise=noise)
    assert_same_bits(ours, made_by_scikit_learn("moons", samples, noise=noise, random_state=seed))


@few
@given(counts, noises, seeds, st.floats(0.01, 0.99))
def test_circles_are_those_of_scikit_learn_bit_for_bit(samples, noise, seed, factor):
    ours = whole(seed, source="circles", samples=samples, noise=noise, factor=factor)
    assert_same_bits(
        ours, made_by_scikit_learn("circles", samples, noise=noise, factor=factor, random_state=seed)
    )


@few
@given(counts, noises, seeds, st.integers(2, 4))
def test_blobs_are_those_of_scikit_learn_bit_for_bit(samples, noise, seed, classes):
    ours = whole(seed, source="blobs", samples=samples, noise=noise, classes=classes)
    theirs = made_by_scikit_learn("blobs", samples, centers=classes, cluster_std=noise, random_state=seed)
    assert_same_bits(ours, theirs)


@pytest.mark.parametrize("source", ["moons", "circles"])
def test_no_noise_is_scikit_learns_noise_of_none(source):
    ours = whole(42, source=source, samples=251)
    assert_same_bits(ours, made_by_scikit_learn(source, 251, noise=None, random_state=42))


def test_blobs_without_noise_sit_on_their_centres():
    inputs, labels = whole(1, source="blobs", samples=30)
    assert len(np.unique(inputs, axis=0)) == 3
    assert sorted(np.bincount(labels)) == [10, 10, 10]


@few
@given(counts, seeds)
def test_xor_is_class_1_where_the_signs_differ_with_a_gap_along_the_axes(samples, seed):
    inputs, labels = whole(seed, source="xor", samples=samples)
    assert ((inputs[:, 0] * inputs[:, 1] < 0) == (labels == 1)).all()
    assert np.abs(inputs).min() >= 0.3
    assert np.abs(inputs).max() <= 5.3
    quadrants = np.bincount((inputs[:, 0] > 0) * 2 + (inputs[:, 1] > 0), minlength=4)
    assert quadrants.max() - quadrants.min() <= 1


@few
@given(st.integers(2, 7), st.integers(20, 200), seeds)
def test_a_spiral_has_an_arm_for_each_class_turned_by_its_share_of_the_circle(classes, samples, seed):
    inputs, labels = whole(seed, source="spiral", samples=samples, classes=classes)
    t = np.hypot(*inputs.T) / 5
    angle = 3.5 * np.pi * t + 2 * np.pi * labels / classes
    np.testing.assert_allclose(
        inputs, 5 * t[:, None] * np.column_stack((np.sin(angle), np.cos(angle))), atol=1e-9
    )
    sizes = np.bincount(labels, minlength=classes)
    assert sizes.max() - sizes.min() <= 1
    assert len(np.unique(inputs.round(9), axis=0)) == samples


def test_sine_and_plane_without_noise_are_their_formulas_over_their_ranges():
    x, y = whole(3, source="sine", samples=2000)
    np.testing.assert_allclose(y, np.sin(x))
    assert -np.pi <= x.min() < -3 < 3 < x.max() <= np.pi
    x, y = whole(3, source="plane", samples=2000)
    np.testing.assert_allclose(y[:, 0], (x[:, 0] + x[:, 1]) / 10)
    assert -6 <= x.min() < -5.9 < 5.9 < x.max() <= 6


def test_the_six_peaks_are_those_of_the_playground():
    peaks = [(-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)]
    x, y = whole(3, source="gaussians", samples=2000)
    for point, height in zip(x, y[:, 0], strict=True):
        scaled = [sign * max(1 - np.hypot(point[0] - a, point[1] - b) / 2, 0) for a, b, sign in peaks]
        assert height == pytest.approx(max(scaled, key=abs))
    assert y.min() < -0.9
    assert y.max() > 0.9


@pytest.mark.parametrize("source", BUILT_IN)
def test_noise_is_a_standard_deviation_and_leaves_the_points_under_it_alone(source):
    pure = whole(5, source=source, samples=4000, noise=0.0)
    noisy = whole(5, source=source, samples=4000, noise=0.5)
    moved = noisy[1] - pure[1] if source in REGRESSION else noisy[0] - pure[0]
    assert moved.std() == pytest.approx(0.5, rel=0.05)
    assert moved.mean() == pytest.approx(0, abs=0.05)
    still = 0 if source in REGRESSION else 1
    assert (noisy[still] == pure[still]).all()


@pytest.mark.parametrize("source", BUILT_IN)
def test_the_same_seed_gives_the_same_bits_and_another_seed_other_samples(source):
    first, again, other = (
        load(Data(source=source, samples=50, noise=0.1), seed).train_inputs for seed in (7, 7, 8)
    )
    assert first.tobytes() == again.tobytes()
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("source", BUILT_IN)
def test_a_set_is_described_without_drawing_it_as_it_is_once_drawn(source):
    data = Data(source=source, samples=60)
    dataset = load(data, 0)
    classes = len(np.unique(dataset.train_labels)) if source in CLASSIFICATION else 0
    shape = describe(data)
    assert shape == Shape(dataset.train_inputs.shape[1:], classes, 1) == dataset.shape
    assert len(dataset.class_names) == classes


def test_spirals_default_to_2_classes_and_blobs_to_3():
    assert describe(Data(source="spiral")).classes == 2
    assert describe(Data(source="blobs")).classes == 3
    assert describe(Data(source="blobs", classes=100)).classes == 100


@pytest.mark.parametrize("source", BUILT_IN)
def test_arrays_are_contiguous_float64_and_int64(source):
    dataset = load(Data(source=source, samples=40, scaling="standard"), 0)
    for array in (dataset.train_inputs, dataset.test_inputs, dataset.train_labels, dataset.test_labels):
        assert array.flags.c_contiguous
        assert array.flags.writeable
        labels_of_classes = array.ndim == 1
        assert array.dtype == (np.int64 if labels_of_classes else np.float64)


@pytest.mark.parametrize("source", ["moons", "circles", "xor", "sine", "plane", "gaussians"])
def test_classes_are_refused_where_a_set_has_no_choice_of_them(source):
    for ask in (describe, lambda data: load(data, 0)):
        with pytest.raises(DataError, match="spiral and blobs have") as caught:
            ask(Data(source=source, classes=2))
        assert caught.value.place == "data.classes"


@pytest.mark.parametrize(("key", "value"), [("target", "y"), ("task", "regression")])
def test_settings_of_files_are_refused_for_a_toy_set(key, value):
    with pytest.raises(DataError, match="moons has its own") as caught:
        describe(Data(**{key: value}))
    assert caught.value.place == f"data.{key}"


@pytest.mark.parametrize("source", ["spiral", "blobs"])
def test_fewer_samples_than_classes_are_refused(source):
    with pytest.raises(DataError, match="4 samples are too few for 5 classes") as caught:
        load(Data(source=source, samples=4, classes=5), 0)
    assert caught.value.place == "data.classes"


@pytest.mark.parametrize("source", BUILT_IN)
def test_noise_that_overflows_is_told_and_not_trained_on(source):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DataError, match="range of float64") as caught:
            load(Data(source=source, samples=1000, noise=1.7e308), 0)
    assert caught.value.place == "data.noise"
