"""The dialogs: opening, saving, choosing, help. What is wrong is said in one line, and the dialog stays."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input, OptionList

import vgtui
from tests.tui.driving import Driver, running
from vgtui.tui.keymap import ACTIONS, key_names
from vgtui.tui.screens.path import Paths


async def answer(driver: Driver, key: str, path: object) -> None:
    """Once the dialog before, which would take the key for a letter, has gone."""
    await driver.until(lambda: len(driver.app.screen_stack) == 1)
    await driver.press(key)
    await driver.until(lambda: isinstance(driver.app.focused, Input))
    driver.app.screen.query_one(Input).value = str(path)
    await driver.press("enter")


def error(driver: Driver) -> str:
    """What the dialog that is open complains of."""
    return str(driver.app.screen.query_one(".error").render()).strip()


async def closed(driver: Driver) -> None:
    await driver.press("escape")
    await driver.until(lambda: len(driver.app.screen_stack) == 1)


CANNOT_BE_OPENED = [
    ("none.toml", None, "no such file"),
    ("bad.toml", b"title = ", "bad.toml"),
    ("binary.toml", b"\x00\xff\x00", "binary"),
    ("", None, "directory"),
    ("~nobody-of-this-name/none.toml", None, "no such file"),
]


async def test_a_file_that_cannot_be_opened_gets_one_line_and_the_run_stays(tmp_path: Path):
    async with running("zeros") as driver:
        await driver.press("s")
        for name, content, complaint in CANNOT_BE_OPENED:
            if content is not None:
                (tmp_path / name).write_bytes(content)
            await answer(driver, "o", name if name.startswith("~") else tmp_path / name)
            await driver.until(lambda: bool(error(driver)))
            assert complaint in error(driver)
            assert "\n" not in error(driver)
            await closed(driver)
        assert driver.frame.record.step == 1


UNFIT = b"""
[data]
source = "moons"
[[layers]]
type = "conv"
filters = 2
[[layers]]
type = "dense"
units = 1
activation = "sigmoid"
"""


async def test_what_only_the_engine_finds_wrong_is_told_of_by_its_file_and_the_run_stays(tmp_path: Path):
    async with running("zeros") as driver:
        await driver.press("s")
        for name, content in (("bad.vgtui", b"no session"), ("unfit.toml", UNFIT)):
            (tmp_path / name).write_bytes(content)
            await answer(driver, "o", tmp_path / name)
            await driver.until(lambda name=name: f"{name}: " in driver.frame.message)
            assert driver.frame.record.step == 1


async def test_an_edited_scenario_is_saved_and_opened_again(tmp_path: Path):
    path = tmp_path / "mine.toml"
    async with running() as driver:
        await driver.press("e", "right", "right")
        await driver.until(lambda: driver.frame.scenario.layers[0].activation == "tanh")
        await answer(driver, "w", path)
        await driver.until(path.exists)
        assert vgtui.load_scenario(path).layers[0].activation == "tanh"
        await driver.press("u", "u")
        await driver.until(lambda: driver.frame.scenario.layers[0].activation == "sigmoid")
        await answer(driver, "o", path)
        await driver.until(lambda: driver.frame.scenario.layers[0].activation == "tanh")


async def test_a_session_is_saved_and_gone_on_with(tmp_path: Path):
    path = tmp_path / "run.vgtui"
    async with running("zeros") as driver:
        await driver.press("S")
        await driver.until(lambda: driver.frame.record.step == 10)
        await answer(driver, "ctrl+s", path)
        await driver.until(path.exists)
        await driver.press("r")
        await driver.until(lambda: driver.frame.record.step == 0)
        await answer(driver, "o", path)
        await driver.until(lambda: driver.frame.record.step == 10)


async def test_a_file_is_replaced_only_when_asked_twice(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text("mine")
    async with running("zeros") as driver:
        await answer(driver, "w", path)
        await driver.until_text("enter again")
        assert path.read_text() == "mine"
        await driver.press("enter")
        await driver.until(lambda: path.read_text() != "mine")
        assert vgtui.load_scenario(path) == driver.frame.scenario


async def test_a_path_that_cannot_be_saved_to_gets_one_line(tmp_path: Path):
    async with running("zeros") as driver:
        for name in ("mine", "mine.txt", "no/such/folder/mine.toml"):
            await answer(driver, "w", tmp_path / name)
            await driver.until(lambda: bool(error(driver)))
            assert not (tmp_path / name).exists()
            await closed(driver)


async def test_a_path_is_completed_to_what_can_be_opened(tmp_path: Path):
    (tmp_path / "aardvark.txt").touch()
    (tmp_path / "alpha.toml").touch()
    (tmp_path / "beta").mkdir()
    paths = Paths()
    assert await paths.get_suggestion(f"{tmp_path}/a") == f"{tmp_path}/alpha.toml"
    assert await paths.get_suggestion(f"{tmp_path}/b") == f"{tmp_path}/beta/"
    assert await paths.get_suggestion(f"{tmp_path}/c") is None
    assert await paths.get_suggestion(f"{tmp_path}/none/x") is None
    assert await paths.get_suggestion("~nobody-of-this-name/x") is None


async def test_the_help_names_every_action():
    async with running("zeros", size=(120, 360)) as driver:
        await driver.press("question_mark")
        await driver.until_text("Anywhere")
        text = driver.text()
        for action in ACTIONS:
            assert key_names(action) in text
            assert action.tooltip[:30] in text
        await driver.press("q")
        await driver.until(lambda: len(driver.app.screen_stack) == 1)


async def test_a_dialog_that_is_closed_twice_at_once_closes_once() -> None:
    """Enter twice, faster than the first is answered."""
    async with running("width-1") as driver:
        for key in ("p", "ctrl+p", "t"):
            await driver.press(key)
            await driver.until(
                lambda: bool(len(driver.app.screen_stack) > 1 and driver.app.screen.query(OptionList))
            )
            await driver.until(lambda: bool(driver.app.screen.query_one(OptionList).option_count))
            for _ in range(2):
                option = driver.app.screen.query_one(OptionList)
                option.post_message(OptionList.OptionSelected(option, option.get_option_at_index(0), 0))
            await driver.until(lambda: len(driver.app.screen_stack) == 1)
            await driver.pilot.pause(0.1)


async def test_what_is_closed_late_or_early_closes_nothing_else_and_ends_nothing() -> None:
    async with running("width-1") as driver:
        for key in (";", "ctrl+p", "p"):
            await driver.press(key)
            first = driver.app.screen
            first.dismiss()
            await driver.press("?")
            first.dismiss()
            await driver.until_text("─ Help ─")
            await driver.press("escape")
            await driver.until(lambda: len(driver.app.screen_stack) == 1)
        await driver.press("p")
        covered = driver.app.screen
        driver.app.action_help()
        covered.dismiss()
        await driver.until_text("─ Help ─")
        await driver.press("escape", "escape")
        await driver.until(lambda: len(driver.app.screen_stack) == 1)
        driver.app.action_command_palette()
        driver.app.screen.render_line(3)  # as the mouse asks for it, perhaps before it was ever painted
        driver.app.screen.dismiss()
        await driver.until(lambda: len(driver.app.screen_stack) == 1)
        driver.app.action_presets()
        driver.app.screen.dismiss()
        await driver.until(lambda: len(driver.app.screen_stack) == 1)
        await driver.press("4")
        await driver.until_text("─ 4 Loss ─")


async def test_a_program_that_ends_while_a_list_is_being_opened_ends_without_a_fault() -> None:
    async with running("width-1") as driver:
        driver.app.action_command_palette()
        driver.app.exit()


async def test_what_was_typed_before_the_palette_closed_searches_for_nothing_any_more(monkeypatch) -> None:
    async with running("width-1") as driver:
        await driver.press("ctrl+p")
        await driver.until_text("Search for commands")
        palette, searched = driver.app.screen, []
        monkeypatch.setattr(type(palette), "_gather_commands", lambda _, words: searched.append(words))
        typed = Input.Changed(palette.query_one(Input), "s")
        palette.post_message(typed)
        await driver.until(lambda: searched == ["s"])
        palette.dismiss()
        palette.post_message(Input.Changed(palette.query_one(Input), "st"))
        await driver.until(lambda: not palette.is_running)
        assert searched == ["s"]


async def test_a_preset_is_searched_and_told_of_with_its_gradient_before_it_is_opened():
    async with running("zeros", size=(80, 24)) as driver:
        await driver.press("p")
        await driver.until_text("● Everything starts at zero")
        await driver.press(*"zzz")
        await driver.until_text("nothing found")
        await driver.press("enter")
        await driver.pilot.pause(0.05)
        assert len(driver.app.screen_stack) == 2, "there is nothing to open"
        await driver.type(*["backspace"] * 3, *"three times too large")
        await driver.until_text("Fifty tanh layers, drawn too large  chaos")
        await driver.until_text("decades gained")
        await driver.until_text("look  The bars grow towards the first layer")
        await driver.press("enter")
        await driver.until(lambda: driver.frame.scenario == vgtui.load_scenario("chaos"))


async def test_the_course_has_a_heading_of_its_own_in_the_list_and_a_preset_is_found_by_its_name():
    async with running("zeros") as driver:
        await driver.press("p", *"course")
        await driver.until_text("1 What a gradient is: the ball on the hill")
        lines = [line.strip(" │") for line in driver.text().splitlines()]
        heading = next(place for place, line in enumerate(lines) if "Course" in line)
        assert "course-01-gradient" in lines[heading + 1]
        await driver.press(*["backspace"] * 6, *"relu-he", "enter")
        await driver.until(lambda: driver.frame.scenario == vgtui.load_scenario("relu-he"))
        await driver.until_text("The same depth in ReLU")
