"""What the user chose once and finds again, arrangement and theme: a file of the platform's state folder."""

from __future__ import annotations

from pathlib import Path

from vgtui.scenario.errors import ScenarioError, UserError
from vgtui.scenario.files import atomic_file, read_text
from vgtui.scenario.folders import user_folder
from vgtui.scenario.layers import Struct
from vgtui.scenario.text import dump, parse_as
from vgtui.scenario.view import ArrangementName, Column, check_columns

FILE = "cockpit.toml"
LIMIT = 100_000
"""Bytes that the file may have."""


class Kept(Struct, frozen=True):
    """What is kept: the name of a ready-made arrangement, or the columns that the user made; and the theme."""

    arrangement: ArrangementName | None = None
    columns: tuple[Column, ...] = ()
    theme: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_columns(self.arrangement, self.columns)


class Memory:
    """Reads it once and writes it whenever it changes; without a path, or where it cannot, it does neither.

    kept    what is in force
    notice  a line, where there was a file that is none; it is replaced with the next change
    """

    def __init__(self, path: Path | None = None) -> None:
        self.kept = Kept()
        self.notice = ""
        self._path = path
        if path is not None:
            self._read(path)

    def _read(self, path: Path) -> None:
        try:
            self.kept = parse_as(Kept, read_text(path, LIMIT), str(path))
        except ScenarioError as error:
            if error.message != "no such file":
                self.notice = f"what was kept of the screen is not used: {error}"

    def keep(self, kept: Kept) -> None:
        """Remember this instead."""
        if kept == self.kept:
            return
        self.kept = kept
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_file(self._path) as file:
                file.write(dump(kept).encode())
        except (OSError, UserError):  # a folder that cannot be written: it holds until the program ends
            self._path = None


def usual_path() -> Path | None:
    """Where the platform keeps what a program remembers for its user; None for one who has no home."""
    folder = user_folder("state")
    return None if folder is None else folder / FILE
