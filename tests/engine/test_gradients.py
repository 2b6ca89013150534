"""Gradients against arithmetic of 50 digits, and against nothing but the loss: finite differences."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from hypothesis import assume, event, given
from hypothesis import strategies as st

from tests.engine.networks import jiggled
from tests.engine.strategies import examples, scenarios
from tests.reference.exact import AmbiguousError, ExactPass, exact, exact_pass, floats
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Scenario

RELATIVE, ROUNDINGS, NOTHING = Decimal("1e-9"), Decimal("2e-13"), Decimal("1e-30")


def largest(values: np.ndarray) -> Decimal:
    """The largest size among Decimals."""
    return max(abs(values).ravel())


def agree_with_exact(sim: Simulation) -> None:
    """The latest pass, to 1e-9 relative, or to some hundred roundings of what cancelled.

    Where that fails the network may be ill-conditioned (a normalised column of nearly equal numbers): then what
    is allowed is a hundred times what a few roundings in every layer do to the truth.
    """
    record, step = sim.measure(), sim.step_index
    try:
        truth = exact_pass(sim.scenario, sim.parameters, *sim.batch, step=step)
        wrong = disagreements(sim, record.loss, truth)
        if wrong:
            shaken = exact_pass(sim.scenario, sim.parameters, *sim.batch, np.random.default_rng(0), step)
            slack = {n: 100 * largest(shaken.gradients[n] - truth.gradients[n]) for n in truth.gradients}
            event("ill-conditioned")
            wrong = disagreements(sim, record.loss, truth, slack, 100 * abs(shaken.loss - truth.loss))
    except AmbiguousError:
        assume(False)
    assert not wrong, wrong


def disagreements(
    sim: Simulation,
    loss: float,
    truth: ExactPass,
    slack: dict[str, Decimal] | None = None,
    loss_slack: Decimal = Decimal(0),
) -> list[str]:
    """What of the latest pass is not as true as it should be."""
    gradients = sim.gradients
    assert gradients.keys() == truth.gradients.keys()
    wrong = []
    if abs(Decimal(loss) - truth.loss) > Decimal("1e-11") * (1 + truth.loss) + loss_slack:
        wrong.append(f"loss {loss} {truth.loss}")
    for name, found in gradients.items():
        error = abs(exact(found) - truth.gradients[name])
        allowed = RELATIVE * abs(truth.gradients[name]) + ROUNDINGS * truth.bounds[name] + NOTHING
        if not (error <= allowed + (slack[name] if slack else 0)).all():
            wrong.append(f"{name} {found} {floats(truth.gradients[name])}")
    return wrong


@given(scenarios(), st.integers(0, 2**32))
@examples(120)
def test_gradients_are_those_of_fifty_digit_arithmetic(scenario: Scenario, seed: int) -> None:
    agree_with_exact(jiggled(scenario, seed))


@given(scenarios())
@examples(60)
def test_gradients_at_the_very_start_are_true_too(scenario: Scenario) -> None:
    agree_with_exact(Simulation(scenario))
