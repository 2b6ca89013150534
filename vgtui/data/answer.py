"""The answer that data asks for: a last layer and a loss that suit it."""

from __future__ import annotations

from msgspec.structs import replace

from vgtui.data.loading import describe
from vgtui.scenario.answer import OWN_ACTIVATION
from vgtui.scenario.edit import with_network
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.model import Dense, Loss, Scenario


def with_fitting_answer(scenario: Scenario) -> Scenario:
    """The scenario with as many answers as its data asks for, and a loss that can judge them.

    More than two classes are told apart by softmax where one sigmoid told two; numbers are regressed on by the mean
    squared error where classes were told apart. Raises DataError as `describe`.
    """
    shape = describe(scenario.data)
    *before, last = (layer for _, layer in scenario.expanded())
    loss = scenario.training.loss
    one_for_two = shape.classes == 2 and loss != "cross_entropy" and last.width == 1
    if one_for_two or not isinstance(last, Dense):
        return scenario
    activation = last.activation
    if not shape.classes and loss in OWN_ACTIVATION:
        loss, activation = "mean_squared_error", "linear"
    elif shape.classes > 2 and loss == "binary_cross_entropy":
        loss, activation = "cross_entropy", "softmax"
    units = shape.classes or shape.targets
    bare = with_network(scenario, [*before, replace(last, units=units, activation="linear")])
    judged = replace(bare, training=replace(bare.training, loss=loss))
    return with_network(judged, [*before, replace(last, units=units, activation=activation)])


def with_loss(scenario: Scenario, loss: Loss) -> Scenario:
    """The scenario judged by another loss, its last layer as that reads it.

    Raises ScenarioError for a loss that does not judge what the data asks for, DataError as `describe`.
    """
    *before, last = (layer for _, layer in scenario.expanded())
    bare = with_network(scenario, [*before, replace(last, activation="linear")])
    judged = with_fitting_answer(replace(bare, training=replace(bare.training, loss=loss)))
    if judged.training.loss != loss:
        raise ScenarioError(f"{loss} does not judge what this data asks for", place="training.loss")
    *before, last = (layer for _, layer in judged.expanded())
    return with_network(
        judged, [*before, replace(last, activation=OWN_ACTIVATION.get(loss, last.activation))]
    )
