"""The errors that a person can mend: each is one line that says what, where, and what would be right."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

LONGEST_PLACE = 120
"""Characters of a key path that are shown: a file may hold anything."""

LONGEST_NAME = 100
"""Characters of a scenario's name that an error begins with: a shared one is a long line."""

LONGEST_LIST = 1000
"""Characters of valid names that are listed."""

_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, those that turn the direction of writing, and bytes that are no UTF-8."""


def printable(text: str) -> str:
    """The text; what a terminal would obey instead of showing it as Python writes it, for a name may hold anything."""
    return _UNSHOWN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters, but for the tab and the end of a line."""


def unfit(text: str) -> str:
    """Why a text can be neither kept nor shown: no file holds it, or a terminal obeys it; empty where it can."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "is not Unicode text"
    control = _OBEYED.search(text)
    return "" if control is None else f"holds {control[0]!r}, which a terminal would obey; leave it out"


class UserError(Exception):
    """Bad input. `str(error)` is the one line that the person reads.

    `source` is the file or option the input came from, `place` the key path in it (`layers[2].units`);
    either may be empty while it is not known yet. The command line ends with exit code 2.
    """

    def __init__(self, message: str, *, place: str = "", source: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.source = source

    def __str__(self) -> str:
        place = self.place if len(self.place) <= LONGEST_PLACE else f"{self.place[:LONGEST_PLACE]}…"
        line = ": ".join(part for part in (self.source, place, self.message) if part)
        return printable(" ".join(line.split()))


@contextmanager
def said_of(name: str) -> Iterator[None]:
    """What is wrong inside is said of the scenario called `name`, unless it names what it is of."""
    try:
        yield
    except UserError as error:
        error.source = error.source or (name if len(name) <= LONGEST_NAME else f"…{name[-LONGEST_NAME:]}")
        raise


class ScenarioError(UserError):
    """A scenario that cannot be read or does not hold together."""


class DataError(UserError):
    """Data that cannot be read or does not fit."""


class SessionError(UserError):
    """A saved session that cannot be read or written."""


def nearest(name: str, valid: Iterable[str]) -> str:
    """A hint after a misspelt name: `; did you mean 'tanh'?` when one is close, else all valid names if they fit."""
    names = sorted(valid)
    as_typed = {name.lower(): name for name in reversed(names)}
    close = difflib.get_close_matches(name.lower(), as_typed, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {as_typed[close[0]]!r}?"
    listed = ", ".join(names)
    return f"; valid: {listed}" if 0 < len(listed) <= LONGEST_LIST else ""
