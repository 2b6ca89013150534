"""The lesson beside the panes: its pages, its questions, and what they make of the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.driving import running
from vgtui.scenario.library import dump, load_scenario
from vgtui.scenario.model import Question
from vgtui.tui.arrangement import READY
from vgtui.tui.panes.lesson import NO_GUESS, answered, asked, split
from vgtui.tui.screens.question import QuestionScreen

QUESTION = Question(question="Which way?", answer="Because.", choices=("up", "down"), right=2)

LESSON = """
[[lesson]]
say = '''
## Down the hill
It is **[0.25]{=slope(0)}**, `never` more:

- one thing
- another'''
do = { show = "loss", layer = 3 }

[[lesson]]
say = "And now?"
ask = { question = "Which way?", answer = "It fell.", choices = ["up", "down"], right = 2, do = { run = 30 } }

[[lesson]]
say = "Guess."
ask = { question = "How far?", answer = "So far." }
"""


@pytest.mark.parametrize(
    ("guess", "said"),
    [
        ("down", "**Which way?** ✓ Yes: *down*."),
        ("up", "**Which way?** You said: *up*. It is: *down*."),
        (NO_GUESS, "**Which way?** It is: *down*."),
    ],
)
def test_an_answer_is_told_beside_what_was_guessed(guess, said):
    assert answered(QUESTION, guess) == f"{said}\n\nBecause."


def test_a_question_lists_its_choices_and_a_heading_goes_into_the_border():
    assert asked(QUESTION) == "**Which way?**\n\n1. up\n2. down"
    assert split("## On the hill\n\nText.") == (": On the hill", "Text.")
    assert split("Text.") == ("", "Text.")


async def test_pages_are_shown_questions_are_answered_and_going_back_undoes_it(tmp_path: Path):
    path = tmp_path / "taught.toml"
    path.write_text(f"{dump(load_scenario('relu-he'))}{LESSON}")
    async with running(str(path), size=(80, 24)) as driver:
        cockpit = driver.app.cockpit
        await driver.until_text("Lesson 1 of 3: Down the hill")
        await driver.until_text("It is 0.25, never more:")
        await driver.until_text("• another")
        await driver.until(lambda: cockpit.panes["loss"].has_focus)
        assert cockpit.panes["gradient"].selected == 3
        await driver.press("full_stop")
        await driver.until_text(". answer")
        await driver.press("full_stop")
        await driver.until(lambda: isinstance(driver.app.screen, QuestionScreen))
        assert driver.frame.record.step == 0
        await driver.press("1")
        await driver.until_text("You said: up. It is: down.")
        await driver.until(lambda: driver.frame.record.step == 30 and driver.frame.status == "paused")
        await driver.press("full_stop")
        await driver.until_text("Lesson 3 of 3")
        await driver.press("full_stop")
        await driver.until(lambda: isinstance(driver.app.screen, QuestionScreen))
        await driver.press(*"far", "enter")
        await driver.until_text("You said: far.")
        await driver.until_text(". end")
        await driver.press("comma", "comma")
        await driver.until_text("Lesson 1 of 3")
        await driver.until(lambda: driver.frame.record.step == 0)


async def test_a_page_arranges_the_panes_and_the_page_before_has_them_as_they_were(tmp_path: Path):
    path = tmp_path / "arranged.toml"
    lesson = '[[lesson]]\nsay = "One."\ndo = { arrangement = "teach" }\n[[lesson]]\nsay = "Two."\n'
    turned = 'do = { arrangement = "inspect", show = "loss" }\n'
    path.write_text(f"{dump(load_scenario('relu-he'))}\n{lesson}{turned}")
    async with running(str(path)) as driver:
        cockpit = driver.app.cockpit
        await driver.until(lambda: cockpit.columns == READY["teach"][1])
        await driver.press("full_stop")
        await driver.until(lambda: cockpit.columns == READY["inspect"][1])
        await driver.until(lambda: cockpit.panes["loss"].has_focus)
        await driver.press("comma")
        await driver.until(lambda: cockpit.columns == READY["teach"][1])
