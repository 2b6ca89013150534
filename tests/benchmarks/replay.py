"""What was on a terminal's screen when: its bytes are read by an emulator afterwards, where that costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyte

from tests.terminal.pseudo_terminal import Terminal

WIDTH, HEIGHT = 120, 40

Lines = list[str]


def screens(
    terminal: Terminal, width: int = WIDTH, height: int = HEIGHT
) -> Iterator[tuple[float, pyte.Screen]]:
    """The screen after each piece that was read, and when that was. It is one screen, written on."""
    screen = pyte.Screen(width, height)
    stream = pyte.ByteStream(screen)
    for at, data in terminal.received:
        stream.feed(data)
        yield at, screen


def first_time(terminal: Terminal, fits: Callable[[Lines], bool]) -> float:
    """Seconds from the program's start until its screen was first one that fits; nan if it never was."""
    for at, screen in screens(terminal):
        if fits(screen.display):
            return at - terminal.began
    return float("nan")


def shows(*texts: str) -> Callable[[Lines], bool]:
    """Whether every one of `texts` stands on some line."""
    return lambda lines: all(any(text in line for line in lines) for text in texts)
