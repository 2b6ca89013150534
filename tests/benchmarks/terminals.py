"""TERM x locale x colours: `python -m tests.benchmarks.terminals`. Every screen is read cell by cell.

A screen is legible if it shows no remains of an escape sequence, no character that the terminal has not got, no
colour where there is none, and no ink on its own colour.
"""

from __future__ import annotations

import itertools
import re
import sys

from tests.terminal.pseudo_terminal import PseudoTerminal
from vgtui.tui import capabilities

TERMS = ("xterm-256color", "xterm", "screen", "tmux-256color", "linux", "vt100", "dumb", "")
LOCALES = ("C.UTF-8", "C")
COLOURS = {"24-bit": {"COLORTERM": "truecolor"}, "by TERM": {"COLORTERM": ""}, "none": {"NO_COLOR": "1"}}
GROUNDS = {"dark": "15;0", "light": "0;15"}
SCREENS = {"cockpit": "", "help": "?", "presets": "p", "palette": "\x10"}
SIZES = ((80, 24), (120, 40))
REMAINS = re.compile(r"\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\[[0-9;?]{2,}[a-zA-Z]|�|;\d+m")
NAMES = {"black", "red", "green", "brown", "blue", "magenta", "cyan", "white", "default", ""}


def faults(terminal: PseudoTerminal, characters: str, system: str) -> list[str]:
    """What is wrong with the screen as it is."""
    grid = terminal.cells()
    text = text_of(terminal)
    found = [f"remains of a sequence: {one!r}" for one in REMAINS.findall(text)]
    for sign in sorted(set(text) - {"\n"}):
        try:
            sign.encode(characters)
        except UnicodeEncodeError:
            found.append(f"{sign!r} is drawn")
    for y, row in enumerate(grid):
        for x, (sign, ink, ground, _, reverse) in enumerate(row):
            if system == "none" and not {ink, ground} <= {"default", ""}:
                found.append(f"a colour at {x},{y}: {ink} on {ground}")
            if (
                system == "standard"
                and not {ink.removeprefix("bright"), ground.removeprefix("bright")} <= NAMES
            ):
                found.append(f"more than 16 colours at {x},{y}: {ink} on {ground}")
            if sign.strip() and ink == ground != "default" and not reverse and sign.isalnum():
                found.append(f"{sign!r} at {x},{y} in its own colour, {ink}")
    return found


def text_of(terminal: PseudoTerminal) -> str:
    """What is on the screen, wide signs included."""
    return "\n".join("".join(cell[0] for cell in row) for row in terminal.cells())


def look(environment: dict[str, str], size: tuple[int, int]) -> dict[str, list[str]]:
    """Every screen under one environment, and what is wrong with it."""
    found: dict[str, list[str]] = {}
    width, height = size
    with PseudoTerminal("vgtui", "relu-he", width=width, height=height, environment=environment) as terminal:
        if capabilities.refusal(environment):
            code, lines = terminal.ended(), [line for line in terminal.screen.display if line.strip()]
            fine = code == 2 and 1 <= len(lines) <= 2 and b"\x1b" not in terminal.everything
            return {"refused": [] if fine else [f"exit code {code}: {lines}"]}
        characters, system = capabilities.characters(environment)[0], capabilities.colours(environment)[0]
        terminal.wait_for_text("step 0 ", 240)
        for name, key in SCREENS.items():
            terminal.write(key)
            terminal.read_for(1.0)
            terminal.settle(0.3, 60)
            found[name] = faults(terminal, characters, system)
            if key:
                terminal.write("\x1b")
                terminal.read_for(0.3)
        terminal.write("\x1b")
        terminal.read_for(0.5)
        terminal.resize(20, 5)
        try:
            terminal.wait_for(lambda: "20x5" in text_of(terminal), 10)
        except AssertionError:
            found["20x5"] = [f"does not say so, but {text_of(terminal)!r}"]
        else:
            found["20x5"] = faults(terminal, characters, system)
    return found


def main() -> None:
    count = wrong = 0
    for name, locale, (told, colours), (ground, of_it) in itertools.product(
        TERMS, LOCALES, COLOURS.items(), GROUNDS.items()
    ):
        if (not name or name == "dumb") and (told != "none" or ground != "dark"):
            continue
        size = SIZES[count % len(SIZES)]
        environment = {"TERM": name, "LANG": locale, "COLORFGBG": of_it, "COLORTERM": "", **colours}
        found = look(environment, size)
        count += len(found)
        bad = {screen: list(dict.fromkeys(what))[:4] for screen, what in found.items() if what}
        wrong += len(bad)
        where = f"{name or 'unset'}, {locale}, {told}, {ground}, {size[0]}x{size[1]}"
        print(f"{where}: {bad or 'legible'}", flush=True)
    print(f"{count} screens, {wrong} not legible")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
