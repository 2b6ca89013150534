"""The main screens at three sizes, in dark, light and the terminal's own colours, as they were when last looked at.

`tests/tui/snapshots` holds each as plain text: its rows, then for each theme the looks of every row as runs
(`12ab3cd`: twelve cells that look like ab, three like cd) and what the letters mean. Where a screen is meant to change,
write them anew, look at the difference, and commit it:

    python -m tests.tui.test_screens

Everything is in one test, for the screens share one running app: two training steps of fixed seeds, no clock.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from textual.geometry import Region
from textual.widgets import Input

from tests.tui.driving import Driver, running
from tests.tui.pictures import Look, Picture, contrast
from vgtui.analysis.decision import Plane
from vgtui.scenario.library import load_scenario
from vgtui.tui.panes.decision import DecisionPane

SNAPSHOTS = Path(__file__).parent / "snapshots"
SIZES = ((80, 24), (120, 40), (200, 60))
THEMES = ("textual-dark", "textual-light", "ansi-dark")
COCKPIT = ("teach", "tune", "inspect")
"""The screens that are taken in every theme at every size; of the others one size is enough for that."""

STEPS = 2
MOST_LINES = 60
"""Of a difference, told in a failure."""

DRAWN = frozenset(map(chr, range(0x2500, 0x2580))) | frozenset(" ▀▄▁▂▃▅▆▇")
"""Lines, cells that are all colour, and the ends of scroll bars: what need not stand out."""

PIECES = frozenset("wsndkma")
"""What a boundary takes of the gradient, a letter a piece: no words."""

FLUSH_RIGHT = frozenset({"lines"})
"""Words that end at a border because they stand at the right of their row."""


# ---- the screens


def arranged(name: str) -> Callable[[Driver], Awaitable[None]]:
    async def go(driver: Driver) -> None:
        driver.app.cockpit.use_arrangement(name)

    return go


async def editor(driver: Driver) -> None:
    """A value that is refused, with what would be right."""
    driver.app.cockpit.use_arrangement("teach")
    await driver.press("e", "home", "down", "down", "enter", *["backspace"] * 2, "0", "enter")
    await driver.until_text("must be an integer")


def dialog(key: str, text: str) -> Callable[[Driver], Awaitable[None]]:
    async def go(driver: Driver) -> None:
        await driver.press("1", key)
        await driver.until_text(text)

    return go


async def presets(driver: Driver) -> None:
    await driver.press("p")
    await driver.until_text("decades lost")


async def question(driver: Driver) -> None:
    """The second page of a lesson asks before it shows."""
    driver.app.runner.open(load_scenario("course-03-sigmoid"))
    await driver.until(lambda: driver.frame.record is not None and "sigmoid" in driver.frame.scenario.title)
    await driver.until_text("Lesson 1 of")
    await driver.press("full_stop")
    await driver.until_text("Lesson 2 of")
    while len(driver.app.screen_stack) == 1:
        await driver.press("full_stop")


async def compare(driver: Driver) -> None:
    """The same network with one cure beside it."""
    driver.app.cockpit.lesson.toggle()
    await driver.press("V", "c")
    await driver.until(lambda: driver.frame.rival is not None)
    driver.app.cockpit.go_to("versus")
    await driver.until_text("≠")


SCREENS: dict[str, Callable[[Driver], Awaitable[None]]] = {
    "teach": arranged("teach"),
    "tune": arranged("tune"),
    "inspect": arranged("inspect"),
    "editor": editor,
    "help": dialog("question_mark", "Signs"),
    "explain": dialog("x", "Source:"),
    "presets": presets,
    "question": question,
    "compare": compare,
}
"""In this order: the last two make something else of the experiment."""


# ---- taking them


@dataclass(frozen=True)
class Taken:
    """A screen at one size: in every theme, and what is on top, all of it or the dialog."""

    name: str
    size: tuple[int, int]
    by_theme: dict[str, Picture]
    top: Region

    @property
    def file(self) -> str:
        return f"{self.name}-{self.size[0]}x{self.size[1]}.txt"


async def pictures() -> list[Taken]:
    """Every screen at every size."""
    async with running("keras-moons", SIZES[-1]) as driver:
        return await pictures_of(driver)


async def pictures_of(driver: Driver) -> list[Taken]:
    driver.app.animation_level = "none"
    driver.app.runner.step(STEPS)
    await driver.until(lambda: driver.frame.record is not None and driver.frame.record.step == STEPS)
    taken: list[Taken] = []
    for name, go in SCREENS.items():
        await go(driver)
        taken += [await take(driver, name, size) for size in SIZES]
        if len(driver.app.screen_stack) > 1:
            await driver.press("escape")
    return taken


async def take(driver: Driver, name: str, size: tuple[int, int]) -> Taken:
    """The screen as it is, at another size, in every theme, from the one on that is there already."""
    await driver.pilot.resize_terminal(*size)
    if len(driver.app.screen_stack) > 1:
        driver.text()  # a list is scrolled to what is chosen when it is drawn
    themes = THEMES if name in COCKPIT or size == SIZES[1] else THEMES[:1]
    order = sorted(themes, key=lambda theme: theme != driver.app.theme)
    by_theme = {theme: await picture(driver, theme) for theme in order}
    boxes = driver.app.screen.query(".box")
    top = boxes.first().region if boxes else driver.app.screen.region
    return Taken(name, size, {theme: by_theme[theme] for theme in themes}, top)


async def picture(driver: Driver, theme: str) -> Picture:
    """The screen in a theme once all that its panes show is there."""
    driver.app.theme = theme
    driver.app.clear_notifications()
    for entry in driver.app.screen.query(Input):
        entry.cursor_blink = False
    await waited(lambda: is_complete(driver))
    await driver.pilot.pause()
    await waited(lambda: is_complete(driver))
    return Picture.of(driver.app)


async def waited(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    """Look now and then: waiting for what is found beside the run costs next to nothing."""
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.02)


def is_complete(driver: Driver) -> bool:
    """Whether what the panes want is found, for the present step and the present size, and handed to them."""
    frame = driver.frame
    shown = [pane for pane in driver.app.live_panes if all(node.display for node in pane.ancestors_with_self)]
    if driver.app.cockpit.frame is not frame or driver.app.is_painting:
        return False
    for pane in shown:
        found = [frame.findings.get(name) for name in pane.findings]
        if not all(one is not None and one.scenario == frame.scenario for one in found):
            return False
        if isinstance(pane, DecisionPane) and found[0] is not None and not fits(pane, found[0].value):
            return False
    return True


def fits(pane: DecisionPane, picture: object) -> bool:
    """Whether a map has a place for each of the pane's columns; other pictures have no places."""
    return not isinstance(picture, Plane) or len(picture.x) == pane.content_size.width


# ---- what is held against them


def written(one: Taken) -> str:
    """The text of a snapshot: of a dialog without what is behind it."""
    by_theme = {theme: taken.part(one.top) for theme, taken in one.by_theme.items()}
    first = next(iter(by_theme.values()))
    lines = [f"|{text}|" for text in first.texts]
    for theme, taken in by_theme.items():
        letters = taken.looks()
        lines += ["", theme]
        lines += [f"{y:>3} |{text}|" for y, text in enumerate(taken.texts) if text != first.texts[y]]
        lines += [f"{y:>3} {runs}" for y, runs in enumerate(taken.styles(letters))]
        lines += [f"  {letter} {look}" for look, letter in letters.items()]
    return "\n".join(lines) + "\n"


def complaints(one: Taken) -> Iterator[str]:
    """What is wrong with a screen whatever it shows."""
    width, height = one.size
    for theme, taken in one.by_theme.items():
        if taken.widths != {width} or len(taken.rows) != height:
            yield f"{one.file} {theme}: {len(taken.rows)} rows, {sorted(taken.widths)} cells wide"
        for y, row in enumerate(taken.part(one.top).rows):
            for text, look in row:
                if not DRAWN.issuperset(text) and not stands_out(look):
                    yield f"{one.file} {theme}, row {y}, {look}: {text!r}"


def stands_out(look: Look) -> bool:
    """Whether what is written so can be read: 3 to 1; of the terminal's own colours, two different ones."""
    if look.ink.startswith("#") and look.ground.startswith("#"):
        return contrast(look.ink, look.ground) >= 3
    return look.ink != look.ground or look.ink == "default"


def cut(texts: list[str]) -> set[str]:
    """Words that end at a border and are whole nowhere: cut, without a mark."""
    whole = {word for text in texts for word in re.findall(r"[^\W\d_]+(?![^\W\d_]|│|…)", text)}
    last = {word for text in texts for word in re.findall(r"([^\W\d_]{2,})│", text)}
    return {word for word in last - whole - FLUSH_RIGHT if not PIECES.issuperset(word)}


def differences(one: Taken) -> Iterator[str]:
    """The lines of a snapshot that are others now."""
    path = SNAPSHOTS / one.file
    before = path.read_text("utf-8").splitlines() if path.exists() else []
    return unified_diff(before, written(one).splitlines(), one.file, "now", n=0, lineterm="")


async def test_the_screens_are_as_they_were_and_can_be_read():
    taken = await pictures()
    wrong = [line for one in taken for line in (*complaints(one), *differences(one))]
    texts = [text for one in taken for text in one.by_theme[THEMES[0]].part(one.top).texts]
    wrong += [f"cut without a mark: {word}" for word in sorted(cut(texts))]
    assert not wrong, "\n".join([*wrong[:MOST_LINES], f"{len(wrong)} lines in all"])


def write() -> None:
    """Take the screens as they are for right."""
    SNAPSHOTS.mkdir(exist_ok=True)
    for one in asyncio.run(pictures()):
        (SNAPSHOTS / one.file).write_text(written(one), "utf-8")


if __name__ == "__main__":
    write()
