"""How one weight and its gradient are written: `W3[0,2]`, `dL/dW3[0,2]`."""

from __future__ import annotations

from typing import Protocol


class OfWeight(Protocol):
    """What was found of the weight that layer `layer` has from input `column` to output `row`."""

    @property
    def layer(self) -> int: ...
    @property
    def row(self) -> int: ...
    @property
    def column(self) -> int: ...


def weight_name(found: OfWeight) -> str:
    """W3[0,2]: layer 3's weight from input 2 to output 0."""
    return f"W{found.layer}[{found.row},{found.column}]"


def gradient_name(found: OfWeight) -> str:
    """dL/dW3[0,2]: the slope of the loss along it."""
    return f"dL/d{weight_name(found)}"
