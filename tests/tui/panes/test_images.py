"""Convolutions and pools in the panes: layers without weights say so, and every kind can be edited."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import vgtui
from tests.tui.panes.frames import PALETTE, decaying, frame, record
from vgtui.analysis.weights import weight_changes
from vgtui.cli.rows import csv_lines, jsonl, layer_lines
from vgtui.engine.record import StepRecord
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.model import Conv, Data, Dense, Pool, Scenario, Training, Weight
from vgtui.tui.drawing.chain import parse_weight
from vgtui.tui.drawing.flow import State, states
from vgtui.tui.experiment import Experiment
from vgtui.tui.panes.chain import ChainPane
from vgtui.tui.panes.gradient import GradientPane
from vgtui.tui.panes.ledger import Folds, Row, assign, rows
from vgtui.tui.panes.weight import WeightChosen

SCENARIO = Scenario(
    data=Data(source="digits", samples=40),
    layers=(
        Pool(kind="average"),
        Conv(filters=4, repeat=2),
        Conv(filters=6, kernel=2, stride=2, padding="valid", normalization="batch"),
        Pool(),
        Dense(units=10, activation="softmax"),
    ),
    training=Training(loss="cross_entropy"),
)
OPEN = Folds(opened=frozenset(range(6)))


def pooled(layers: int, pools: set[int]) -> StepRecord:
    """A record in which some layers have no weights."""
    shown = record(decaying(layers, 0.1))
    measures = shown.measures.copy()
    row = [np.nan, np.nan, -1.0, 0.5, 0.1, 1.0, 0.0, 0.0, np.nan, np.nan, np.nan]
    measures[sorted(pools)] = [row] * len(pools)
    return replace(shown, measures=measures, weightless=frozenset(pools))


def drawn(shown: StepRecord, height: int = 20, measure: int = 0) -> list[str]:
    pane = GradientPane()
    pane.measure = measure
    pane.show(frame(record=shown))
    cells = pane.draw(90, height, PALETTE)
    return [cells.row_text(y) for y in range(height)]


@pytest.mark.parametrize("measure", [0, 2])
def test_a_layer_without_weights_has_a_dash_and_is_not_called_nan(measure):
    shown = drawn(pooled(8, {0, 3}), measure=measure)
    assert "—" in shown[1]
    assert "—" in shown[4]
    assert "nan" not in "".join(shown)
    if measure == 0:
        assert "×0.63" in shown[3], "the ratio leads across the pool to the next layer that has weights"
        assert shown[-1].strip() == "first layer is 10^-0.6 of the last"


def test_its_delta_is_drawn_as_any_layers():
    assert "0.1" in drawn(pooled(8, {0, 3}), measure=1)[4]


def test_folded_among_others_it_does_not_count():
    rows_of_thirty = drawn(pooled(30, {0, 4, 9, 14}), height=14)
    assert "nan" not in "".join(rows_of_thirty)
    assert "—" not in "".join(rows_of_thirty)


def test_a_real_nan_is_still_told():
    shown = pooled(8, {3})
    measures = shown.measures.copy()
    measures[2, 0] = np.nan
    judged = states(replace(shown, measures=measures)).tolist()
    assert [judged[2], judged[3]] == [State.NAN, State.HEALTHY]


def test_the_commands_tables_have_a_dash_and_json_has_null():
    simulation = vgtui.Simulation(SCENARIO)
    shown = simulation.step()
    evaluation = simulation.evaluate()
    line = layer_lines(shown).splitlines()[-6]
    assert line.split()[:5] == ["0", "average", "pool", "2", "—"]
    assert "nan" not in line
    layers = json.loads(jsonl(shown, evaluation))["layers"]
    assert [layer["weight_norm"] is None for layer in layers] == [True, False, False, False, True, False]
    assert layers[0]["delta_norm"] > 0
    assert ",,," in csv_lines(shown, evaluation).splitlines()[0]


# -- the chain rule's weight ------------------------------------------------------------------------------


def chain_pane(layer: int) -> ChainPane:
    simulation = vgtui.Simulation(SCENARIO)
    simulation.measure()
    chosen = vgtui.chain_rule(simulation, layer, 0, 0)
    pane = ChainPane()
    pane.show(frame(scenario=SCENARIO, chain=chosen, weights=weight_changes(simulation)))
    return pane


def test_a_weight_is_chosen_among_the_layers_that_have_some():
    pane = chain_pane(1)
    assert pane.shapes == ((0, 0), (4, 9), (4, 36), (6, 16), (0, 0), (10, 6))
    assert parse_weight("4,0,0", pane.shapes) == "layer 4 has no weights"
    assert parse_weight("3,5,15", pane.shapes) == (3, 5, 15)


@pytest.mark.parametrize(("layer", "places", "reached"), [(3, 1, 5), (5, -1, 3), (1, -1, 1), (5, 1, 5)])
def test_the_next_layer_is_the_next_with_weights(layer, places, reached, monkeypatch):
    pane = chain_pane(layer)
    sent: list[WeightChosen] = []
    monkeypatch.setattr(pane, "post_message", sent.append)
    pane.action_move_layer(places)
    assert [message.layer for message in sent] == [reached]


def test_a_weight_of_a_pool_becomes_one_of_the_layer_after_it():
    experiment = Experiment.opened(SCENARIO)
    for layer, found in ((0, 1), (4, 5)):
        experiment.choose(Weight(layer=layer, row=3, column=5))
        assert experiment.chain().layer == found


# -- the editor -------------------------------------------------------------------------------------------


def row_of(scenario: Scenario, place: str) -> Row:
    return next(row for row in rows(scenario, OPEN) if row.place == place)


def test_every_kind_of_layer_has_its_own_rows():
    listed = rows(SCENARIO, OPEN)
    assert listed[0].value == "pool → 4·3×3 ×2 → 6·2×2/2 → pool → 10"
    gists = [(row.label, row.value) for row in listed if row.kind == "layer"]
    assert gists == [
        ("0 pool", "average 2×2"),
        ("1-2 conv", "4·3×3 relu ×2"),
        ("3 conv", "6·2×2/2 relu batch norm"),
        ("4 pool", "max 2×2"),
        ("5 dense", "10 softmax"),
    ]
    pool = [row.label for row in listed if row.group == "layer 4" and row.kind == "value"]
    assert pool == ["type", "kind", "size", "repeat"]
    conv = [row.label for row in listed if row.group == "layer 3" and row.kind == "value"]
    assert conv[:5] == ["type", "filters", "kernel", "stride", "padding"]


def test_values_of_convolutions_and_pools_are_edited():
    changed = assign(SCENARIO, row_of(SCENARIO, "layer 3/kernel"), "5")
    changed = assign(changed, row_of(changed, "layer 4/kind"), "avg")
    assert changed.layers[2].kernel == 5
    assert changed.layers[3] == Pool(kind="average")


def test_a_layer_becomes_one_of_another_kind_and_keeps_what_that_has_too():
    dense = assign(SCENARIO, row_of(SCENARIO, "layer 3/type"), "dense")
    assert dense.layers[2] == Dense(units=6, normalization="batch")
    assert assign(dense, row_of(dense, "layer 3/type"), "conv").layers[2] == Conv(
        filters=6, normalization="batch"
    )
    assert assign(SCENARIO, row_of(SCENARIO, "layer 4/type"), "conv").layers[3] == Conv(filters=10)
    split = Folds(opened=frozenset({1}), apart=True)
    row = next(row for row in rows(SCENARIO, split) if row.place == "layer 1/type")
    assert assign(SCENARIO, row, "pool").layers[1:3] == (Pool(), Conv(filters=4))


def test_the_last_layer_stays_dense():
    for kind in ("conv", "pool"):
        with pytest.raises(ScenarioError, match="must be dense"):
            assign(SCENARIO, row_of(SCENARIO, "layer 5/type"), kind)
