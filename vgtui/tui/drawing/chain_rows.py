"""The rows of the chain rule's product: the factors, folded where they are many, with the product so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from vgtui.tui.drawing.fold import Run, common_name, fold, label
from vgtui.tui.drawing.numbers import compact, from_log10, magnitude

if TYPE_CHECKING:
    from vgtui.analysis.chain_rule import ChainRule, Factor
    from vgtui.tui.microstep import Revealed

Place = int | str
"""What a row stands for: the (first) layer of its factors, or one of the three names."""

ENTERING, ARRIVING, PENALTY = "input a", "dL/dout", "penalty"

BEFORE, AFTER = (0, 0), (-1, -1)
"""The runs of links that are no layers: reached when all layers are, or with the loss."""


GAIN = 7
"""Cells for a gain, at least; one of many thousand layers may need more."""

GAINS = {
    "weight_gain": "×weight",
    "time_gain": "×time",
    "norm_gain": "×norm",
    "slope_gain": "×slope",
    "dropout_gain": "×drop",
    "skip_gain": "×skip",
    "gain": "=gain",
}
"""The columns: all but the last make up the gain of a layer."""


class Link(Struct, frozen=True):
    """One row of the product: a value on its own, or the gains of a run of layers, and the product so far."""

    label: str
    name: str
    gains: tuple[str, ...]
    run: Run
    place: Place
    sign: int
    log10: float
    culprit: bool = False
    known: bool = True


def from_the_loss(chain: ChainRule, links: list[Link], revealed: Revealed) -> list[Link]:
    """The links with the product that starts at the loss, those unknown that the backward pass has not reached."""
    told = []
    for link in links:
        layer = chain.layer + link.run[0]
        known = revealed.loss if link.run == AFTER else revealed.backward <= layer
        log10, sign = link.log10, link.sign
        if link.run == AFTER:
            log10, sign = magnitude(chain.loss_slope), -1 if chain.loss_slope < 0 else 1
        elif link.run != BEFORE:
            log10, _, sign = grown(chain, layer)
        elif link.place != PENALTY:
            log10, sign = chain.log10, chain.sign
        told.append(replace(link, known=known, log10=log10, sign=sign))
    return told


def grown(chain: ChainRule, layer: int) -> tuple[float, int, int]:
    """log10, digits and sign of the product from the loss back to a layer, that layer's gain included."""
    gains = [chain.loss_slope, *(factor.gain for factor in chain.factors if factor.layer >= layer)]
    sign = -1 if sum(gain < 0 for gain in gains) % 2 else 1
    return sum(magnitude(gain) for gain in gains), 3, sign


def gain_columns(chain: ChainRule, width: int) -> list[str]:
    """The gains worth a column: what only some layers have if any does, the whole if there is room."""
    shown = ["weight_gain", "slope_gain"]
    last = len(GAINS)
    for part, place in (("norm_gain", 1), ("time_gain", 1), ("dropout_gain", last), ("skip_gain", last)):
        if any(getattr(factor, part) != 1.0 for factor in chain.factors):
            shown.insert(place, part)
    return [*shown, "gain"] if width >= 30 + (GAIN + 1) * len(shown) else shown


def links_of(chain: ChainRule, shown: Sequence[str], rows: int, chosen: Place | None = None) -> list[Link]:
    """The activation, the factors folded to fit, the loss's slope; each with the product so far; a penalty.

    The layer that is `chosen` has a row of its own, as have the first, the last and the culprit, where there is room.
    """
    factors = chain.factors
    gains = np.array([factor.gain for factor in factors])
    log10 = magnitude(chain.activation) + np.cumsum([magnitude(gain) for gain in gains.tolist()])
    signs = np.cumprod(np.where(gains < 0, -1, 1)) * (-1 if chain.activation < 0 else 1)
    names = tuple(factor.name for factor in factors)
    last = _last(chain)
    room = rows - 1 - len(last)
    links = [_lone(ENTERING, BEFORE, chain.activation, chain.activation)]
    for run in fold(len(factors), room, _alone(chain, room, chosen)):
        end = run[1] - 1
        parts = tuple(_product(factors, part, run) for part in shown)
        links.append(
            Link(
                label=label((factors[run[0]].layer, factors[end].layer + 1)),
                name=common_name(names, run),
                gains=parts,
                run=run,
                place=factors[run[0]].layer,
                sign=int(signs[end]),
                log10=float(log10[end]),
                culprit=chain.culprit is not None and run[0] <= chain.culprit < run[1],
            )
        )
    return [*links, *last]


def places_of(chain: ChainRule) -> list[Place]:
    """Every row there could be, from the input on."""
    return [
        ENTERING,
        *(factor.layer for factor in chain.factors),
        *(link.place for link in _last(chain)),
    ]


def row_of_place(links: Sequence[Link], place: Place | None) -> int:
    """The row that stands for a place; -1 where none does."""
    rows = (row for row, link in enumerate(links) if _stands_for(link, place))
    return next(rows, -1)


def _stands_for(link: Link, place: Place | None) -> bool:
    if isinstance(place, int) and isinstance(link.place, int):
        return link.place <= place < link.place + link.run[1] - link.run[0]
    return link.place == place


def _alone(chain: ChainRule, rows: int, chosen: Place | None) -> tuple[int, ...]:
    """The factors with a row of their own: where few have room, the chosen one first."""
    own = _index(chain, chosen)
    culprit = () if chain.culprit is None else (chain.culprit,)
    every = {0, *culprit, len(chain.factors) - 1, *own}
    return tuple(every) if not own or rows > 2 * len(every) else own


def _index(chain: ChainRule, place: Place | None) -> tuple[int, ...]:
    return (place - chain.layer,) if isinstance(place, int) else ()


def _last(chain: ChainRule) -> list[Link]:
    """What comes after the layers."""
    slope = Link("", ARRIVING, (compact(chain.loss_slope),), AFTER, ARRIVING, chain.sign, chain.log10)
    return [slope, _lone(PENALTY, BEFORE, chain.penalty, chain.gradient)] if chain.penalty else [slope]


def _lone(name: str, run: Run, value: float, product: float) -> Link:
    """A value on its own, and what the product is with it."""
    return Link("", name, (compact(value),), run, name, -1 if product < 0 else 1, magnitude(product))


def _product(factors: tuple[Factor, ...], part: str, run: Run) -> str:
    """What one part of the gains comes to over a run of layers, also far outside of the range of float64."""
    gains = [getattr(factor, part) for factor in factors[run[0] : run[1]]]
    if len(gains) == 1:
        return compact(gains[0], 2)
    sign = -1 if sum(gain < 0 for gain in gains) % 2 else 1
    return from_log10(sum(magnitude(gain) for gain in gains), 2, sign)
