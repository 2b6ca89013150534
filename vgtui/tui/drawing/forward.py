"""The forward pass over the bars of the gradient: what it gave in the layers that no gradient has come back to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vgtui.tui.drawing.cells import SPACE, CellBuffer, codepoints, fitted
from vgtui.tui.drawing.numbers import compact
from vgtui.tui.drawing.palette import Palette

if TYPE_CHECKING:
    from vgtui.engine.record import StepRecord
    from vgtui.tui.drawing.fold import Run
    from vgtui.tui.microstep import Revealed


def draw_forward(
    cells: CellBuffer,
    place: tuple[int, int],
    width: int,
    record: StepRecord,
    runs: tuple[Run, ...],
    revealed: Revealed,
    palette: Palette,
) -> None:
    """In `width` cells from `place` (y, x), a row a run: `→ activation 0.51 ± 0.08, slope 0.24`."""
    y, x = place
    for row, (start, stop) in enumerate(runs):
        if start < revealed.forward and stop <= revealed.backward:
            last = min(stop, revealed.forward)
            text = told(record, start, last, width)
            cells.codes[y + row, x : x + width] = SPACE
            cells.codes[y + row, x : x + len(text)] = codepoints(text)
            cells.foreground[y + row, x : x + width] = palette.good


def told(record: StepRecord, start: int, stop: int, width: int) -> str:
    """What the forward pass gave in the layers from `start` up to `stop`, their mean where they are several.

    In as many words as fit.
    """
    mean, deviation, slope = (
        float(np.mean(record.column(name)[start:stop]))
        for name in ("activation_mean", "activation_std", "slope_mean")
    )
    activation = f"{compact(mean)} ± {compact(deviation)}"
    texts = (
        f"→ activation {activation}, slope {compact(slope)}",
        f"→ activation {activation}",
        f"→ {activation}",
    )
    return next((text for text in texts if len(text) <= width), fitted(texts[-1], width))
