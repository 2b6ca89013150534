"""What is wrong with a network in training, with evidence: one finding a fault, and none for a sound network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from vgtui.analysis.diagnosis import flow, training
from vgtui.analysis.diagnosis.evidence import Evidence, gather
from vgtui.analysis.diagnosis.findings import KINDS, Finding, Number, Place
from vgtui.analysis.diagnosis.thresholds import THRESHOLDS, Threshold
from vgtui.engine.simulation import Simulation
from vgtui.scenario.remedies import REMEDIES

__all__ = ["KINDS", "THRESHOLDS", "Finding", "Number", "Place", "Threshold", "diagnose"]

DETECTORS: dict[str, Callable[[Evidence], Finding | None]] = {
    "unbroken symmetry": flow.symmetry,
    "underflow": flow.underflow,
    "exploding": flow.exploding,
    "saturation": flow.saturation,
    "dead units": flow.dead_units,
    "vanishing": flow.vanishing,
    "learning rate too large": training.rate_too_large,
    "non-finite": training.nonfinite,
    "clipping": training.clipping,
    "learning rate too small": training.rate_too_small,
    "first layers still": training.first_layers_still,
    "overfitting": training.overfitting,
    "flat loss": training.flat_loss,
}
"""Kind -> what looks for it, in the order of KINDS."""

_LOSS = {"flat loss", "overfitting"}
_UPDATES = {"learning rate too small", "first layers still", *_LOSS}
_STOPPED = {"vanishing", "dead units", *_UPDATES}
_THROWN = {"non-finite", "saturation", "vanishing", "dead units", "clipping", "exploding", *_UPDATES}

EXPLAINS: dict[str, set[str]] = {
    "unbroken symmetry": {"underflow", "saturation", "learning rate too large", *_STOPPED},
    "underflow": _STOPPED,
    "exploding": {"learning rate too large", *_THROWN},
    "saturation": {"learning rate too large", "clipping", *_STOPPED},
    "dead units": {"learning rate too large", *_STOPPED},
    "vanishing": _UPDATES,
    "learning rate too large": _THROWN,
    "non-finite": _THROWN,
    "clipping": _UPDATES,
    "learning rate too small": {"first layers still", *_LOSS},
    "first layers still": _LOSS,
    "overfitting": {"flat loss"},
    "flat loss": set(),
}
"""What each kind brings about. A consequence is named within its cause's finding, unless it was there before it."""

_OUTCOMES = {"non-finite", "clipping", *_UPDATES}
"""Kinds that are told of a stretch of the run, so that they cannot be said to come before anything."""


def diagnose(sim: Simulation) -> tuple[Finding, ...]:
    """What is wrong with the network as it stands, causes only, in the order of KINDS; empty for a sound one.

    Reads the timeline since the last edit up to the present, on a copy: `sim` stays bit-identical. Some faults show
    only in training (the learning rate, clipping, a flat loss); of a network that has made no update only what its
    first draw shows is told. Of the remedies those are named that change the scenario.
    """
    evidence = gather(sim)
    found = [finding for look in DETECTORS.values() if (finding := look(evidence)) is not None]
    fits = {remedy.name for remedy in REMEDIES if remedy.applied(sim.scenario) is not None}
    return tuple(
        replace(finding, remedies=tuple(name for name in finding.remedies if name in fits))
        for finding in _causes(found)
    )


def _causes(found: list[Finding]) -> tuple[Finding, ...]:
    """Every finding that no other one brings about, with the sentences of those that it does."""
    causes: list[Finding] = []
    for finding in sorted(found, key=_begins):
        cause = next((place for place, other in enumerate(causes) if _explains(other, finding)), None)
        if cause is None:
            causes.append(finding)
        else:
            known = causes[cause]
            causes[cause] = replace(known, consequences=(*known.consequences, finding.seen))
    return tuple(sorted(causes, key=lambda finding: list(KINDS).index(finding.kind)))


def _begins(finding: Finding) -> tuple[bool, int]:
    """Where to come in the order of causes: states of the network and updates by step, what they lead to last."""
    return (True, 0) if finding.kind in _OUTCOMES else (False, finding.since)


def _explains(cause: Finding, effect: Finding) -> bool:
    return effect.kind in EXPLAINS[cause.kind] and _begins(cause) <= _begins(effect)
