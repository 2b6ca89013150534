"""What the engine's thread hands the screen: one frozen frame, everything that a pane draws; and notices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from msgspec import Struct, field

if TYPE_CHECKING:  # a frame can be drawn, and the first one is, before numpy is imported
    import numpy as np

    from vgtui.analysis.cells import CellComparison
    from vgtui.analysis.chain_rule import ChainRule
    from vgtui.analysis.comparison import Comparison
    from vgtui.analysis.forensics import NonFinite
    from vgtui.analysis.weights import WeightChange
    from vgtui.engine.history import Branch
    from vgtui.engine.record import Evaluation, StepRecord
    from vgtui.scenario.model import Scenario
    from vgtui.tui.looks import Looks
    from vgtui.tui.microstep import Revealed
    from vgtui.tui.seeds import Seeds
    from vgtui.tui.trying import Tried

Status = Literal["loading", "compiling", "paused", "running", "failed"]

Letter = Literal["A", "B"]
"""Of the one network and the other, where two run in lockstep."""

LOADING = "loading the engine"
"""The first message of all."""


class Notice(Struct, frozen=True):
    """One line for the person: what went wrong and where, or what was done.

    nonfinite  a value that is no number any more, from which there is a way back
    since      the serial of the first frame that shows what it is about
    """

    text: str
    place: str = ""
    severity: Literal["information", "warning", "error"] = "information"
    nonfinite: NonFinite | None = None
    since: int = 0


Value = TypeVar("Value")


class Found(Struct, Generic[Value], frozen=True, eq=False):
    """A finding of one moment of the run.

    value     None where it could not be found: `failure` says why, in a line
    step      updates done then; scenario: the one in force then
    """

    value: Value | None
    step: int
    scenario: Scenario
    failure: str = ""


class Curve(Struct, frozen=True, eq=False):
    """The run so far, decimated to what a screen can show: arrays of one length, read-only float64.

    Losses and accuracies are nan where they were not evaluated; None stands for an empty curve, so that the
    first frame needs no numpy. gradients (layers, points): log10 of the norm of dL/dW of those `layers`.
    """

    step: np.ndarray | None = None
    train_loss: np.ndarray | None = None
    test_loss: np.ndarray | None = None
    train_accuracy: np.ndarray | None = None
    test_accuracy: np.ndarray | None = None
    gradients: np.ndarray | None = None
    layers: tuple[int, ...] = ()


class Frame(Struct, frozen=True, eq=False):
    """The newest state of the run, as the panes see it.

    serial            grows with every published frame
    message           one line for the state line ("compiling kernels…", an error)
    record            of the latest step or measurement; None until there is one
    chain             the product for the chosen weight, of the record's pass
    weights           a change since the initial draw for every layer
    cells             kinds of recurrent cell beside each other, as far as they are compared, where that was asked for
    findings          by the names in findings.FINDERS, of what panes on the screen show; perhaps of an earlier step
    seeds             the same network drawn from other seeds, where that was asked for
    remedies          as far as they were tried, where that was asked for; perhaps on another network
    steps_per_second  0.0 when paused
    last_step         the furthest step reached on this branch
    branch            the number of the branch that is shown; branches: all that are held, see Branch
    revealed          where a step is played in its parts, how far; None where all of the record is shown
    rival             the other network, where two run in lockstep and no step is played in its parts
    paired            whether two run in lockstep
    waited            seconds that compiling has taken so far
    loaded            whether everything is imported that lessons and dialogs need
    restored          how the screen stood when the session that is gone on with was kept
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
    findings: Mapping[str, Found[Any]] = field(default_factory=dict)
    seeds: Seeds | None = None
    remedies: Tried | None = None
    curve: Curve = field(default_factory=Curve)
    steps_per_second: float = 0.0
    last_step: int = 0
    branch: int = 1
    branches: tuple[Branch, ...] = ()
    revealed: Revealed | None = None
    rival: Rival | None = None
    paired: bool = False
    waited: float = 0.0
    loaded: bool = False
    restored: Looks | None = None


class Rival(Struct, frozen=True, eq=False):
    """The other network, as the panes see it.

    letter      its own; mine: of the network that edits go to, which the rest of the frame is about
    frame       what a frame of it alone would hold
    comparison  of both, as A and B
    """

    letter: Letter
    mine: Letter
    frame: Frame
    comparison: Comparison
