"""A user's own file, read from its bytes, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vgtui.data import Dataset, load
from vgtui.scenario.errors import DataError
from vgtui.scenario.model import Data


@dataclass(frozen=True)
class OwnFile:
    """Written anew for every reading; `target` is what is learned from it, unless a reading names another."""

    path: Path
    target: str | None

    def read(self, content: bytes, *target: str | None, **settings: Any) -> Dataset:
        """These bytes as a dataset, unsplit."""
        self.path.write_bytes(content)
        (chosen,) = target or (self.target,)
        settings = {"source": "file", "test_fraction": 0.0, **settings}
        return load(Data(file=self.path.name, target=chosen, **settings), 0, self.path.parent)

    def fault(self, content: bytes, *target: str | None, **settings: Any) -> tuple[str, str]:
        """Place and message of the DataError that these bytes meet with: one line, its source the file."""
        with pytest.raises(DataError) as caught:
            self.read(content, *target, **settings)
        assert caught.value.source == str(self.path)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 400
        return caught.value.place, caught.value.message
