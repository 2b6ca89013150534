"""What is seen of a run in the real program, and what it must be equal to."""

from __future__ import annotations

import re

import numpy as np

from tests.terminal.pseudo_terminal import PseudoTerminal
from vgtui import Simulation, load_scenario

PRESET = "relu-he"

FIRST_NUMBERS = 240.0
"""Seconds: where the kernels are not compiled yet, that comes first."""


def step_on(terminal: PseudoTerminal) -> int:
    """The step that the screen shows; 0 where it shows none."""
    found = re.search(r"step (\d+)", terminal.screen.display[0])
    return int(found[1]) if found else 0


def train(terminal: PseudoTerminal) -> None:
    """Some steps of training, once the program is there."""
    terminal.wait_for_text("step 0 ", FIRST_NUMBERS)
    terminal.write(" ")
    terminal.wait_for(lambda: step_on(terminal) > 20)


def straight_to(session: Simulation) -> Simulation:
    """The preset trained straight to the step of a session, which it must equal bit for bit."""
    straight = Simulation(load_scenario(PRESET))
    straight.step(session.step_index)
    for name, value in straight.parameters.items():
        assert np.array_equal(value, session.parameters[name]), name
    return straight
