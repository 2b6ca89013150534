"""What draws the panes that are seen first, imported by the engine's thread: the event loop need not wait for it."""

from vgtui.tui.drawing import (
    activation,
    chain,
    curves,
    decision,
    encode,
    gradient,
    loss,
    time,
    time_bar,
    weights,
)

__all__ = [
    "activation",
    "chain",
    "curves",
    "decision",
    "encode",
    "gradient",
    "loss",
    "time",
    "time_bar",
    "weights",
]
