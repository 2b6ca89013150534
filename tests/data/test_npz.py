"""NPZ files: what is read, and what is refused before it is unpacked."""

import io
import tracemalloc
import zipfile

import numpy as np
import pytest

from tests.data.reading import OwnFile
from vgtui.data import Shape, describe
from vgtui.data.files import read_file
from vgtui.scenario.errors import DataError
from vgtui.scenario.model import Data

INPUTS = np.arange(12.0).reshape(6, 2)
LABELS = np.array([0, 1, 0, 1, 1, 1])


@pytest.fixture
def own_file(tmp_path):
    return OwnFile(tmp_path / "data.npz", None)


@pytest.fixture
def read(own_file):
    return own_file.read


@pytest.fixture
def fault(own_file):
    return own_file.fault


def packed(save=np.savez, **arrays):
    buffer = io.BytesIO()
    save(buffer, **arrays)
    return buffer.getvalue()


def npy(header, body=b"", version=b"\1\0"):
    width = 2 if version == b"\1\0" else 4
    return b"\x93NUMPY" + version + len(header).to_bytes(width, "little") + header.encode() + body


def zipped(compression=zipfile.ZIP_STORED, **members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return buffer.getvalue()


def header(descr="<f8", shape="(6, 2)", order="False"):
    return f"{{'descr': {descr!r}, 'fortran_order': {order}, 'shape': {shape}, }}\n"


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("inputs", ["inputs", "x", "X"])
@pytest.mark.parametrize("targets", ["targets", "y"])
def test_arrays_are_found_under_their_usual_names(read, save, inputs, targets):
    dataset = read(packed(save, **{inputs: INPUTS, targets: LABELS}))
    assert np.array_equal(dataset.train_inputs, INPUTS)
    assert dataset.train_labels.tolist() == LABELS.tolist()
    assert dataset.class_names == ("0", "1")
    assert dataset.feature_names == ("x1", "x2")
    assert dataset.target_names == (targets,)


def test_the_target_array_may_be_named(read):
    assert read(packed(x=INPUTS, y=LABELS, z=1 - LABELS), "z").train_labels.tolist() == [1, 0, 1, 0, 0, 0]


@pytest.mark.parametrize("dtype", ["<f4", ">f8", "f2", "u1", ">i4", "i8", "u8", "g"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_kind_of_number_is_read_in_either_order(read, dtype, order):
    dataset = read(packed(x=np.asarray(INPUTS, dtype=dtype, order=order), y=LABELS.astype(dtype)))
    assert np.array_equal(dataset.train_inputs, INPUTS)
    assert dataset.train_inputs.dtype == np.float64
    assert dataset.train_inputs.flags.c_contiguous
    assert dataset.train_inputs.flags.writeable
    assert dataset.train_labels.tolist() == LABELS.tolist()


def test_flags_are_numbers_and_classes(read):
    dataset = read(packed(x=INPUTS > 5, y=LABELS == 0))
    assert dataset.train_inputs.tolist() == (INPUTS > 5).astype(float).tolist()
    assert dataset.train_labels.tolist() == [1, 0, 1, 0, 0, 0]


@pytest.mark.parametrize("dtype", ["<U3", ">U8", "S"])
def test_text_targets_are_classes(read, dtype):
    words = np.array(["no", "yes", "no", "yes", "yes", "yes"], dtype=dtype)
    dataset = read(packed(x=INPUTS, y=words))
    assert dataset.class_names == ("no", "yes")
    assert dataset.train_labels.tolist() == LABELS.tolist()


def test_one_dimension_is_one_column(read):
    dataset = read(packed(x=INPUTS[:, 0], y=LABELS[:, None]))
    assert dataset.train_inputs.shape == (6, 1)
    assert dataset.train_labels.shape == (6,)
    assert dataset.feature_names == ("x",)


@pytest.mark.parametrize("shape", [(2, 5), (5, 1), (3, 4, 5), (1, 1, 1)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_images_and_sequences_keep_their_shape_beside_being_flattened(read, tmp_path, shape, order):
    inputs = np.arange(6.0 * np.prod(shape)).reshape(6, *shape)
    dataset = read(packed(x=np.asarray(inputs, order=order), y=LABELS))
    assert dataset.train_inputs.shape == (6, np.prod(shape))
    assert dataset.train_inputs.flags.c_contiguous
    assert np.array_equal(dataset.train_inputs.reshape(6, *dataset.input_shape), inputs)
    assert dataset.input_shape == shape
    assert dataset.shape == Shape(shape, 2, 1)
    assert describe(Data(source="file", file="data.npz"), tmp_path) == dataset.shape
    assert dataset.feature_names[-1] == f"x[{', '.join(str(size - 1) for size in shape)}]"


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(
    ("shape", "channels_last"),
    [
        ((6, 5, 3), True),
        ((5, 6, 1), True),
        ((6, 5, 4), True),
        ((6, 5, 2), True),
        ((4, 4, 1), True),
        ((3, 6, 5), False),
        ((1, 5, 6), False),
        ((1, 4, 4), False),
        ((4, 6, 5), False),
        ((2, 4, 3), False),  # as small as this, the last is no smaller than the first
        ((16, 3, 3), False),
        ((6, 6, 5), False),  # more than 4: as PyTorch
        ((3, 3, 3), False),
    ],
)
def test_an_images_channels_are_found_first_or_last(read, shape, channels_last, order):
    """Whichever they are in the file, a pixel is x[channel, row, column] ever after."""
    images = np.arange(6.0 * np.prod(shape)).reshape(6, *shape)
    dataset = read(packed(x=np.asarray(images, order=order), y=LABELS))
    first, middle, last = shape
    assert dataset.input_shape == ((last, first, middle) if channels_last else shape)
    for number, column in ((0, 0), (3, 7), (5, np.prod(shape) - 1)):
        channel, i, j = map(
            int, dataset.feature_names[column].removeprefix("x[").removesuffix("]").split(",")
        )
        pixel = images[number, i, j, channel] if channels_last else images[number, channel, i, j]
        assert dataset.train_inputs[number, column] == pixel
    assert dataset.train_inputs.flags.c_contiguous


def test_a_fault_in_an_image_is_named_as_the_file_has_it(fault):
    images = np.zeros((6, 5, 4, 3))
    images[2, 4, 1, 0] = np.nan
    assert fault(packed(x=images, y=LABELS)) == ("x[2, 4, 1, 0]", "nan is not a finite number")


def test_an_image_may_have_more_pixels_than_a_table_has_columns(read, fault):
    assert read(packed(x=np.zeros((6, 65, 65), "u1"), y=LABELS)).input_shape == (65, 65)
    huge = npy(header("<f8", "(6, 256, 257)"), bytes(96))
    place, message = fault(zipped(x=huge, y=npy(header(shape="(6,)"), bytes(48))))
    assert (place, message) == ("x", "65,792 numbers in a sample; at most 65,536 are read")


def test_several_target_columns_are_regressed_on(read):
    dataset = read(packed(x=INPUTS, y=INPUTS[:, ::-1]))
    assert np.array_equal(dataset.train_labels, INPUTS[:, ::-1])
    assert dataset.class_names == ()
    assert dataset.target_names == ("y1", "y2")


def test_an_archive_is_described_by_reading_it(tmp_path):
    (tmp_path / "data.NPZ").write_bytes(packed(x=INPUTS, y=INPUTS / 3))
    assert describe(Data(source="file", file="data.NPZ"), tmp_path) == Shape((2,), 0, 2)


def replaced(array, row, column, value):
    array = array.astype(float)
    array[row, column] = value
    return array


@pytest.mark.parametrize(
    ("arrays", "place", "message"),
    [
        ({"x": INPUTS}, "", "no array named 'targets' or 'y'"),
        ({"features": INPUTS, "y": LABELS}, "", "no array named 'inputs' or 'x' or 'X'"),
        ({}, "", "the archive is empty"),
        ({"x": INPUTS, "y": LABELS[:5]}, "y", "5 targets for 6 rows of 'x'"),
        ({"x": INPUTS[:3], "y": LABELS[:3]}, "x", "3 rows of data; at least 4"),
        ({"x": INPUTS[:0], "y": LABELS[:0]}, "x", "no rows of data"),
        ({"x": INPUTS[:, :0], "y": LABELS}, "x", "shape (6, 0) is not"),
        (
            {"x": INPUTS.reshape(6, 2, 1, 1, 1), "y": LABELS},
            "x",
            "shape (6, 2, 1, 1, 1) is not (samples,) or",
        ),
        (
            {"x": INPUTS, "y": INPUTS[:, :, None]},
            "y",
            "shape (6, 2, 1) is not (samples,) or (samples, columns)",
        ),
        ({"x": np.float64(1), "y": LABELS}, "x", "shape () is not"),
        ({"x": INPUTS, "y": LABELS * 0}, "y", "only one class, '0'"),
        ({"x": replaced(INPUTS, 2, 1, np.nan), "y": LABELS}, "x[2, 1]", "nan is not a finite number"),
        (
            {"x": replaced(INPUTS, 2, 1, np.nan).reshape(6, 1, 2), "y": LABELS},
            "x[2, 0, 1]",
            "nan is not a finite number",
        ),
        ({"x": INPUTS[:, 0] * np.nan, "y": LABELS}, "x[0]", "nan is not a finite number"),
        ({"x": INPUTS, "y": replaced(INPUTS, 5, 0, -np.inf)}, "y[5, 0]", "-inf is not a finite number"),
        ({"x": np.full((6, 2), np.longdouble("1e4000")), "y": LABELS}, "x[0, 0]", "inf is not a finite"),
        ({"x": INPUTS.astype(str), "y": LABELS}, "x", "inputs must be numbers"),
        ({"x": INPUTS, "y": INPUTS.astype(str)}, "y", "2 columns of text"),
        ({"x": INPUTS, "y": np.array(["a", "", "b", "a", "b", "a"])}, "y[1]", "missing value"),
        ({"x": INPUTS, "y": np.array([b"\xff"] * 6)}, "y", "not text"),
        ({"x": INPUTS.astype(complex), "y": LABELS}, "x", "type '<c16' is neither numbers nor text"),
        ({"x": INPUTS.astype("M8[s]"), "y": LABELS}, "x", "type '<M8[s]' is neither"),
        ({"x": np.zeros(6, dtype=[("a", float)]), "y": LABELS}, "x", "type 'records' is neither"),
        ({"x": INPUTS.astype(object), "y": LABELS}, "x", "pickled objects are never read"),
        ({"x": INPUTS, "y": np.array([[1], [0]] * 3, dtype=object)}, "y", "pickled objects are never read"),
        ({"x": np.zeros((6, 4097)), "y": LABELS}, "x", "4,097 columns; at most 4,096 are read"),
        ({"x": np.zeros(1_000_001, "u1"), "y": LABELS}, "x", "1,000,001 rows; at most 1,000,000 are read"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_a_fault_is_named_with_its_place(fault, arrays, place, message):
    at, said = fault(packed(np.savez_compressed, **arrays))
    assert at == place
    assert message in said


@pytest.mark.parametrize("task", ["auto", "classification"])
@pytest.mark.parametrize("dtype", ["f4", "u1", "?"])
def test_one_hot_rows_are_classes_also_one_that_never_comes(read, task, dtype):
    dataset = read(packed(x=INPUTS, y=np.eye(4, dtype=dtype)[[2, 0, 2, 3, 3, 0]]), task=task)
    assert dataset.train_labels.tolist() == [2, 0, 2, 3, 3, 0]
    assert dataset.train_labels.dtype == np.int64
    assert dataset.class_names == ("0", "1", "2", "3")
    assert dataset.target_names == ("y",)
    assert dataset.shape == Shape((2,), 4, 1)


def test_one_hot_rows_are_numbers_where_regression_is_asked_for(read):
    rows = np.eye(2)[LABELS]
    dataset = read(packed(x=INPUTS, y=rows), task="regression")
    assert np.array_equal(dataset.train_labels, rows)
    assert dataset.shape == Shape((2,), 0, 2)


@pytest.mark.parametrize(
    ("row", "values"), [(0, [1, 1, 0]), (4, [0, 0, 0]), (5, [0.5, 0.5, 0]), (2, [2, -1, 0])]
)
def test_classes_in_columns_that_are_not_one_hot_are_refused(read, fault, row, values):
    rows = np.eye(3)[[0, 1, 2, 0, 1, 2]]
    rows[row] = values
    place, message = fault(packed(x=INPUTS, y=rows), task="classification")
    wanted = "classes in 3 columns must be one-hot, one 1 and else 0 in a row"
    assert (place, message) == ("y", f"{wanted}; row {row} is not")
    assert read(packed(x=INPUTS, y=rows)).class_names == ()


def test_one_hot_rows_of_one_class_or_of_too_many_are_refused(fault):
    assert fault(packed(x=INPUTS, y=np.eye(2)[[1] * 6])) == (
        "y",
        "only one class, column 1; two are needed to tell apart",
    )
    assert fault(packed(x=INPUTS, y=np.eye(101)[:6])) == ("y", "101 classes; at most 100 are read")


def test_a_misspelt_target_is_answered_with_the_nearest_array(fault):
    place, message = fault(packed(x=INPUTS, labels=LABELS), "label")
    assert (place, message) == ("data.target", "no array named 'label'; did you mean 'labels'?")


def test_names_that_no_terminal_could_show_are_not_listed(fault):
    content = zipped(**{"\x1b[2J": npy(header()), "n" * 10_000: npy(header()), "x": npy(header())})
    assert fault(content, "labels") == ("data.target", "no array named 'labels'; valid: x")


@pytest.mark.parametrize(
    ("member", "message"),
    [
        (npy(header(shape="(1000000000000, 2)")), "1,000,000,000,000 rows; at most 1,000,000 are read"),
        (npy(header(shape="(1000000, 4096)")), "4,096,000,000 values; at most 50,000,000 are read"),
        (npy(header(shape="(20000, 3, 50, 50)")), "150,000,000 values; at most 50,000,000 are read"),
        (npy(header(shape="(6, 0, 8, 8)")), "shape (6, 0, 8, 8) is not"),
        (npy(header(shape="(" + "9" * 4000 + ",)")), "its header makes no sense"),
        (npy(header(shape="(-6, 2)")), "its header makes no sense"),
        (npy(header(shape="(6, 2.5)")), "its header makes no sense"),
        (npy(header(order="None")), "its header makes no sense"),
        (npy("{}"), "its header makes no sense"),
        (npy(header("<f7")), "type '<f7' is unknown"),
        (npy(header("<U999999999"), bytes(96)), "type '<U999999999' is unknown"),
        (npy(header("<U100000000", shape="(6,)"), bytes(96)), "2,400,000,000 bytes of text are too many"),
        (npy(header("<U0"), b""), "text of no length"),
        (npy("x" * 20_000), "its header is cut short, or too long"),
        (b"\x93NUMPY\2\0\xff\xff\xff\xff{}", "its header is cut short, or too long"),
        (npy(header(), bytes(96), b"\3\0"), "not an array in the NPY format"),
        (b"\x93NUM", "not an array in the NPY format"),
        (b"", "not an array in the NPY format"),
        (npy(header(), bytes(95)), "not as long as its header says"),
        (npy(header(), bytes(97)), "not as long as its header says"),
    ],
)
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_header_that_lies_is_refused(fault, member, message, compression):
    at, said = fault(zipped(compression, x=member, y=npy(header(shape="(6,)"), bytes(48))))
    assert at == "x"
    assert message in said


def test_both_versions_of_the_header_are_read(read):
    inputs, targets = INPUTS.tobytes(), LABELS.astype(float).tobytes()
    for version in (b"\1\0", b"\2\0"):
        content = zipped(x=npy(header(), inputs, version), y=npy(header(shape="(6L,)"), targets, version))
        assert np.array_equal(read(content).train_inputs, INPUTS)


def test_a_bomb_is_refused_without_unpacking_it(fault):
    bomb = npy(header("<i1", "(6, 2)"), bytes(60_000_000))
    content = zipped(zipfile.ZIP_DEFLATED, x=bomb, y=npy(header(shape="(6,)"), bytes(48)))
    assert len(content) < 1_000_000
    del bomb
    tracemalloc.start()
    assert fault(content) == ("x", "not as long as its header says")
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_claim_of_many_numbers_takes_no_memory(fault):
    content = zipped(x=npy(header(shape="(1000000, 4096)"), bytes(96)))
    tracemalloc.start()
    fault(content, "x")
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packings_that_numpy_does_not_use_are_refused(fault, compression):
    content = zipped(compression, x=npy(header(), bytes(96)), y=npy(header(), bytes(96)))
    assert fault(content) == ("x", "packed in a way that numpy does not use")


@pytest.mark.parametrize(
    "content",
    [b"x,y\n1,0\n", b"\x93NUMPY\1\0", b"PK\x05\x06", b"PK\x03\x04" + bytes(100), np.random.bytes(500)],
    ids=["csv", "npy", "end record cut", "no end record", "random"],
)
def test_what_is_no_archive_is_told(fault, content):
    assert fault(content)[1].startswith("not an NPZ archive")


def test_an_archive_of_countless_members_is_refused_before_its_directory_is_read(fault):
    content = packed(x=INPUTS, y=LABELS)
    at = content.rfind(b"PK\x05\x06")
    end = content[at : at + 12] + (2_000_000).to_bytes(4, "little") + content[at + 16 :]
    expected = ("", "an archive of too many members for an NPZ")
    assert fault(content[:at] + bytes(2_000_000) + end) == expected
    locator = b"PK\x06\x07" + bytes(16)
    assert fault(content[:at] + locator + content[at:]) == expected


def test_a_single_bit_turned_in_the_numbers_is_told(fault):
    content = bytearray(packed(x=INPUTS, y=LABELS))
    content[content.find(INPUTS.tobytes()) + 10] ^= 1
    assert "Bad CRC-32" in fault(bytes(content))[1]


def test_an_encrypted_archive_is_told(fault):
    content = bytearray(packed(x=INPUTS, y=LABELS))
    for record, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(record) + flags] |= 1
    assert "encrypted" in fault(bytes(content))[1]


def test_text_that_is_no_unicode_is_told(fault):
    for code in (0x110000, 0xFFFFFFFF, 0xD800):
        words = (code.to_bytes(4, "little") + b"a\0\0\0") * 3
        content = zipped(x=npy(header(), bytes(96)), y=npy(header("<U1", "(6,)"), words))
        place, message = fault(content)
        assert place == "y"
        assert message.startswith("not text: ")


def test_an_array_alone_is_answered_with_how_to_save_two(tmp_path):
    np.save(tmp_path / "inputs.npy", np.zeros((10, 2)))
    with pytest.raises(DataError, match=r"inputs\.npy: is one array alone; .*numpy\.savez"):
        read_file(tmp_path / "inputs.npy", None, "auto")
