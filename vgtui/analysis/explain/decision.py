"""What the network answers: where the picture of it ends, and what stands beside it."""

from __future__ import annotations

from vgtui.analysis.decision import MARGIN, AlongTime, Curve, Decision, Images, NoPicture, Plane
from vgtui.analysis.explain.model import Explanation, Term
from vgtui.analysis.units import UnitMaps

ASKED = (
    "The network is asked as it would be in use: batch normalisation by its running statistics, no dropout."
)
SOFTMAX = "softmax, or for one output the sigmoid: Goodfellow et al. 2016, section 6.2.2"


def decision_told(found: Decision) -> Explanation | None:
    """The first number of the picture; None where there is no picture."""
    if isinstance(found, NoPicture):
        return None
    if isinstance(found, Images):
        return _certain("probability of the first image's guess", float(found.sure[0]))
    if isinstance(found, AlongTime):
        return _at_the_end(found)
    return _extent(found)


def _extent(found: Plane | Curve) -> Explanation:
    """The least of the first input that is asked for."""
    name = found.names[0] if isinstance(found, Plane) else found.name
    least, low = float(found.samples.places[:, 0].min()), float(found.x[0])
    return Explanation(
        title=f"where the picture begins along {name}",
        value=low,
        formula="low = least - margin",
        terms=(
            Term("least", least, f"the least {name} of the samples that are shown"),
            Term("margin", least - low, f"{MARGIN:g} of their extent, on every side"),
        ),
        meaning=f"Beyond the samples the answer is a guess of the network's own. {ASKED}",
        source="the network's output at every place of the grid",
    )


def _certain(title: str, probability: float) -> Explanation:
    return Explanation(
        title=title,
        value=probability,
        formula="p = 1 - rest",
        terms=(Term("rest", 1.0 - probability, "what all other classes are given, together"),),
        meaning=f"The class that is given most is the guess. {ASKED}",
        source=SOFTMAX,
    )


def _at_the_end(found: AlongTime) -> Explanation:
    """The answer once the whole sequence has been seen."""
    last = float(found.answer[-1])
    if found.classes:
        return _certain("probability of the right class after the last step", last)
    return Explanation(
        title="answer after the last step",
        value=last,
        formula="answer = target + error",
        terms=(
            Term("target", found.target, "what the sequence is to be answered with"),
            Term("error", last - found.target, "how far the network is off"),
        ),
        meaning=f"At an earlier step t: the answer if only zeros came after t. {ASKED}",
        source="the network's output for the sequence",
    )


def unit_told(found: UnitMaps, unit: int) -> Explanation:
    """The largest of one unit, beside what it makes of nothing."""
    values = found.values[unit]
    top = float(values.max())
    return Explanation(
        title=f"the largest answer of unit {unit} of layer {found.layer} on the map",
        value=top,
        formula="largest = middle + distance",
        terms=(
            Term("middle", found.middle, "what the activation function makes of 0: here the unit turns"),
            Term("distance", top - found.middle, "how far above it the unit comes, at its best place"),
        ),
        meaning=(
            "A unit of the first layer draws one line through the plane; later ones combine the lines of"
            f" those before. {ASKED}"
        ),
        source="what the layer hands on, at every place of the grid",
    )
