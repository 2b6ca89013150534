"""How far each layer's weights have moved from where they were drawn: the classic test for a vanished gradient."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WeightChange:
    """One layer's weight matrix W against W0, as it was drawn. Norms are Euclidean over all entries.

    old_norm, new_norm      |W0| and |W|
    change_norm             |W - W0|
    relative                |W - W0| / |W0|; inf or nan where W0 is zero
    unchanged, total        entries that still have the very bits of W0, of all entries
    old_sample, new_sample  the first few entries of W0 and W, row by row
    """

    layer: int
    name: str
    old_norm: float
    new_norm: float
    change_norm: float
    relative: float
    unchanged: int
    total: int
    old_sample: tuple[float, ...]
    new_sample: tuple[float, ...]
