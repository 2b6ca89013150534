"""Keys of the user's own: read strictly, in force everywhere, and told wherever a key is named."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.tui.driving import COCKPIT, running
from vgtui.scenario.errors import UserError
from vgtui.tui import keymap
from vgtui.tui.configuration import read_configuration
from vgtui.tui.keymap import ACTIONS
from vgtui.tui.memory import Kept, Memory


def written(tmp_path, text: str):
    path = tmp_path / "config.toml"
    path.write_text(text)
    return path


def test_no_key_does_two_things_in_one_place():
    keys = Counter((action.context, key) for action in ACTIONS for key in action.keys.split(",") if key)
    assert [key for key, count in keys.items() if count > 1] == []


def test_keys_are_read_as_textual_names_them(tmp_path):
    path = written(
        tmp_path, '[keys.app]\nrun = "f5"\nstep = "ctrl+t,>"\nback_hundred = "K"\nstep_hundred = "&"'
    )
    assert read_configuration(path).keys == {
        "app.run": "f5",
        "app.step": "ctrl+t,greater_than_sign",
        "app.back_hundred": "K",
        "app.step_hundred": "ampersand",
    }
    assert read_configuration(tmp_path / "none.toml").keys == {}
    assert read_configuration(written(tmp_path, '[keys.gradient]\nmeasure = "s"')).keys == {
        "gradient.measure": "s"
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("keys = ", "not valid TOML"),
        ("[key.app]", "key: unknown key; did you mean 'keys'?"),
        ("keys = 3", "keys: must be a table"),
        ("[keys.gradiant]", "keys.gradiant: there is no such table; did you mean 'gradient'?"),
        ('[keys.app]\nrunn = "r"', "keys.app.runn: there is no such action; did you mean 'run'?"),
        ("[keys.app]\nrun = 5", "keys.app.run: must be the name of a key"),
        ('[keys.app]\nrun = "zzzqqq"', "keys.app.run: there is no key 'zzzqqq'"),
        ('[keys.app]\nrun = "spcae"', "keys.app.run: there is no key 'spcae'; did you mean 'space'?"),
        ('[keys.app]\nrun = "crtl+x"', "keys.app.run: there is no modifier 'crtl'; did you mean 'ctrl'?"),
        ('[keys.app]\nrun = "s"', "keys.app.run: 's' is the key of 'step' already; give that another one"),
    ],
)
def test_a_fault_is_told_in_one_line(tmp_path, text, line):
    path = written(tmp_path, text)
    with pytest.raises(UserError) as caught:
        read_configuration(path)
    assert str(caught.value).startswith(f"{path}: {line}")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < len(str(path)) + 300


async def test_a_key_of_the_user_s_own_works_and_is_told(monkeypatch):
    monkeypatch.setattr(
        keymap, "CHOSEN", {"app.step": "f6", "app.pane_loss": "ctrl+y", "app.pane_lost": "f7"}
    )
    monkeypatch.setattr("vgtui.tui.app.CHOSEN", keymap.CHOSEN)
    async with running("zeros", size=COCKPIT) as driver:
        await driver.until_text("f6 Step")
        assert "ctrl+y Loss" in driver.text()
        await driver.press("f6")
        await driver.until_text("step 1 ")
        await driver.press("s", "ctrl+y")
        await driver.until(lambda: driver.app.focused is driver.app.cockpit.panes["loss"])
        assert driver.frame.record.step == 1
        await driver.press("f7")  # a pane that has no key otherwise
        await driver.until_text("f7 Where lost")


async def test_help_begins_with_the_pane_that_one_is_in():
    async with running("zeros") as driver:
        await driver.press("4", "question_mark")
        await driver.until_text("The loss and the accuracy, on training and on test data.")


async def test_a_theme_is_found_again(tmp_path):
    path = tmp_path / "cockpit.toml"
    async with running("zeros") as driver:
        driver.app._memory = Memory(path)
        driver.app.theme = "nord"
        await driver.until(lambda: Memory(path).kept == Kept(theme="nord"))


def test_the_refresh_rate_is_a_number_within_reason(tmp_path):  # type: ignore[no-untyped-def]
    assert read_configuration(written(tmp_path, "refresh = 5")).refresh == 5.0
    for wrong in ("0", "-3", "true", '"fast"', "61", "nan", "1" * 5000, "[" * 5000):
        with pytest.raises(UserError) as error:
            read_configuration(written(tmp_path, f"refresh = {wrong}"))
        assert "\n" not in str(error.value)
