"""Spoilt files load or get their one line; the long run is tests/benchmarks/mutations.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terminal.mutations import KINDS, mutants


@pytest.mark.parametrize("kind", KINDS)
def test_a_spoilt_file_loads_or_gets_one_line(kind: str, tmp_path: Path) -> None:
    outcomes = list(mutants(kind, 60, tmp_path))
    assert [one for one in outcomes if one.what == "FAULT"] == []
    assert {one.what for one in outcomes} == {"loaded", "refused"}
