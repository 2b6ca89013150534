"""Through a real sshd: trained, cut off, gone on with, identical."""

from __future__ import annotations

import math
import re
import time
from pathlib import Path

import pytest

from tests.terminal.pseudo_terminal import PseudoTerminal
from tests.terminal.sshd import Sshd, is_installed
from tests.terminal.training import FIRST_NUMBERS, PRESET, straight_to, train
from vgtui import Simulation

COLOURS = ("-o", "SetEnv=COLORTERM=truecolor")


def processes(state: Path) -> list[str]:
    """The programs that have this folder in their environment and are not gone yet."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"XDG_STATE_HOME={state}".encode() in (process / "environ").read_bytes():
                found.append(process.name)
        except OSError:
            continue
    return found


def batch_loss(terminal: PseudoTerminal) -> float:
    """As it stands on the screen; nan where it does not."""
    found = re.search(r"batch (\S+)", terminal.text())
    return float(found[1]) if found else math.nan


@pytest.mark.skipif(not is_installed(), reason="there is no OpenSSH here")
def test_a_dropped_connection_costs_nothing(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Sshd(tmp_path, {"XDG_STATE_HOME": str(state), "LANG": "C.UTF-8"}) as server:
        with server.login(PRESET) as terminal:
            train(terminal)
            terminal.process.kill()  # the client: the connection breaks off
            dropped = time.monotonic()
            while processes(state):
                assert time.monotonic() - dropped < 5, "it goes on without a terminal"
                time.sleep(0.02)
        (kept,) = state.rglob("*.vgtui")
        straight = straight_to(Simulation.load(kept))
        step, loss = straight.step_index, straight.step().loss
        with server.login("--resume") as terminal:
            terminal.wait_for_text(f"step {step} ", FIRST_NUMBERS)
            terminal.write("s")
            terminal.wait_for_text(f"step {step + 1} ")
            terminal.wait_for(lambda: batch_loss(terminal) == pytest.approx(loss, rel=1e-3))
            terminal.write("q")
            assert terminal.ended() == 0
    assert not list(state.rglob("*.vgtui"))
