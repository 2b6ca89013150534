"""What the engine's thread hands the screen: one frozen frame, everything that a pane draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # a frame can be drawn, and the first one is, before numpy is imported
    import numpy as np

    from vgtui.analysis.cells import CellComparison
    from vgtui.analysis.chain_rule import ChainRule
    from vgtui.analysis.weights import WeightChange
    from vgtui.engine.record import Evaluation, StepRecord
    from vgtui.scenario.model import Scenario

Status = Literal["loading", "compiling", "paused", "running", "failed"]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The run so far, decimated to what a screen can show: five arrays of one length, read-only float64.

    Losses and accuracies are nan where they were not evaluated; None stands for an empty curve, so that the
    first frame needs no numpy.
    """

    step: np.ndarray | None = None
    train_loss: np.ndarray | None = None
    test_loss: np.ndarray | None = None
    train_accuracy: np.ndarray | None = None
    test_accuracy: np.ndarray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The newest state of the run, as the panes see it.

    serial            grows with every published frame
    message           one line for the state line ("compiling kernels…", an error)
    record            of the latest step or measurement; None until there is one
    chain             the product for the chosen weight, of the record's pass
    weights           a change since the initial draw for every layer
    cells             kinds of recurrent cell beside each other, as far as they are compared, where that was asked for
    steps_per_second  0.0 when paused
    last_step         the furthest step reached on this timeline
    waited            seconds that compiling has taken so far
    """

    serial: int
    status: Status
    message: str
    scenario: Scenario
    record: StepRecord | None = None
    evaluation: Evaluation | None = None
    chain: ChainRule | None = None
    weights: tuple[WeightChange, ...] = ()
    cells: CellComparison | None = None
    curve: Curve = field(default_factory=Curve)
    steps_per_second: float = 0.0
    last_step: int = 0
    waited: float = 0.0
