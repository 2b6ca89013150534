"""A lesson as it is gone through: its stops, the text that its reader sees, and what it does checked beforehand."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from vgtui.scenario.edit import set_from_text
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.model import Action, Lesson, Pool, Scenario

CLAIM = re.compile(r"\[([^][\n]+)\]\{=([^{}\n]+)\}")
"""A number as a lesson's text marks it, `[0.25]{=slope(0)}`: what is shown, and what computes it."""

KEY = re.compile(r"\[([^][\n]+)\]\{key=([a-z_.]+)\}")
"""A key as it marks that, `[v]{key=time.cells}`: what is shown where nobody has remapped it, and what it does."""

MAX_PAGES = 100


class Stop(Struct, frozen=True):
    """A place in a lesson: a page as it is first shown, or with the answer to its question; and what is done there."""

    page: int
    answered: bool
    do: Action


def stops(pages: tuple[Lesson, ...]) -> tuple[Stop, ...]:
    """Every stop of a lesson in order; a page with a question is two."""
    found: list[Stop] = []
    for number, page in enumerate(pages):
        found.append(Stop(number, False, page.do))
        if page.ask is not None:
            found.append(Stop(number, True, page.ask.do))
    return tuple(found)


def readable(text: str, key: Callable[[str], str | None] = lambda name: None) -> str:
    """The text without its marks; `key` tells which key an action has."""
    text = KEY.sub(lambda found: key(found[2]) or found[1], text)
    return CLAIM.sub(r"\1", text)


def check_lesson(scenario: Scenario) -> None:
    """Raise a ScenarioError, one line with its place, where a page does what cannot be done to the network."""
    pages = scenario.lesson
    if len(pages) > MAX_PAGES:
        raise ScenarioError(f"has {len(pages)} pages; at most {MAX_PAGES} are allowed", place="lesson")
    for number, page in enumerate(pages):
        place = f"lesson[{number}]"
        if not page.say.strip():
            raise ScenarioError("has nothing to say", place=f"{place}.say")
        scenario = _check_action(scenario, page.do, f"{place}.do")
        if page.ask is not None:
            scenario = _check_action(scenario, page.ask.do, f"{place}.ask.do")


def _check_action(scenario: Scenario, action: Action, place: str) -> Scenario:
    """The scenario after the action. Raises ScenarioError where that cannot be."""
    if action.set:
        try:
            scenario = set_from_text(scenario, *action.set)
        except ScenarioError as error:
            raise ScenarioError(str(error), place=f"{place}.set") from None
    network = [layer for _, layer in scenario.expanded()]
    for key, layer in (
        ("layer", action.layer),
        ("weight.layer", None if action.weight is None else action.weight.layer),
    ):
        if layer is not None and layer >= len(network):
            last = len(network) - 1
            raise ScenarioError(f"there is no layer {layer}; the last is {last}", place=f"{place}.{key}")
    if action.weight is not None and isinstance(network[action.weight.layer], Pool):
        raise ScenarioError("a pool has no weights", place=f"{place}.weight.layer")
    return scenario
