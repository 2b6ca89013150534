"""What this process may take for one network and its data: asked before anything of that size is allocated."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vgtui.scenario.errors import ScenarioError

SHARE = 4
"""Of the memory that is free when it is first asked for, one part in so many may be used, unless told otherwise."""

UNKNOWN = 2**32
"""Bytes that are taken to be free where the system does not tell."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """memory: bytes; units: of one layer, filters too; layers: once repeated; steps: updates of one run; files: of the
    user's own, as data.
    """

    memory: int
    told: bool = False
    units: int | None = None
    layers: int | None = None
    steps: int | None = None
    files: bool = True


_current: Allowance | None = None


def current() -> Allowance:
    """What is allowed."""
    global _current  # noqa: PLW0603  one process, one allowance
    if _current is None:
        _current = Allowance(free_bytes() // SHARE)
    return _current


def allow(megabytes: float, **bounds: Any) -> None:
    """Allow so much from now on, in units of 2**20 bytes; `bounds` as Allowance has them."""
    global _current  # noqa: PLW0603
    _current = Allowance(int(megabytes * 2**20), told=True, **bounds)


def check_memory(needed: int, what: str, place: str) -> None:
    """Raises ScenarioError, with the numbers, where `what` would need more bytes than are allowed."""
    most = current()
    if needed > most.memory:
        whence = "as told" if most.told else "a quarter of what is free; --memory MB allows more"
        raise ScenarioError(
            f"{what} would need about {written(needed)} of memory; {written(most.memory)} are allowed ({whence})",
            place=place,
        )


def check_file() -> None:
    """Raises ScenarioError where no file may be read."""
    if not current().files:
        raise ScenarioError("no files are read here; choose one of the built-in sets", place="data.file")


def check_steps(step: int) -> None:
    """Raises ScenarioError where a run may not be as long as that."""
    most = current().steps
    if most is not None and step > most:
        raise ScenarioError(f"a run ends at step {most:,} here")


def check_network(widths: list[int]) -> None:
    """Raises ScenarioError where there are more layers, or wider ones, than are allowed; `widths` one a layer."""
    most = current()
    if most.layers is not None and len(widths) > most.layers:
        raise ScenarioError(f"come to {len(widths)}; at most {most.layers} are allowed here", place="layers")
    if most.units is not None and max(widths) > most.units:
        widest = widths.index(max(widths))
        raise ScenarioError(
            f"layer {widest} has {widths[widest]} units; at most {most.units} are allowed here",
            place="layers",
        )


def written(count: int) -> str:
    """Bytes as a person reads them."""
    for size, unit in ((2**40, "TB"), (2**30, "GB"), (2**20, "MB")):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{max(1, count // 1024)} KB"


def free_bytes() -> int:
    """What the system can still give: of the machine's memory, and of what the process's control group may have."""
    return min(_of_machine(), _of_group())


def _of_machine() -> int:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:
        return int(os.sysconf("SC_PHYS_PAGES")) * int(os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return UNKNOWN


def _of_group() -> int:
    """2**63 where there is no limit."""
    group = Path("/sys/fs/cgroup")
    try:
        most = (group / "memory.max").read_text().strip()
        return max(0, int(most) - int((group / "memory.current").read_text()))
    except (OSError, ValueError):
        return 2**63
