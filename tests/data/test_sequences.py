"""The sequence tasks: what is asked is what their inputs say, and no shorter look would do."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vgtui.data import Shape, describe, limits, load
from vgtui.scenario.errors import DataError
from vgtui.scenario.model import Data

TASKS = ("adding", "recall", "parity", "wave")

few = settings(max_examples=30, deadline=None)
counts = st.integers(4, 200)
lengths = st.integers(2, 60)
seeds = st.integers(0, 2**32 - 1)


def whole(source, seed=0, **data):
    """Inputs (samples, length, channels) and labels of a task that is not split."""
    dataset = load(Data(source=source, test_fraction=0.0, **data), seed)
    return dataset.train_inputs.reshape(-1, *dataset.input_shape), dataset.train_labels


@few
@given(counts, lengths, seeds)
def test_adding_asks_for_the_sum_of_the_two_numbers_that_are_marked_one_in_each_half(samples, length, seed):
    inputs, labels = whole("adding", seed, samples=samples, length=length)
    numbers, marks = inputs[:, :, 0], inputs[:, :, 1]
    assert inputs.shape == (samples, length, 2)
    assert ((numbers >= 0) & (numbers < 1)).all()
    assert set(np.unique(marks)) <= {0.0, 1.0}
    assert (marks[:, : length // 2].sum(axis=1) == 1).all()
    assert (marks[:, length // 2 :].sum(axis=1) == 1).all()
    np.testing.assert_allclose(labels[:, 0], (numbers * marks).sum(axis=1))


def test_adding_marks_every_place_of_its_half_alike_and_answering_1_has_an_error_of_a_sixth():
    inputs, labels = whole("adding", samples=20_000, length=11)
    marked = inputs[:, :, 1].mean(axis=0)
    np.testing.assert_allclose(marked, [1 / 5] * 5 + [1 / 6] * 6, atol=0.02)
    assert np.mean((labels - 1) ** 2) == pytest.approx(1 / 6, rel=0.03)


@few
@given(counts, lengths, seeds, st.none() | st.integers(2, 9))
def test_recall_asks_for_the_first_symbol_and_only_distractors_follow_it(samples, length, seed, classes):
    inputs, labels = whole("recall", seed, samples=samples, length=length, classes=classes)
    symbols = inputs.argmax(axis=2)
    assert inputs.shape == (samples, length, (classes or 4) + 2)
    assert (inputs.sum(axis=2) == 1).all()
    assert set(np.unique(inputs)) == {0.0, 1.0}
    assert (symbols[:, 0] == labels).all()
    assert (symbols[:, 1:] >= (classes or 4)).all()
    sizes = np.bincount(labels, minlength=classes or 4)
    assert sizes.max() - sizes.min() <= 1


def test_recalls_distractors_are_a_fair_choice_that_tells_nothing_of_the_class():
    inputs, labels = whole("recall", samples=8000, length=6)
    distractors = inputs[:, 1:, 4]
    for label in range(4):
        np.testing.assert_allclose(distractors[labels == label].mean(axis=0), 0.5, atol=0.06)


@few
@given(counts, lengths, seeds)
def test_parity_is_class_1_where_an_odd_number_of_bits_are_set(samples, length, seed):
    inputs, labels = whole("parity", seed, samples=samples, length=length)
    assert inputs.shape == (samples, length, 1)
    assert set(np.unique(inputs)) <= {-1.0, 1.0}
    assert (labels == (inputs[:, :, 0] == 1).sum(axis=1) % 2).all()


def test_paritys_bits_and_classes_are_fair():
    inputs, labels = whole("parity", samples=10_000, length=7)
    np.testing.assert_allclose(inputs.mean(axis=0), 0, atol=0.05)
    assert labels.mean() == pytest.approx(0.5, abs=0.03)


@few
@given(counts, st.integers(4, 60), seeds)
def test_wave_asks_for_the_next_value_which_the_last_four_decide(samples, length, seed):
    inputs, labels = whole("wave", seed, samples=samples, length=length)
    values = np.concatenate((inputs[:, :, 0], labels), axis=1)
    a, b = (2 * np.cos(2 * np.pi / period) for period in (20, 7))
    # Each sine has x[t+1] = 2 cos(w) x[t] - x[t-1]; their sum obeys the product of the two rules.
    following = (a + b) * (values[:, 3:-1] + values[:, 1:-3]) - (2 + a * b) * values[:, 2:-2] - values[:, :-4]
    np.testing.assert_allclose(values[:, 4:], following, atol=1e-12)
    assert np.abs(values).max() <= 1


def test_waves_phases_are_drawn_for_every_sample_and_sine():
    inputs, _ = whole("wave", samples=4000, length=2)
    np.testing.assert_allclose(inputs.mean(axis=0), 0, atol=0.03)
    assert inputs.std() == pytest.approx(0.5, rel=0.03)
    assert len(np.unique(inputs[:, 0, 0])) == 4000


@pytest.mark.parametrize("source", TASKS)
def test_noise_is_a_standard_deviation_and_leaves_what_is_under_it_alone(source):
    pure, noisy = (whole(source, 5, samples=4000, length=9, noise=noise) for noise in (0.0, 0.5))
    moved = [noisy[part] - pure[part] for part in (0, 1)]
    moving = {"adding": (False, True), "wave": (True, True)}.get(source, (True, False))
    for move, moves in zip(moved, moving, strict=True):
        assert move.std() == (pytest.approx(0.5, rel=0.05) if moves else 0)


@pytest.mark.parametrize("source", TASKS)
def test_the_same_seed_gives_the_same_bits_and_another_seed_other_samples(source):
    first, again, other = (whole(source, seed, samples=50, noise=0.1) for seed in (7, 7, 8))
    for part in (0, 1):
        assert first[part].tobytes() == again[part].tobytes()
        assert not np.array_equal(first[part], other[part])


@pytest.mark.parametrize("source", TASKS)
def test_a_task_is_described_without_drawing_it_as_it_is_once_drawn(source):
    data = Data(source=source, samples=60, length=12)
    dataset = load(data, 0)
    classes = {"recall": 4, "parity": 2}.get(source, 0)
    channels = {"adding": 2, "recall": 6}.get(source, 1)
    assert describe(data) == dataset.shape == Shape((12, channels), classes, 1)
    assert dataset.train_inputs.shape == (48, 12 * channels)
    assert dataset.train_labels.shape == ((48,) if classes else (48, 1))
    assert dataset.train_labels.dtype == (np.int64 if classes else np.float64)
    assert len(dataset.class_names) == classes
    assert len(dataset.feature_names) == len(set(dataset.feature_names)) == 12 * channels
    for array in (dataset.train_inputs, dataset.test_inputs, dataset.train_labels, dataset.test_labels):
        assert array.flags.c_contiguous
        assert array.flags.writeable


def test_the_names_of_a_samples_numbers_say_channel_and_step():
    names = load(Data(source="adding", length=3), 0).feature_names
    assert names == ("number[0]", "marker[0]", "number[1]", "marker[1]", "number[2]", "marker[2]")


@pytest.mark.parametrize("source", TASKS)
def test_a_sequence_has_20_steps_unless_said_otherwise(source):
    assert describe(Data(source=source)).input_shape[0] == 20
    assert describe(Data(source=source, length=5000)).input_shape[0] == 5000


@pytest.mark.parametrize("source", ["moons", "circles", "xor", "spiral", "blobs", "sine", "plane", "digits"])
def test_a_length_is_refused_where_nothing_has_one(source):
    for ask in (describe, lambda data: load(data, 0)):
        with pytest.raises(DataError) as caught:
            ask(Data(source=source, length=20))
        assert str(caught.value) == (
            f"data.length: {source} has no choice of length; adding, recall, parity and wave have"
        )


def test_a_length_is_refused_with_a_file():
    with pytest.raises(DataError, match="as long as its array says; remove `length`") as caught:
        load(Data(source="file", file="data.npz", length=20), 0)
    assert caught.value.place == "data.length"


@pytest.mark.parametrize("source", ["adding", "parity", "wave", "digits"])
def test_classes_are_refused_where_a_task_has_no_choice_of_them(source):
    with pytest.raises(DataError, match="recall, spiral and blobs have") as caught:
        describe(Data(source=source, classes=2))
    assert caught.value.place == "data.classes"


@pytest.mark.parametrize(("source", "channels"), [("adding", 2), ("recall", 6), ("parity", 1), ("wave", 1)])
def test_more_numbers_than_the_limit_are_refused_with_the_numbers_before_any_is_drawn(source, channels):
    count = limits.MAX_VALUES // (5000 * channels)
    assert describe(Data(source=source, samples=count, length=5000))
    tracemalloc.start()
    for ask in (describe, lambda data: load(data, 0)):
        with pytest.raises(DataError) as caught:
            ask(Data(source=source, samples=count + 1, length=5000))
        assert caught.value.place == "data.length"
        assert caught.value.message == (
            f"{count + 1:,} samples of 5,000 steps of {channels} numbers are"
            f" {(count + 1) * 5000 * channels:,} numbers; at most 50,000,000 are drawn"
        )
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("source", TASKS)
def test_noise_that_overflows_is_told_and_not_trained_on(source):
    with pytest.raises(DataError, match="range of float64") as caught:
        load(Data(source=source, samples=1000, noise=1.7e308), 0)
    assert caught.value.place == "data.noise"
