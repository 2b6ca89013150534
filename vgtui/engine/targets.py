"""From a data set's labels to the numbers that the loss compares the network's answer with."""

from __future__ import annotations

import numpy as np

from vgtui.data import Dataset
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.model import Scenario


def encode_targets(scenario: Scenario, dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """(train, test) targets, (samples, units of the last layer) float64: classes as 0/1 or one-hot, else as they are.

    Raises ScenarioError where the last layer or the loss does not fit the data.
    """
    entry, last = scenario.expanded()[-1]
    classes, loss, units = len(dataset.class_names), scenario.training.loss, last.width
    place = f"layers[{entry}].units"
    if not classes:
        wanted = len(dataset.target_names)
        if loss in ("binary_cross_entropy", "cross_entropy"):
            raise ScenarioError(
                f"{loss} needs classes, {_why_none(wanted)}; use mean_squared_error", place="training.loss"
            )
        if units != wanted:
            raise ScenarioError(
                f"the data has {wanted} target(s), so the last layer needs {wanted} units, not {units}",
                place=place,
            )
        return np.asarray(dataset.train_labels, np.float64), np.asarray(dataset.test_labels, np.float64)
    single = classes == 2 and loss != "cross_entropy"
    if units != classes and not (single and units == 1):
        right = f"{classes} units" + (" (or 1)" if single else "")
        raise ScenarioError(
            f"{loss} on {classes} classes needs {right} on the last layer, not {units}", place=place
        )
    codes = np.array([[0.0], [1.0]]) if units == 1 else np.eye(classes)
    return codes[dataset.train_labels], codes[dataset.test_labels]


def _why_none(targets: int) -> str:
    """Why data of so many target columns has no classes."""
    if targets == 1:
        return "and this data is for regression"
    return f"and the {targets} target columns, not one-hot (one 1 and else 0 in a row), are for regression"
