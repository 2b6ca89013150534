"""From the `[data]` of a scenario to a Dataset: draw or read the samples, split them, prepare the inputs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from vgtui.data import allowance, limits
from vgtui.data.builtin import BuiltIn
from vgtui.data.dataset import Dataset, Samples, Shape
from vgtui.data.digits import DIGITS
from vgtui.data.features import called, check_features
from vgtui.data.files import read_file
from vgtui.data.preparation import fitted
from vgtui.data.sequences import SEQUENCES
from vgtui.data.split import choice, split
from vgtui.data.streams import data_stream
from vgtui.data.toy import TOYS
from vgtui.scenario.errors import DataError
from vgtui.scenario.model import Data

BUILT_IN: dict[str, BuiltIn] = {**SEQUENCES, "digits": DIGITS, **TOYS}
"""Every source but `file`."""

OF_A_FILE = {
    "classes": "a file's classes are counted from its target",
    "length": "a file's sequences are as long as its array says",
}
"""Settings that only some built-in sets have -> why a file has not."""


def load(data: Data, seed: int, folder: Path | None = None) -> Dataset:
    """The samples of `data`, split into training and test part, inputs prepared by the training part.

    seed     of the samples and of the split (`Scenario.data_seed`)
    folder   what a relative `data.file` is relative to; None is the current directory

    The same arguments give the same bits. Raises DataError, its place the key (`data.test_fraction`) or the
    spot in the file (`row 17, column 'age'`).
    """
    samples = _samples(data, seed, folder)
    check_features(samples.input_shape, data.features)
    train, test = split(len(samples.inputs), data.test_fraction, seed)
    raw_train, raw_test = samples.inputs[train], samples.inputs[test]
    prepare = fitted(raw_train, data.features, data.scaling)
    return Dataset(
        train_inputs=prepare.checked(raw_train),
        train_labels=samples.labels[train],
        test_inputs=prepare.checked(raw_test),
        test_labels=samples.labels[test],
        input_shape=_input_shape(data, samples.input_shape),
        feature_names=called(data.features, samples.feature_names),
        class_names=samples.class_names,
        target_names=samples.target_names,
        transform=prepare,
    )


def describe(data: Data, folder: Path | None = None) -> Shape:
    """What `load` would give the network to fit: built-in sets are not drawn for it, a file is read.

    Raises DataError as `load` does, but for faults of the split and of numbers too large to be prepared.
    """
    if data.source == "file":
        samples = _samples(data, 0, folder)
        shape = Shape(samples.input_shape, len(samples.class_names), len(samples.target_names))
    else:
        _check_settings(data)
        shape = BUILT_IN[data.source].shape(data)
    check_features(shape.input_shape, data.features)
    return Shape(_input_shape(data, shape.input_shape), shape.classes, shape.targets)


def _input_shape(data: Data, raw: tuple[int, ...]) -> tuple[int, ...]:
    return (len(data.features),) if data.features else raw


def _samples(data: Data, seed: int, folder: Path | None) -> Samples:
    _check_settings(data)
    if data.file is None:
        built_in = BUILT_IN[data.source]
        needed = limits.COPIES * 8 * data.sample_count * built_in.shape(data).features
        allowance.check_memory(needed, "the data", "data.samples")
        return built_in.draw(data, seed)
    allowance.check_file()
    return _chosen(read_file(Path(folder or ".") / data.file, data.target, data.task), data, seed)


def _chosen(samples: Samples, data: Data, seed: int) -> Samples:
    """Of a file's samples at most as many as are asked for, at random; all, in their order, where there are no more."""
    count = len(samples.inputs)
    if data.samples is None or data.samples >= count:
        return samples
    chosen = choice(count, data.samples, data_stream(seed))
    return replace(samples, inputs=samples.inputs[chosen], labels=samples.labels[chosen])


def _check_settings(data: Data) -> None:
    """A setting that this source would pass over in silence is a mistake worth telling."""
    if data.source != "file":
        _check_count(data)
    elif data.noise:
        raise DataError("a file's samples have the noise that they have; remove `noise`", place="data.noise")
    takes = ("target", "task") if data.source == "file" else BUILT_IN[data.source].takes
    for key, why in OF_A_FILE.items():
        if getattr(data, key) is not None and key not in takes:
            *names, last = (name for name, built_in in BUILT_IN.items() if key in built_in.takes)
            has_none = f"{data.source} has no choice of {key}; {', '.join(names)} and {last} have"
            raise DataError(
                f"{why}; remove `{key}`" if data.source == "file" else has_none, place=f"data.{key}"
            )
    for key, value in (("target", data.target), ("task", None if data.task == "auto" else data.task)):
        if value is not None and key not in takes:
            raise DataError(
                f'{data.source} has its own {key}; `{key}` is for `source = "file"`', place=f"data.{key}"
            )


def _check_count(data: Data) -> None:
    most = BUILT_IN[data.source].most
    if most is not None and data.sample_count > most:
        raise DataError(
            f"must be at most {most} for {data.source}, not {data.sample_count}; there are no more of them",
            place="data.samples",
        )
