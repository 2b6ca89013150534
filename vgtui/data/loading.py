"""From the `[data]` of a scenario to a Dataset: draw or read the samples, split them, scale them."""

from __future__ import annotations

from pathlib import Path

from vgtui.data.dataset import Dataset, Samples, Shape
from vgtui.data.files import read_file
from vgtui.data.scaling import scaled
from vgtui.data.split import split
from vgtui.data.toy import TOYS, class_count, draw
from vgtui.scenario.errors import DataError
from vgtui.scenario.model import Data


def load(data: Data, seed: int, folder: Path | None = None) -> Dataset:
    """The samples of `data`, split into training and test part, inputs scaled by the training part.

    seed     of the samples and of the split (`Scenario.data_seed`)
    folder   what a relative `data.file` is relative to; None is the current directory

    The same arguments give the same bits. Raises DataError, its place the key (`data.test_fraction`) or the
    spot in the file (`row 17, column 'age'`).
    """
    samples = _samples(data, seed, folder)
    train, test = split(len(samples.inputs), data.test_fraction, seed)
    train_inputs, test_inputs = scaled(samples.inputs[train], samples.inputs[test], data.scaling)
    return Dataset(
        train_inputs=train_inputs,
        train_labels=samples.labels[train],
        test_inputs=test_inputs,
        test_labels=samples.labels[test],
        feature_names=samples.feature_names,
        class_names=samples.class_names,
        target_names=samples.target_names,
    )


def describe(data: Data, folder: Path | None = None) -> Shape:
    """What `load` would give the network to fit: toy sets are not drawn for it, a file is read.

    Raises DataError as `load` does, but for faults of the split and the scaling.
    """
    if data.source == "file":
        samples = _samples(data, 0, folder)
        return Shape(len(samples.feature_names), len(samples.class_names), len(samples.target_names))
    _check_toy(data)
    toy = TOYS[data.source]
    return Shape(len(toy.feature_names), class_count(data), 1)


def _samples(data: Data, seed: int, folder: Path | None) -> Samples:
    if data.file is None:
        _check_toy(data)
        return draw(data, seed)
    if data.classes is not None:
        raise DataError(
            "a file's classes are counted from its target; remove `classes`", place="data.classes"
        )
    return read_file(Path(folder or ".") / data.file, data.target, data.task)


def _check_toy(data: Data) -> None:
    """A setting that this source would pass over in silence is a mistake worth telling."""
    if data.classes is not None and not TOYS[data.source].any_classes:
        able = " and ".join(name for name, toy in TOYS.items() if toy.any_classes)
        raise DataError(f"{data.source} has no choice of classes; {able} have", place="data.classes")
    if data.target is not None:
        raise DataError(
            f'{data.source} has its own target; `target` is for `source = "file"`', place="data.target"
        )
    if data.task != "auto":
        raise DataError(f'{data.source} has its own task; `task` is for `source = "file"`', place="data.task")
    if class_count(data) > data.samples:
        raise DataError(
            f"{data.samples} samples are too few for {class_count(data)} classes", place="data.classes"
        )
