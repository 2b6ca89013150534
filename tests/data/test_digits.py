"""The digits that travel with vgtui: scikit-learn's, bit for bit."""

import gzip
import subprocess
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from vgtui.data import Shape, describe, load
from vgtui.scenario.errors import DataError
from vgtui.scenario.model import Data

FILE = distribution("scikit-learn").locate_file("sklearn/datasets/data/digits.csv.gz")
THEIRS = np.loadtxt(gzip.decompress(Path(str(FILE)).read_bytes()).decode().splitlines(), delimiter=",")
"""Read without importing scikit-learn, which would take seconds in every process that collects this."""

PIXELS, TARGETS = THEIRS[:, :-1] / 16, THEIRS[:, -1].astype(np.int64)


def whole(samples, seed=0, **data):
    return load(Data(source="digits", samples=samples, test_fraction=0.0, **data), seed)


def places_of(inputs):
    """Where in scikit-learn's set each image stands; no two of its images are equal."""
    place = {image.tobytes(): index for index, image in enumerate(PIXELS)}
    assert len(place) == len(PIXELS)
    return [place[image.tobytes()] for image in inputs]


def test_all_digits_are_those_of_scikit_learn_bit_for_bit_and_in_its_order():
    dataset = whole(1797)
    assert dataset.train_inputs.tobytes() == PIXELS.tobytes()
    assert dataset.train_labels.tobytes() == TARGETS.tobytes()
    assert dataset.train_inputs.reshape(-1, *dataset.input_shape).tobytes() == PIXELS.tobytes()


def test_digits_are_images_of_one_channel_with_ten_classes_however_few_are_asked_for():
    dataset = whole(4)
    assert dataset.shape == describe(Data(source="digits", samples=4)) == Shape((1, 8, 8), 10, 1)
    assert dataset.shape.features == 64 == dataset.train_inputs.shape[1] == len(dataset.feature_names)
    assert dataset.feature_names[9] == "x[0, 1, 1]"
    assert dataset.class_names == tuple("0123456789")


@pytest.mark.parametrize("use", [describe, lambda data: load(data, 0)])
def test_more_digits_than_there_are_are_refused(use):
    with pytest.raises(DataError) as caught:
        use(Data(source="digits", samples=1798))
    assert str(caught.value) == (
        "data.samples: must be at most 1797 for digits, not 1798; there are no more of them"
    )


def test_fewer_digits_are_a_choice_by_the_seed_without_repeats_and_with_their_own_labels():
    places = places_of(whole(300, seed=1).train_inputs)
    assert len(set(places)) == 300
    assert whole(300, seed=1).train_labels.tolist() == TARGETS[places].tolist()
    assert places_of(whole(300, seed=1).train_inputs) == places
    assert places_of(whole(300, seed=2).train_inputs) != places
    assert np.bincount(TARGETS[places]).min() > 10  # not the first ones of a sorted set


def test_a_larger_choice_begins_with_the_smaller():
    assert places_of(whole(300).train_inputs)[:50] == places_of(whole(50).train_inputs)


def test_noise_moves_the_pixels_of_the_same_digits():
    moved = whole(500, noise=0.5).train_inputs - whole(500).train_inputs
    assert moved.std() == pytest.approx(0.5, rel=0.02)
    with pytest.raises(DataError, match="range of float64") as caught:
        whole(500, noise=1.7e308)
    assert caught.value.place == "data.noise"


def test_the_file_is_small_and_its_source_and_licence_stand_beside_it():
    folder = files("vgtui.data")
    assert len(folder.joinpath("digits.npz").read_bytes()) < 60_000
    text = folder.joinpath("digits.txt").read_text()
    for word in ("UCI Machine Learning Repository", "E. Alpaydin, C. Kaynak", "1998", "CC BY 4.0"):
        assert word in text


def test_the_file_is_not_ignored_by_git_and_so_is_built_into_the_wheel():
    root = Path(__file__).parents[2]
    paths = ["vgtui/data/digits.npz", "vgtui/data/digits.txt"]
    command = ["git", "check-ignore", "--no-index", *paths]
    ignored = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if ignored.returncode == 128:
        pytest.skip("no git repository here")
    assert ignored.stdout == ""
