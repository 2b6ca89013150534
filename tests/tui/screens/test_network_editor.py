"""The network editor: keys pressed on its rows, and the scenario that is then in force."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

import vgtui
from tests.tui.driving import Driver, running
from vgtui.scenario.model import Scenario
from vgtui.tui.panes.ledger import Folds, rows
from vgtui.tui.styles_ahead import StylesAhead


def scenario(driver: Driver) -> Scenario:
    return driver.frame.scenario


async def go_to(driver: Driver, label: str) -> None:
    """To the first row with that label, by the arrow keys."""
    await driver.press("3")
    await driver.until(lambda: "network" in driver.app.cockpit.panes)
    ledger = driver.app.cockpit.panes["network"].ledger
    labels = [row.label for row in ledger._rows]
    while (here := ledger.row.label) != label:
        await driver.press("down" if labels.index(label) > labels.index(here) else "up")
        await driver.until(lambda here=here: ledger.row.label != here)


ARROWS = [
    ("units", "right", lambda s: s.layers[0].units == 11),
    ("units", "left", lambda s: s.layers[0].units == 9),
    ("init", "right", lambda s: s.layers[0].init == "glorot_normal"),
    ("normalization", "right", lambda s: s.layers[0].normalization == "batch"),
    ("dropout", "right", lambda s: s.layers[0].dropout == 0.1),
    ("repeat", "left", lambda s: s.layers[0].repeat == 7),
    ("optimizer", "left", lambda s: s.training.optimizer == "rmsprop"),
    ("learning rate", "right", lambda s: s.training.rate == 0.003),
    ("learning rate", "left", lambda s: s.training.rate == 0.0003),
    ("loss", "right", lambda s: s.training.loss == "mean_squared_error"),
    ("batch size", "right", lambda s: s.training.batch_size == 64),
    ("clip norm", "right", lambda s: s.training.clip_norm == 1e-4),
    ("l2", "right", lambda s: s.training.l2 == 1e-6),
    ("schedule", "right", lambda s: s.training.schedule == "step"),
    ("source", "right", lambda s: s.data.source == "circles"),
    ("noise", "right", lambda s: s.data.noise == 0.1),
    ("test fraction", "left", lambda s: s.data.test_fraction == 0.15),
    ("seed", "right", lambda s: s.seed == 43),
]


async def test_an_arrow_changes_a_value_by_a_sensible_step():
    async with running() as driver:
        before = scenario(driver)
        for label, key, holds in ARROWS:
            await go_to(driver, label)
            await driver.press(key)
            await driver.until(lambda holds=holds: holds(scenario(driver)))
            await driver.press("u")
            await driver.until(lambda: scenario(driver) == before)


async def test_a_value_may_be_typed_before_everything_is_loaded(monkeypatch: pytest.MonkeyPatch):
    async with running() as driver:
        monkeypatch.setattr(
            StylesAhead, "once_styled", lambda _, frame, on_styled: replace(frame, loaded=False)
        )
        await driver.press("s")
        await driver.until(lambda: not driver.app.cockpit.frame.loaded)
        await go_to(driver, "units")
        await driver.type("enter", *"25", "enter")
        await driver.until(lambda: scenario(driver).layers[0].units == 25)


async def test_a_value_is_typed_while_its_range_is_shown_left_by_escape_and_refused_in_place_where_it_does_not_fit():
    async with running() as driver:
        await go_to(driver, "units")
        await driver.type("enter", *"25", "escape", "s")
        await driver.until(lambda: driver.frame.record.step == 1)
        assert scenario(driver).layers[0].units == 10
        await driver.press("enter", *"0", "enter")
        await driver.until_text("layers[0].units")
        assert scenario(driver).layers[0].units == 10
        assert str(driver.app.cockpit.query_one("#network .hint").render()).startswith("layers[0].units")
        await driver.press("right")
        await driver.until(lambda: not str(driver.app.cockpit.query_one("#network .hint").render()))
        await driver.press("enter")
        await driver.until_text("an integer from 1 to 4096")
        await driver.press(*"25", "enter")
        await driver.until(lambda: scenario(driver).layers[0].units == 25)
        assert "an integer from" not in driver.text()


async def test_what_is_expected_stays_under_what_is_typed_when_an_edit_from_before_comes_into_force():
    async with running() as driver:
        await go_to(driver, "units")
        await driver.press("enter")
        await driver.until_text("an integer from 1 to 4096")
        driver.app.runner.edit(lambda scenario: replace(scenario, seed=7))
        await driver.until(lambda: driver.app.cockpit.frame.scenario.seed == 7)
        await driver.pilot.pause()
        assert "an integer from 1 to 4096" in driver.text()


async def test_what_is_typed_begins_from_the_value_that_an_arrow_has_just_asked_for():
    async with running() as driver:
        await go_to(driver, "units")
        ledger = driver.app.cockpit.panes["network"].ledger
        ledger.action_change(1)
        ledger.action_edit_value()
        line = driver.app.cockpit.query_one("#network ValueInput")
        await driver.until(lambda: line.value == line.selected_text == "11")
        await driver.press("escape")
        await driver.until(lambda: ledger.has_focus)
        ledger.action_change(1)
        ledger.action_edit_value()
        await driver.until(lambda: line.has_focus)
        await driver.press("enter")
        await driver.until(lambda: ledger.has_focus and scenario(driver).layers[0].units == 12)
        await driver.press("enter", "1")
        await driver.until(lambda: line.value == "1")
        ledger.action_change(1)
        await driver.until(lambda: scenario(driver).layers[0].units == 13)
        await driver.pilot.pause()
        assert line.value == "1", "what is half typed stays"


async def test_values_that_do_not_hold_are_passed_over_by_the_arrows_and_a_name_is_chosen_by_a_part_of_it():
    async with running() as driver:
        await go_to(driver, "activation")
        await driver.press(
            "left"
        )  # linear; before it in the list comes softmax, which is for the last layer only
        await driver.until(lambda: scenario(driver).layers[0].activation == "linear")
        await driver.press("left")
        await driver.until(lambda: scenario(driver).layers[0].activation == "softsign")
        await driver.press("enter", *"ftpl", "enter")
        await driver.until(lambda: scenario(driver).layers[0].activation == "softplus")


async def test_layers_are_added_copied_and_removed():
    async with running() as driver:
        before = scenario(driver)
        for key, layers in (("a", 10), ("d", 10), ("X", 8)):
            await go_to(driver, "units")
            await driver.press(key)
            await driver.until(lambda layers=layers: len(scenario(driver).expanded()) == layers)
            assert len(driver.frame.record.names) == layers
            await driver.press("u")
            await driver.until(lambda: scenario(driver) == before)


async def test_one_of_equal_layers_is_changed_alone_when_they_are_shown_one_by_one():
    async with running() as driver:
        await go_to(driver, "units")
        await driver.press("f", "right")
        await driver.until(
            lambda: [layer.units for _, layer in scenario(driver).expanded()] == [11, *[10] * 7, 1]
        )


async def test_a_layer_is_moved():
    async with running("width-1") as driver:
        await driver.press("3", "f")
        await go_to(driver, "activation")
        await driver.press("right")
        changed = [layer.activation for _, layer in scenario(driver).expanded()]
        await driver.until(lambda: scenario(driver).expanded()[0][1].activation != changed[1])
        first = scenario(driver).expanded()[0][1].activation
        await driver.press("J")
        await driver.until(lambda: scenario(driver).expanded()[1][1].activation == first)


async def test_a_file_of_ones_own_is_learned_from(tmp_path: Path):
    lines = [f"{i % 7},{i % 5},{'abc'[i % 3]}" for i in range(40)]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(["p,q,kind", *lines]))
    async with running() as driver:
        await driver.press("3")
        driver.app.cockpit.panes["network"].ledger._fold("data/more", full=frozenset({"data"}))
        await go_to(driver, "own file")
        await driver.type("enter")
        await driver.until_text("a CSV file and its target")
        await driver.type(*f"{path}:kind", "enter")
        await driver.until(lambda: scenario(driver).data.source == "file")
        assert (scenario(driver).data.file, scenario(driver).data.target) == (str(path), "kind")
        assert scenario(driver).layers[-1].units == 3, "as many answers as the file has classes"


def test_equal_layers_are_one_row_and_rows_keep_their_names_when_values_change():
    folded = rows(vgtui.load_scenario("keras-moons"), Folds(opened=frozenset()))
    assert [(row.label, row.value) for row in folded if row.kind == "layer"] == [
        ("0-7 dense", "10 sigmoid ×8"),
        ("8 dense", "1 sigmoid"),
    ]
    apart = rows(vgtui.load_scenario("keras-moons"), Folds(opened=frozenset(), apart=True))
    assert len([row for row in apart if row.kind == "layer"]) == 9
    places = [row.place for row in rows(vgtui.load_scenario("keras-moons"), Folds())]
    assert len(places) == len(set(places))
