"""CSV files: what is read, and the one line that each fault gets."""

import os
import socket

import numpy as np
import pytest

from tests.data.reading import OwnFile
from vgtui.data import Shape, describe, limits, load, table
from vgtui.scenario.errors import DataError
from vgtui.scenario.model import Data

IRIS = b"""length,width,species
5.1,3.5,setosa
4.9,3.0,setosa
7.0,3.2,virginica
6.4,3.2,virginica
6.9,3.1,setosa
"""


@pytest.fixture
def own_file(tmp_path):
    return OwnFile(tmp_path / "data.csv", "y")


@pytest.fixture
def read(own_file):
    return own_file.read


@pytest.fixture
def fault(own_file):
    return own_file.fault


def rows(*targets, header="x,y"):
    return (header + "\n" + "".join(f"{n},{target}\n" for n, target in enumerate(targets))).encode()


def test_text_classes_are_sorted_by_name_and_features_keep_their_order(read):
    dataset = read(IRIS, "species")
    assert dataset.train_inputs.tolist() == [[5.1, 3.5], [4.9, 3.0], [7.0, 3.2], [6.4, 3.2], [6.9, 3.1]]
    assert dataset.train_labels.tolist() == [0, 0, 1, 1, 0]
    assert dataset.train_labels.dtype == np.int64
    assert dataset.class_names == ("setosa", "virginica")
    assert dataset.feature_names == ("length", "width")
    assert dataset.target_names == ("species",)


def test_the_target_may_stand_anywhere(read):
    dataset = read(b"a,y,b\n1,no,2\n3,yes,4\n5,no,6\n7,yes,8\n")
    assert dataset.feature_names == ("a", "b")
    assert dataset.train_inputs[:2].tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b",", b";"),
        lambda text: text.replace(b",", b"\t"),
        lambda text: text.replace(b",", b", "),
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.replace(b"\n", b"\r"),
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: b"\n  \n" + text.replace(b"\n", b"\n\n"),
        lambda text: text.replace(b"setosa", b'"setosa"').replace(b"width", b'"width"'),
        lambda text: text[:-1],
    ],
    ids=["semicolon", "tab", "spaced", "crlf", "cr", "bom", "blank lines", "quoted", "no last newline"],
)
def test_dialects_give_the_same_samples(read, change):
    plain, other = read(IRIS, "species"), read(change(IRIS), "species")
    assert np.array_equal(plain.train_inputs, other.train_inputs)
    assert np.array_equal(plain.train_labels, other.train_labels)
    assert (plain.feature_names, plain.class_names) == (other.feature_names, other.class_names)


def test_a_comma_within_a_quoted_name_is_no_delimiter(read):
    assert read(b'"a, b, c";y\n1;0\n2;1\n3;0\n4;1\n').feature_names == ("a, b, c",)


def test_a_header_of_thousands_of_long_names_is_read(read):
    names = [f"a_rather_long_name_of_a_measurement_{index}" for index in range(4095)]
    content = ",".join([*names, "y"]) + "\n" + "".join("0," * 4095 + f"{row % 2}\n" for row in range(4))
    assert read(content.encode()).feature_names == tuple(names)


def test_few_whole_numbers_are_classes_and_sorted_as_numbers(read):
    dataset = read(rows(10, 9, 10, 9.0, 10, 9))
    assert dataset.class_names == ("9", "10")
    assert dataset.train_labels.tolist() == [1, 0, 1, 0, 1, 0]


@pytest.mark.parametrize(
    "targets",
    [[0.5, 1.5] * 5, list(range(10)), list(range(21)) * 3],
    ids=["fractions", "a row each", "21 different"],
)
def test_other_numbers_are_regressed_on(read, targets):
    dataset = read(rows(*targets))
    assert dataset.class_names == ()
    assert dataset.train_labels.tolist() == [[target] for target in targets]
    assert dataset.train_labels.dtype == np.float64


def test_twenty_whole_numbers_twice_each_are_classes(read):
    assert len(read(rows(*range(20), *range(20))).class_names) == 20


def test_the_task_overrules_the_look_of_the_target(read):
    assert read(rows(0, 1, 0, 1), task="regression").class_names == ()
    assert read(rows(0.5, -0.0, 0, 2), task="classification").class_names == ("0", "0.5", "2")


def test_a_file_is_split_and_scaled(read):
    dataset = read(rows(*[0, 1] * 10), test_fraction=0.25, scaling="minmax")
    assert len(dataset.train_inputs) == 15
    assert len(dataset.test_inputs) == 5
    assert np.ptp(dataset.train_inputs) == 2


def test_of_a_file_as_many_rows_are_chosen_at_random_as_are_asked_for_with_their_own_targets(read):
    content = rows(*(n + 0.5 for n in range(400)))
    whole, some, more = read(content), read(content, samples=60), read(content, samples=90)
    assert whole.train_inputs.ravel().tolist() == list(range(400)), "all of them, in their order"
    assert np.array_equal(read(content, samples=401).train_inputs, whole.train_inputs)
    chosen = some.train_inputs.ravel().tolist()
    assert len(set(chosen)) == 60
    assert min(chosen) < 60 < 340 < max(chosen), "neither the first nor the last"
    assert np.array_equal(some.train_labels, some.train_inputs + 0.5)
    assert more.train_inputs.ravel().tolist()[:60] == chosen
    assert len(read(content, samples=60, test_fraction=0.25).test_inputs) == 15


def test_classes_that_no_chosen_row_has_are_classes_still(read):
    assert read(rows(*[0, 1, 2, 3, 4, 5] * 4), samples=4).class_names == tuple("012345")


def test_noise_for_a_file_is_refused_before_anything_runs(read, tmp_path):
    with pytest.raises(DataError) as caught:
        read(rows(*[0, 1] * 10), noise=0.1)
    assert str(caught.value) == "data.noise: a file's samples have the noise that they have; remove `noise`"
    with pytest.raises(DataError, match="data"):
        describe(Data(source="file", file="data.csv", target="y", noise=0.1), tmp_path)


def test_a_file_is_described_by_reading_it(tmp_path):
    (tmp_path / "iris.csv").write_bytes(IRIS)
    shape = describe(Data(source="file", file="iris.csv", target="species"), tmp_path)
    assert shape == Shape(input_shape=(2,), classes=2, targets=1)


def test_a_relative_path_is_relative_to_the_folder_or_else_to_where_we_are(tmp_path, monkeypatch):
    (tmp_path / "iris.csv").write_bytes(IRIS)
    data = Data(source="file", file="iris.csv", target="species")
    monkeypatch.chdir(tmp_path)
    assert load(data, 0).feature_names == ("length", "width")
    monkeypatch.chdir("/")
    assert load(data, 0, tmp_path).feature_names == ("length", "width")
    assert load(Data(source="file", file=str(tmp_path / "iris.csv"), target="species"), 0, None)


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (b"\n \n\n", "", "nothing but blank lines"),
        (b"x,y\n1,0\n2\0,1\n", "row 3", "binary"),
        ("x,y\n1,0\n2,1\n".encode("utf-16"), "row 1", "binary"),
        (b"PK\x03\x04\x00\x00", "row 1", "binary"),
        (b"x,y\n1,caf\xe9\n", "row 2", "not UTF-8 text (byte 0xe9)"),
        (b"x,y\n1,0\n,1\n", "row 3, column 'x'", "missing value"),
        (b"x,y\n1,0\n N/A ,1\n", "row 3, column 'x'", "missing value ('N/A"),
        (b"x,y\n1,0\nnan,1\n", "row 3, column 'x'", "missing value ('nan')"),
        (b"x,y\n1,0\n2,\n3,0\n4,1\n", "row 3, column 'y'", "missing value"),
        (b"x,y\n1,0\n\n2,?\n3,0\n4,1\n", "row 4, column 'y'", "missing value ('?')"),
        (b"x,y\n1,0\nred,1\n", "row 3, column 'x'", "'red' is not a number"),
        (b"x;y\n1;0\n2,5;1\n", "row 3, column 'x'", "decimals take a point"),
        (b"x,y\n1,0\n-inf,1\n", "row 3, column 'x'", "'-inf' is not a finite number"),
        (b"x,y\n1,0\n1e999,1\n", "row 3, column 'x'", "'1e999' is not a finite number"),
        (b"x,y\n1,0.5\n2,inf\n3,1\n4,2\n", "row 3, column 'y'", "inf is not a finite number"),
        (b"a,b,y\n1,2,0\n3,4\n", "row 3", "2 values where the header names 3 columns"),
        (b"a,b,y\n1,2,0\n3,4,5,6\n", "row 3", "4 values where the header names 3 columns"),
        (b"\nx,y\n\n1,0\n\n2\n", "row 6", "1 value where the header names 2 columns"),
        (b"x,y\n1,a\n2,a\n3,a\n4,a\n", "column 'y'", "only one class, 'a'"),
        (b"x,y\n1,1\n2,1\n3,1\n4,1\n", "column 'y'", "only one class, '1'"),
        (b"x,y\n1,0\n2,1\n3,0\n", "", "3 rows of data; at least 4 are needed"),
        (b"x,y\n", "", "no rows of data"),
        (b"x,y,x\n1,0,2\n", "row 1, column 3", "a second column named 'x'"),
        (b",x,y\n0,1,0\n", "row 1, column 1", "the column has no name"),
        (b"x\x1b[2J,y\n1,0\n", "row 1, column 1", "'x\\x1b[2J' will not do"),
        (b"x,y" + b"y" * 200 + b"\n1,0\n", "row 1, column 2", "yyy…' will not do"),
        (b"y\n1\n2\n", "row 1", "only one column"),
        (b"5.1,3.5,0\n4.9,3.0,1\n", "row 1", "the first row must name the columns"),
        (b'x,y\n1,"a\n2,b\n3,a\n', "row 4", "not well-formed CSV"),
        (b'x,y\n"1"0,a\n', "row 2", "not well-formed CSV"),
        (b'x,y\n1,"' + b"a" * 200_000 + b'"\n', "row 2", "not well-formed CSV"),
        (b"x" * 200_000 + b",y\n1,0\n", "row 1", "not well-formed CSV"),
        (b"x,y\n1,0\n1," + b"a" * 2_000_000, "row 3", "a line of 2,000,000 bytes or more"),
        (b"x,y\n1,a\x1b[2J\n2,b\n3,b\n4,b\n", "row 2, column 'y'", "cannot be shown as a class name"),
        (
            b",".join(b"x%d" % n for n in range(4097)) + b"\n",
            "row 1",
            "4,097 columns; at most 4,096 are read",
        ),
        (
            rows(*(f"name{n}" for n in range(101))),
            "row 2, column 'y'",
            "'name0' is text, so all are classes, 101",
        ),
        (rows(*range(150), "1O"), "row 152, column 'y'", "'1O' is text"),
    ],
)
def test_a_fault_is_named_with_its_place(fault, content, place, message):
    at, said = fault(content)
    assert at == place
    assert message in said


def test_too_many_different_numbers_to_classify_are_told(fault):
    assert fault(rows(*range(150)), task="classification") == (
        "column 'y'",
        "150 classes; at most 100 are read",
    )


def test_a_text_target_cannot_be_regressed_on(fault):
    place, message = fault(rows(1, 2, "three", 4), task="regression")
    assert place == "row 4, column 'y'"
    assert message == "'three' is not a number, and regression needs one"


def test_a_misspelt_target_is_answered_with_the_nearest_column(fault):
    assert fault(IRIS, "specis") == ("data.target", "no column 'specis'; did you mean 'species'?")


def test_a_list_of_thousands_of_columns_is_cut_short(fault):
    header = ",".join(f"column{index}" for index in range(4000)).encode() + b"\n"
    for target in (None, "quite other"):
        place, message = fault(header, target)
        assert place == "data.target"
        assert len(message) <= 200


def test_a_long_class_name_is_refused(fault):
    place, message = fault(rows("a", "b" * 201, "a", "b"))
    assert place == "row 3, column 'y'"
    assert message == f"'{'b' * 39}…' cannot be shown as a class name"


def test_a_target_left_unsaid_is_answered_with_the_columns(fault):
    assert fault(IRIS, None) == ("data.target", "say which column is the target: length, width, species")


def test_more_rows_or_lines_than_the_limit_are_refused_with_both_numbers(fault, monkeypatch):
    monkeypatch.setattr(limits, "MAX_ROWS", 1000)
    assert fault(rows(*[0, 1] * 501)) == ("row 1002", "1,001 rows; at most 1,000 are read")
    monkeypatch.setattr(limits, "MAX_VALUES", 100)
    assert fault(rows(*[0, 1] * 26)) == ("row 52", "102 values; at most 100 are read")


def test_a_file_of_endless_blank_lines_is_given_up(fault, monkeypatch):
    assert table.MAX_LINES == 2_000_000
    monkeypatch.setattr(table, "MAX_LINES", 20_000)
    assert fault(b"\n" * 20_001) == ("", "more than 20,000 lines")


def test_classes_are_not_asked_for_with_a_file(tmp_path):
    with pytest.raises(DataError) as caught:
        load(Data(source="file", file="data.csv", target="y", classes=2), 0, tmp_path)
    assert caught.value.place == "data.classes"


def test_a_fraction_that_leaves_nothing_of_a_file_to_train_on_is_told(tmp_path):
    (tmp_path / "data.csv").write_bytes(IRIS)
    with pytest.raises(DataError) as caught:
        load(Data(source="file", file="data.csv", target="species", test_fraction=0.9), 0, tmp_path)
    assert caught.value.place == "data.test_fraction"


def _pipe(path):
    os.mkfifo(path)


def _socket(path):
    socket.socket(socket.AF_UNIX).bind(str(path))


def _oversized(path):
    path.touch()
    os.truncate(path, 200_000_001)


@pytest.mark.parametrize("suffix", ["csv", "npz", "NPZ"])
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "is a directory"),
        (lambda path: path.touch(), "is empty"),
        (_pipe, "not a regular file"),
        (_socket, "not a regular file"),
        (lambda path: path.symlink_to(path), "cannot be read"),
        (_oversized, "is 200,000,001 bytes; at most 200,000,000 are read"),
    ],
)
def test_what_is_no_readable_file_is_told_without_waiting_for_it(
    make, message, suffix, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)  # a socket's path may not be long
    path = tmp_path / f"data.{suffix}"
    make(path if make is not _socket else path.relative_to(tmp_path))
    with pytest.raises(DataError, match=message) as caught:
        load(Data(source="file", file=path.name, target="y"), 0, tmp_path)
    assert caught.value.source == str(path)


@pytest.mark.parametrize("name", ["a\0b.csv", "a" * 300, "data.csv/inside.csv", "/dev/zero"])
def test_what_cannot_name_a_file_is_told(name, tmp_path):
    (tmp_path / "data.csv").write_bytes(IRIS)
    with pytest.raises(DataError):
        load(Data(source="file", file=name, target="y"), 0, tmp_path)


def test_a_file_that_may_not_be_read_is_told(tmp_path, monkeypatch):
    path = tmp_path / "data.csv"
    path.write_bytes(IRIS)
    path.chmod(0)
    if os.access(path, os.R_OK):  # the superuser may read everything
        monkeypatch.setattr(type(path), "open", _denied)
    with pytest.raises(DataError, match="cannot be read: Permission denied"):
        load(Data(source="file", file="data.csv", target="species"), 0, tmp_path)


def _denied(*_):
    raise PermissionError(13, "Permission denied")
