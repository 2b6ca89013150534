"""Learning rates over time. t counts updates from 0; every schedule is a pure function of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vgtui.scenario.model import Training


def constant(t: np.ndarray, training: Training) -> np.ndarray:
    """1."""
    return np.ones(len(t))


def step(t: np.ndarray, training: Training) -> np.ndarray:
    """decay_rate ** floor(t / decay_steps): torch StepLR."""
    return np.asarray(training.decay_rate ** (t // training.decay_steps))


def exponential(t: np.ndarray, training: Training) -> np.ndarray:
    """decay_rate ** (t / decay_steps): Keras ExponentialDecay."""
    return np.asarray(training.decay_rate ** (t / training.decay_steps))


def inverse_time(t: np.ndarray, training: Training) -> np.ndarray:
    """1 / (1 + decay_rate t / decay_steps): Keras InverseTimeDecay."""
    return np.asarray(1.0 / (1.0 + training.decay_rate * t / training.decay_steps))


def cosine(t: np.ndarray, training: Training) -> np.ndarray:
    """From 1 down to minimum_rate / rate over decay_steps, then level: Loshchilov & Hutter 2017, without restarts."""
    floor = training.minimum_rate / training.rate
    done = np.minimum(t / training.decay_steps, 1.0)
    return np.asarray(floor + (1.0 - floor) * 0.5 * (1.0 + np.cos(np.pi * done)))


SCHEDULES: dict[str, Callable[[np.ndarray, Training], np.ndarray]] = {
    "constant": constant,
    "step": step,
    "exponential": exponential,
    "inverse_time": inverse_time,
    "cosine": cosine,
}


def learning_rates(training: Training, first: int, count: int) -> np.ndarray:
    """The learning rates of updates first ... first + count - 1, counted from 0; (count,) float64.

    Warm-up rises linearly, (t + 1) / warmup_steps, to the base rate; the schedule counts from its end.
    """
    t = np.arange(first, first + count, dtype=np.float64)
    warmup = training.warmup_steps
    factors = SCHEDULES[training.schedule](np.maximum(t - warmup, 0.0), training)
    if warmup:
        factors = np.where(t < warmup, (t + 1.0) / warmup, factors)
    return np.asarray(training.rate * factors)
