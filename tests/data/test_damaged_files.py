"""Damaged files: whatever the bytes, the answer is a sound Dataset or a DataError."""

import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vgtui.data import load
from vgtui.scenario.errors import DataError
from vgtui.scenario.model import Data

CSV = b'\xef\xbb\xbfsize,"the width";species\r\n1,2.5,"a"\r\n-3e4,0,b\r\n\r\n5,6,a\r\n7,8,b\r\n9,1,a\r\n'


def archive(save, targets, shape=(6, 2)):
    buffer = io.BytesIO()
    save(buffer, x=np.arange(12.0).reshape(shape), y=targets)
    return buffer.getvalue()


NUMBERS = np.array([0, 1, 0, 1, 1, 0])
TEXTS = np.array(["a", "b", "a", "b", "b", "a"])
ARCHIVES = [archive(save, labels) for save in (np.savez, np.savez_compressed) for labels in (NUMBERS, TEXTS)]
ARCHIVES += [archive(np.savez, NUMBERS, (6, 2, 1)), archive(np.savez, TEXTS, (6, 1, 1, 2))]
PIECES = [
    b"\0",
    b"\n",
    b"\r",
    b'"',
    b",",
    b";",
    b"nan",
    b"1e999",
    b"\xff",
    b"PK\x05\x06",
    b"PK\x03\x04",
    b"<U9",
]
PIECES += [b"(6, 9)", b"(0,)", b"'|O'", b"\xff\xff\xff\xff", bytes(8), b"}", b"\xe2\x80\xa8", b"\x1b["]


@st.composite
def damaged(draw, originals):
    """One of `originals` with a few spans overwritten, put in, taken out or turned."""
    content = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        span = draw(st.sampled_from([0, 1, 1, 4, 40]))
        content[at : at + span] = draw(st.sampled_from(PIECES) | st.binary(max_size=6) | st.just(b""))
    return bytes(content[: draw(st.integers(0, len(content)) | st.just(len(content)))])


def answer(path, content, target, task):
    path.write_bytes(content)
    try:
        return load(Data(source="file", file=str(path), target=target, task=task), 0)
    except DataError as error:
        return error


def assert_sound_or_told(path, content, target, task):
    given = answer(path, content, target, task)
    if isinstance(given, DataError):
        assert given.source == str(path) or given.place.startswith("data.")
        assert str(given).isprintable()
        assert len(str(given)) < 600
    else:
        assert_sound(given)


def assert_sound(dataset):
    inputs = np.concatenate((dataset.train_inputs, dataset.test_inputs))
    labels = np.concatenate((dataset.train_labels, dataset.test_labels))
    assert inputs.dtype == np.float64
    assert inputs.shape[1] == len(dataset.feature_names) == dataset.shape.features
    assert len(inputs) == len(labels)
    assert np.isfinite(inputs).all()
    if dataset.class_names:
        assert labels.dtype == np.int64
        assert set(labels) == set(range(len(dataset.class_names)))
        assert "".join(dataset.class_names).isprintable()
    else:
        assert np.isfinite(labels).all()


fuzz = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
tasks = st.sampled_from(["auto", "classification", "regression"])


@fuzz
@given(damaged([CSV, CSV.replace(b";", b","), b"x,y\n1,0\n2,1\n3,0\n4,1\n5,1\n"]), tasks)
@pytest.mark.filterwarnings("error")
def test_a_damaged_csv_is_a_dataset_or_a_data_error(tmp_path, content, task):
    target = "y" if content.startswith(b"x,") else "species"
    assert_sound_or_told(tmp_path / "data.csv", content, target, task)


@fuzz
@given(damaged(ARCHIVES), tasks)
@pytest.mark.filterwarnings("error", "ignore:Duplicate name")
def test_a_damaged_npz_is_a_dataset_or_a_data_error(tmp_path, content, task):
    assert_sound_or_told(tmp_path / "data.npz", content, None, task)


@fuzz
@given(damaged(ARCHIVES))
def test_a_damaged_npz_named_csv_is_a_dataset_or_a_data_error(tmp_path, content):
    assert_sound_or_told(tmp_path / "data.csv", content, "y", "auto")
