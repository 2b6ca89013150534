"""The one table of thresholds: what a measured number is held against, and where that comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number, what it bounds, and its source."""

    value: float
    bounds: str
    source: str


RULE = "rule of thumb: Karpathy, CS231n notes 'Learning', 'ratio of weights:updates'"

THRESHOLDS: dict[str, Threshold] = {
    "lost decades": Threshold(
        3.0,
        "log10 of a gradient's norm at the far end over that at the near end, of depth or of time",
        "a thousandth of the last layer's gradient moves a weight a thousandth as far (plain gradient descent);"
        " networks that train keep it within a decade or so: Glorot & Bengio 2010, fig. 7",
    ),
    "gained decades": Threshold(
        3.0,
        "log10 of a gradient's norm at the far end over that at the near end",
        "the mirror image of 'lost decades'",
    ),
    "first loss": Threshold(
        10.0,
        "the untrained network's loss over that of the best constant answer",
        "'verify loss at init': Karpathy, 'A Recipe for Training Neural Networks' (2019); a decade is left to chance",
    ),
    "signal growth": Threshold(
        3.0,
        "root mean square of what enters the untrained network's last activation, over that of its inputs",
        "a layer should pass on the variance it is given: Glorot & Bengio 2010, section 4.2; half a decade is left",
    ),
    "input scale": Threshold(
        10.0,
        "root mean square of the training inputs",
        "inputs of variance about 1: LeCun et al. 1998, 'Efficient BackProp', section 4.3; a decade is left",
    ),
    "saturated": Threshold(
        0.7,
        "fraction of a bounded activation's entries whose slope is below 0.05",
        "slopes below a fifth of a sigmoid's largest; Glorot & Bengio 2010, section 3.1, saw whole layers sit there",
    ),
    "dead": Threshold(
        0.9,
        "fraction of a layer's units whose slope is 0 on every sample",
        "a layer that is dead stops all gradient: Lu et al. 2019, 'Dying ReLU and Initialization'; in a sound narrow"
        " ReLU network two thirds of a deep layer may be off",
    ),
    "same rows": Threshold(
        1e-9,
        "largest difference between two units' incoming weights (and gradients), over their size",
        "rounding in float64 stays orders below it; Goodfellow et al. 2016, section 8.4: 'break symmetry'",
    ),
    "update too large": Threshold(0.1, "the largest layer's |change of W| / |W| in one update", RULE + ": 1e-3"),
    "update too small": Threshold(1e-5, "the largest layer's |change of W| / |W| in one update", RULE + ": 1e-3"),
    "overshoot": Threshold(
        0.5,
        "fraction of updates that raise the loss of their own batch",
        "beyond 2 / curvature a step of gradient descent climbs: LeCun et al. 1998, 'Efficient BackProp', section 5",
    ),
    "some overshoot": Threshold(
        0.25,
        "the same fraction, where the updates are too large for their weights as well",
        "half of 'overshoot': two signs of the same fault bear each other out",
    ),
    "diverged": Threshold(
        2.0,
        "training loss over the larger of what it was and of the best constant answer's",
        "worse than at the start, and than no network: a factor of 2 is left to chance",
    ),
    "clipped updates": Threshold(
        0.95,
        "fraction of updates that clipping shortens",
        "clipping is for the rare step off a cliff: Pascanu et al. 2013, section 3.2",
    ),
    "clipped to": Threshold(
        0.1,
        "what clipping leaves of the gradient, the median",
        "half to ten times the usual norm is a sound limit: Pascanu et al. 2013, section 3.2; a tenth is far below",
    ),
    "still": Threshold(
        1e-3,
        "|W - W0| / |W0| of the first layer over that of the layer that moved furthest",
        "as for 'lost decades'",
    ),
    "moved": Threshold(
        1e-2, "|W - W0| / |W0| of the layer that moved furthest", "below it nothing has been learned yet: ten"
        " updates at the rule of thumb's 1e-3",
    ),
    "overfit gap": Threshold(
        2.0,
        "test loss over training loss",
        "early stopping looks for the rise, not the gap (Prechelt 1998); twice is a gap that no small test set makes",
    ),
    "overfit rise": Threshold(
        0.2,
        "how far the test loss has risen above its least, over that least",
        "Prechelt 1998, 'Early Stopping - But When?': generalisation loss; stops at 5 % there, for a smoothed curve",
    ),
    "flat": Threshold(
        0.01,
        "how much the training loss has fallen within the window, over the best constant answer's loss",
        "one part in a hundred over a hundred updates: at that pace a whole run leaves it where it is",
    ),
    "learned": Threshold(
        0.5,
        "training loss over the best constant answer's: below it the network has learned",
        "half of the way from guessing to knowing",
    ),
}  # fmt: skip


def limit(name: str) -> float:
    """The threshold of that name."""
    return THRESHOLDS[name].value
