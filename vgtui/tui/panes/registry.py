"""Every pane of the cockpit, once: a new pane is a module, and an entry here."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from msgspec import Struct

from vgtui.scenario.cells import is_recurrent

if TYPE_CHECKING:
    from textual.widget import Widget

    from vgtui.scenario.model import Scenario


def always(scenario: Scenario) -> bool:
    """There is something to show for every scenario."""
    return True


class PaneKind(Struct, frozen=True):
    """What the cockpit knows of a pane before it is made.

    name      its name in scenarios, in the style sheet, and as a context of the key map
    title     what its border and the lists say
    short     the same in a word, for the tabs
    tells     what it shows, in a sentence
    widget    `module:Class` in this package, imported when it is first displayed; made with that id and the
              class "pane". `show(frame)` hands it the newest frame while it is displayed
    key       that goes there; none for the panes after the tenth
    least     rows, the border's two included, with fewer of which it is not shown beside others
    most      rows with more of which it has no use while another pane has
    is_of     whether there is something to show for a scenario
    """

    name: str
    title: str
    short: str
    tells: str
    widget: str
    key: str = ""
    least: int = 8
    most: int = 1000
    is_of: Callable[[Scenario], bool] = always

    def make(self) -> Widget:
        """A new one, without a title."""
        module, name = self.widget.split(":")
        made: Widget = getattr(import_module(f"vgtui.tui.panes.{module}"), name)(id=self.name, classes="pane")
        return made


PANES: dict[str, PaneKind] = {
    kind.name: kind
    for kind in (
        PaneKind(
            "gradient",
            "Gradient flow",
            "Flow",
            "How long the gradient still is in every layer.",
            "gradient:GradientPane",
            "1",
            least=7,
        ),
        PaneKind(
            "chain",
            "Chain rule",
            "Chain",
            "The derivative by one weight as a product, factor by factor.",
            "chain:ChainPane",
            "2",
        ),
        PaneKind(
            "network",
            "Network",
            "Network",
            "The editor of the network, its data and its training.",
            "network:NetworkPane",
            "3",
            least=7,
        ),
        PaneKind(
            "loss",
            "Loss",
            "Loss",
            "The loss and the accuracy, on training and on test data.",
            "loss:LossPane",
            "4",
            least=6,
            most=12,
        ),
        PaneKind(
            "weights",
            "Weights",
            "Weights",
            "How far the weights of every layer have moved.",
            "weights:WeightsPane",
            "5",
            most=15,
        ),
        PaneKind(
            "time",
            "Time gradient",
            "Time",
            "How much of the gradient comes back to every time step.",
            "time:TimePane",
            "6",
            least=9,
            is_of=is_recurrent,
        ),
        PaneKind(
            "activation",
            "Activation",
            "Activation",
            "A layer's function and slope over the pre-activations that it is given.",
            "activation:ActivationPane",
            "7",
            least=12,
        ),
        PaneKind(
            "decision",
            "Decision",
            "Decision",
            "What the network answers: a map, a curve, guesses at images, the answer along time.",
            "decision:DecisionPane",
            "8",
            least=11,
        ),
        PaneKind(
            "curves",
            "Curves",
            "Curves",
            "Loss, accuracy and gradient norms over the steps, linear or logarithmic.",
            "curves:CurvesPane",
            "9",
            least=11,
        ),
        PaneKind(
            "diagnosis",
            "Diagnosis",
            "Diagnosis",
            "What is wrong with the network, with the evidence, and which remedies help.",
            "diagnosis:DiagnosisPane",
            "0",
            least=10,
        ),
        PaneKind(
            "slope",
            "Slope",
            "Slope",
            "The loss along one weight, and the step that is about to be taken: the ball on the hill.",
            "slope:SlopePane",
            least=13,
        ),
        PaneKind(
            "lost",
            "Where lost",
            "Lost",
            "What takes the gradient between each layer and the next: weights, slopes, skips.",
            "lost:LostPane",
            least=12,
        ),
        PaneKind(
            "theory",
            "Theory",
            "Theory",
            "What mean-field theory expects of such a network, beside what was drawn.",
            "theory:TheoryPane",
        ),
        PaneKind(
            "paths",
            "Paths",
            "Paths",
            "The paths that carry one weight's gradient, and how far they cancel.",
            "paths:PathsPane",
        ),
        PaneKind(
            "spectrum",
            "Spectrum",
            "Spectrum",
            "The singular values of each layer's Jacobian.",
            "spectrum:SpectrumPane",
        ),
        PaneKind(
            "precision",
            "Precision",
            "Precision",
            "Where each number format first loses the gradient.",
            "precision:PrecisionPane",
        ),
        PaneKind(
            "versus",
            "A against B",
            "A and B",
            "Two networks in lockstep: the settings and the numbers that differ.",
            "versus:VersusPane",
        ),
    )
}
"""By name, in the order of their keys."""
