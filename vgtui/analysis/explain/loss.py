"""The loss: what a mean over samples says of one of them."""

from __future__ import annotations

import math

from vgtui.analysis.explain.model import Explanation, Term
from vgtui.engine.record import Evaluation
from vgtui.scenario.model import Scenario

CROSS_ENTROPIES = ("binary_cross_entropy", "cross_entropy")
SOURCES = {
    "mean_squared_error": "mean of (answer - target)² over samples and outputs",
    "mean_absolute_error": "mean of |answer - target| over samples and outputs",
    "binary_cross_entropy": "mean of -log of the probability of what was right: Goodfellow et al. 2016, section 6.2",
    "cross_entropy": "mean of -log of the probability of the right class: Goodfellow et al. 2016, section 6.2",
}


def training_loss(evaluation: Evaluation, scenario: Scenario) -> Explanation:
    """The loss over all training data, in terms of the typical sample."""
    training, loss = scenario.training, evaluation.train_loss
    term, formula, meaning = _typical(training.loss, loss)
    penalties = "" if not (training.l1 or training.l2) else " The penalties on weights are in it."
    return Explanation(
        title=f"loss over all training data: {training.loss.replace('_', ' ')}",
        value=loss,
        formula=formula,
        terms=(term,),
        meaning=meaning + penalties,
        source=SOURCES[training.loss],
        also=_generalisation(evaluation),
    )


def _typical(loss: str, value: float) -> tuple[Term, str, str]:
    if loss in CROSS_ENTROPIES:
        right = Term(
            "p", math.exp(-value), "probability given to what was right, the geometric mean over samples"
        )
        return (
            right,
            "loss = -log(p)",
            "A guess between two gives p = 0.5 and a loss of 0.693; certainty gives 0.",
        )
    if loss == "mean_squared_error":
        error = Term(
            "e", math.sqrt(value) if value >= 0.0 else math.nan, "root mean square error of an answer"
        )
        return error, "loss = e × e", "In the unit of the targets, squared."
    return Term("e", value, "mean error of an answer"), "loss = e", "In the unit of the targets."


def _generalisation(evaluation: Evaluation) -> tuple[Explanation, ...]:
    if not math.isfinite(evaluation.test_loss):
        return ()
    gap = Explanation(
        title="test loss over training loss",
        value=evaluation.test_loss / evaluation.train_loss if evaluation.train_loss else math.inf,
        formula="ratio = test / train",
        terms=(
            Term("test", evaluation.test_loss, "loss over all test data"),
            Term("train", evaluation.train_loss, "loss over all training data"),
        ),
        meaning="About 1 while what is learned holds for new samples too.",
        source="Goodfellow et al. 2016, section 5.2",
    )
    return (gap,) if evaluation.train_loss else ()
