"""The course: its order, and that every number which its texts claim is what the engine computes."""

from __future__ import annotations

import pytest

from tests.lessons.claims import agrees, claims, quoted, settings, texts, unmarked, walked
from vgtui.scenario.lesson import readable, stops
from vgtui.scenario.library import DEFAULT_PRESET, course_names, lesson_after, load_scenario

SUBJECTS = (
    "gradient",
    "chain-rule",
    "sigmoid",
    "initialisation",
    "relu",
    "batch-norm",
    "residual",
    "recurrent",
    "optimisers",
    "recognise",
)


def test_the_course_has_its_lessons_in_order_and_each_offers_the_next():
    names = course_names()
    assert [name.split("-", 2)[2] for name in names] == list(SUBJECTS)
    following = [lesson_after(load_scenario(name).lesson) for name in names]
    assert following == [*names[1:], None]
    assert lesson_after(load_scenario("keras-moons").lesson) is None


@pytest.mark.parametrize("name", [DEFAULT_PRESET, *course_names()])
def test_every_number_that_a_lesson_claims_is_what_the_engine_computes(name):
    scenario = load_scenario(name)
    seen = walked(scenario)
    for claim in claims(scenario, seen):
        assert agrees(claim.shown, claim.value), claim
    known = settings(scenario, seen)
    for stop, text in texts(scenario.lesson):
        assert unmarked(text) == [], f"stop {stop}: say what computes these"
        assert set(quoted(text)) <= known, f"stop {stop}: these are no settings of the lesson"


@pytest.mark.parametrize("name", course_names())
def test_a_lesson_has_five_to_ten_pages_and_asks_before_it_answers(name):
    pages = load_scenario(name).lesson
    assert 5 <= len(pages) <= 10
    assert sum(page.ask is not None for page in pages) >= 1
    for page in pages:
        assert page.say.startswith("## ")
        assert len(readable(page.say)) < 700, "a page is read beside the panes"
    assert any(stop.do.run for stop in stops(pages)) or any(stop.do.set for stop in stops(pages))


@pytest.mark.parametrize(
    ("shown", "value", "fits"),
    [
        ("0.25", 0.2549, True),
        ("0.25", 0.2551, False),
        ("3.3e-6", 3.27e-6, True),
        ("3.3e-6", 3.2e-6, False),
        ("2e6", 1.6e6, True),
        ("26 %", 0.259, True),
        ("26 %", 0.27, False),
        ("1,048,576", 2**20, True),
        ("-1.653", -1.6534, True),
        ("nine", 9, True),
        ("nine", 8.9, False),
        ("a quarter", 0.25, True),
        ("0", 0.0, True),
        ("0", 1e-300, False),
    ],
)
def test_a_claim_agrees_with_what_rounds_to_it(shown, value, fits):
    assert agrees(shown, value) is fits


def test_numbers_that_nothing_computes_are_seen():
    assert unmarked("It is [0.3]{=loss}, `x1`, and two moons: He 2015, half of it, 3%.") == [
        "2015,",
        "3%.",
        "half",
    ]
    assert quoted("`0.1`, `clip_norm = 1`, `1 / n`, [0.2]{=loss}, `tanh-50`") == [0.1, 1.0]
