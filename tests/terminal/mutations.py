"""Files that somebody has spoilt, in every way that comes to mind: for the suite and for the long run."""

from __future__ import annotations

import io
import random
import signal
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from vgtui import data
from vgtui.data import allowance
from vgtui.engine.simulation import Simulation
from vgtui.scenario import library
from vgtui.scenario.errors import UserError
from vgtui.scenario.model import Data, Weight
from vgtui.scenario.share import pack, unpack
from vgtui.scenario.text import dump
from vgtui.scenario.view import Column, Place
from vgtui.tui.bringing_back import bring_back, bring_back_other, capture
from vgtui.tui.experiment import Experiment
from vgtui.tui.looks import Looks
from vgtui.tui.memory import Kept, Memory

SECONDS = 20
"""After which a file hangs, on a busy machine."""

WORDS = [
    b"[" * 3000, b"{a=" * 900, b"9" * 6000, b"1e999", b"-1", b"nan", b"inf", b"\x00", b"\xff\xfe", b"'''", b'"' * 7,
    b"repeat = 99999999999", b"repeat = 10000\n", b"units = 4096\n", b"samples = 1000000\n", b"length = 5000\n",
    b"[[layers]]\n" * 300, b"a.b.c.d.e.f=1\n", b"\n[data]\n", b"type = \"dense\"\n", b"file = \"/dev/zero\"\n",
    b"source = \"file\"\n", b"# " + b"x" * 5000, "é漢🔎\u202e".encode(), b",,,,,,,,",
    b"\r\n\r\n", b"1_0", b"0x7fffffffffffffff",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: loaded, refused in one line, or a FAULT."""

    number: int
    what: str
    seconds: float
    line: str = ""


class HangError(Exception):
    """It took too long."""


def mutants(kind: str, count: int, folder: Path) -> Iterator[Outcome]:
    """So many spoilt files of one kind, each tried."""
    make, load = KINDS[kind]
    samples = make(folder)
    before = allowance._current
    allowance.allow(200)
    signal.signal(signal.SIGALRM, _hang)
    try:
        for number in range(count):
            chance = random.Random(f"{kind} {number}")
            ending, content = chance.choice(list(samples.values()))
            path = folder / f"spoilt{ending}"
            path.write_bytes(_spoilt(chance, content))
            yield _tried(number, lambda path=path: load(path))
    finally:
        signal.alarm(0)
        allowance._current = before


def _tried(number: int, load: Callable[[], object]) -> Outcome:
    began, what, line = perf_counter(), "loaded", ""
    signal.alarm(SECONDS)
    try:
        load()
    except UserError as error:
        what, line = "refused", str(error)
        if "\n" in line or not line or len(line) > 600:
            what = "FAULT"
    except (Exception, HangError) as error:
        what, line = "FAULT", f"{type(error).__name__}: {error}"
    signal.alarm(0)
    return Outcome(number, what, perf_counter() - began, line)


def _hang(*_: object) -> None:
    raise HangError(f"more than {SECONDS} s")


def _spoilt(chance: random.Random, content: bytes) -> bytes:
    """A copy with some places changed, repeated, cut out or filled with what nobody expects."""
    spoilt = bytearray(content)
    for _ in range(chance.choice([0, 1, 1, 1, 2, 3, 8])):
        at = chance.randrange(len(spoilt) + 1)
        match chance.randrange(7):
            case 0:
                spoilt[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del spoilt[at : at + chance.choice([1, 3, 20, 400])]
            case 2:
                spoilt[at:at] = chance.choice(WORDS)
            case 3:
                piece = spoilt[at : at + chance.choice([5, 50, 500])]
                spoilt[at:at] = piece * chance.choice([1, 2, 50])
            case 4:
                lines = bytes(spoilt).split(b"\n")
                chance.shuffle(lines)
                spoilt = bytearray(b"\n".join(lines))
            case 5:
                spoilt[at:] = b""
            case _:
                digits = [place for place, byte in enumerate(spoilt) if 48 <= byte <= 57]
                if digits:
                    place = chance.choice(digits)
                    spoilt[place : place + 1] = chance.choice(
                        [b"0", b"99999", b"-3", b"1e30", b"nan", b"1" * 50]
                    )
    return bytes(spoilt)


def _scenarios(folder: Path) -> dict[str, tuple[str, bytes]]:
    return {
        name: (".toml", library.dump(library.load_scenario(name)).encode()) for name in library.preset_names()
    }


def _load_scenario(path: Path) -> object:
    scenario = library.load_scenario(path)
    data.describe(scenario.data)
    return Simulation(scenario)


def _sessions(folder: Path) -> dict[str, tuple[str, bytes]]:
    found = {}
    for name in ("relu-he", "batch-norm", "gru"):
        run = Experiment.opened(library.load_scenario(name))
        run.step(3)
        run.next_seed()
        run.step(2)
        run.set_weight(Weight(), 0.5)
        run.undo()
        for way, compressed in (("small", True), ("plain", False)):
            path = folder / f"{name}-{way}.vgtui"
            capture(run, Looks(stop=1))(path, compressed=compressed)
            found[path.name] = (".vgtui", path.read_bytes())
    found["rezipped"] = (".vgtui", _stored(found["relu-he-small.vgtui"][1]))
    return found


def _stored(archive: bytes) -> bytes:
    """The same parts, so stored that no checksum covers what is changed in them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    return out.getvalue()


def _load_session(path: Path) -> object:
    run = Experiment.resumed(path)
    bring_back_other(run, path, 256)
    bring_back(run, path)
    return run


def _tables(folder: Path) -> dict[str, tuple[str, bytes]]:
    random_numbers = np.random.default_rng(3)
    rows = "".join(
        f"{a:.3f},{b:.3f},{'yes' if a > b else 'no'}\n" for a, b in random_numbers.normal(size=(40, 2))
    )
    found = {"plain": (".csv", f"a,b,y\n{rows}".encode()), "none": (".csv", rows.encode())}
    for name, shape in (("points", (40, 2)), ("images", (12, 1, 8, 8)), ("sequences", (12, 9, 2))):
        for savez in (np.savez, np.savez_compressed):
            path = folder / f"{name}.npz"
            savez(path, inputs=random_numbers.normal(size=shape), y=np.arange(shape[0]) % 3)
            found[f"{name} {savez.__name__}"] = (".npz", path.read_bytes())
    return found


def _load_table(path: Path) -> object:
    table = Data(source="file", file=str(path), target="y")
    return data.load(table, 1)


def _kept(folder: Path) -> dict[str, tuple[str, bytes]]:
    own = Kept(columns=(Column(panes=(Place("gradient"), Place("chain"))), Column(panes=(Place("loss"),))))
    return {"name": (".toml", dump(Kept(arrangement="teach")).encode()), "own": (".toml", dump(own).encode())}


def _shared(folder: Path) -> dict[str, tuple[str, bytes]]:
    return {
        name: (".txt", pack(library.load_scenario(name)).encode())
        for name in ("relu-he", "gru", "keras-moons")
    }


def _load_shared(path: Path) -> object:
    return unpack(path.read_bytes().decode(errors="surrogateescape"))


def _load_kept(path: Path) -> object:
    memory = Memory(path)
    if memory.notice:
        raise UserError(memory.notice)
    return memory


KINDS: dict[str, tuple[Callable[[Path], dict[str, tuple[str, bytes]]], Callable[[Path], object]]] = {
    "scenario": (_scenarios, _load_scenario),
    "session": (_sessions, _load_session),
    "data": (_tables, _load_table),
    "configuration": (_kept, _load_kept),
    "shared": (_shared, _load_shared),
}
"""Whole files of that kind, and what loads one."""
