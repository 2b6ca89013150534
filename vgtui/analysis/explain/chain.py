"""The chain rule's product and its factors."""

from __future__ import annotations

import math
from dataclasses import replace

from vgtui.analysis.chain_rule import ChainRule, Factor
from vgtui.analysis.explain.layers import BACKPROPAGATION
from vgtui.analysis.explain.model import Explanation, Term
from vgtui.analysis.notation import gradient_name, weight_name
from vgtui.engine.record import power_of_ten

CULPRIT = ", the link that changes it most"

MOST = 16
"""Factors that are told one by one; of more, runs are."""

GAINS = {
    "weight_gain": "weight",
    "time_gain": "time",
    "norm_gain": "norm",
    "slope_gain": "slope",
    "dropout_gain": "dropout",
    "skip_gain": "skip",
}
MEANINGS = {
    "weight": "|W v| / |v|, v the signal that enters; 1 where the weight itself is",
    "time": "what all time steps of the layer make of it together",
    "norm": "what the normalisation makes of it",
    "slope": "|phi'(z) × u| / |u|, u the signal at z",
    "dropout": "what the mask of this pass leaves",
    "skip": "what skips add or carry past",
}
SOURCE = "forward-mode differentiation: Griewank & Walther 2008, 'Evaluating Derivatives', chapter 3"


def product(chain: ChainRule) -> Explanation:
    """dL/dw as the product of every factor; the culprit's gain beside it."""
    name = gradient_name(chain)
    terms = [Term("a", chain.activation, "what enters the weight" + _over(chain))]
    terms += _gains(chain.factors)
    terms.append(Term("dL/dout", chain.loss_slope, "the slope of the loss along what arrives at the output"))
    formula = f"{name} = {' × '.join(term.symbol for term in terms)}"
    if chain.penalty:
        terms.append(Term("penalty", chain.penalty, "l1 sign(w) + 2 l2 w, whatever the data"))
        formula += " + penalty"
    alone = "" if chain.place is None else f" as it is used at {chain.where} alone"
    return Explanation(
        title=f"{name}, the slope of the loss along this weight{alone}",
        value=chain.gradient,
        log10=None if chain.penalty else chain.log10,
        formula=formula,
        terms=tuple(terms),
        meaning="Exact: what the weight sends forward is followed to the loss, layer by layer.",
        source=SOURCE,
        also=() if chain.culprit is None else (gain(chain.factors[chain.culprit], CULPRIT),),
    )


def factor(chain: ChainRule, index: int) -> Explanation:
    """The gain of the factor at `index`, and the product up to it."""
    own = gain(chain.factors[index])
    return replace(own, also=(_so_far(chain, index),))


def gain(factor: Factor, said: str = "") -> Explanation:
    """One layer's gain as the product of its parts. said: what else there is to say of that layer."""
    parts = {symbol: getattr(factor, field) for field, symbol in GAINS.items()}
    shown = {
        symbol: value for symbol, value in parts.items() if value != 1.0 or symbol in ("weight", "slope")
    }
    whole = math.prod(parts.values())
    carried = (
        () if _close(whole, factor.gain) else (Term("carried", factor.gain, "past a branch that is dead"),)
    )
    terms = carried or tuple(Term(symbol, value, MEANINGS[symbol]) for symbol, value in shown.items())
    return Explanation(
        title=f"gain of layer {factor.layer}, {factor.name}{said}",
        value=factor.gain,
        formula=f"gain = {' × '.join(term.symbol for term in terms)}",
        terms=terms,
        meaning="How much this layer scales the signal that the chosen weight sends.",
        source=SOURCE,
    )


def _so_far(chain: ChainRule, index: int) -> Explanation:
    """What enters the weight, times the gains of the layers up to one."""
    last = chain.factors[index]
    before = _lasting(chain, index)
    log10 = before[1] + _log10(last.gain)
    return Explanation(
        title=f"the product up to layer {last.layer}",
        value=_signed(before[0] * math.copysign(1.0, last.gain), log10),
        log10=log10,
        formula="product = before × gain",
        terms=(
            Term(
                "before",
                _signed(*before),
                "what enters the weight" + (" × the gains of the layers before" if index else ""),
                before[1],
            ),
            Term("gain", last.gain, f"of layer {last.layer}"),
        ),
        meaning="How much of it is left of the signal of the weight.",
        source=SOURCE,
    )


def _lasting(chain: ChainRule, index: int) -> tuple[float, float]:
    """Sign and log10 of the product before a factor."""
    values = [chain.activation, *(one.gain for one in chain.factors[:index])]
    return math.prod(math.copysign(1.0, value) for value in values), sum(map(_log10, values))


def _signed(sign: float, log10: float) -> float:
    return sign * power_of_ten(log10)


def _log10(value: float) -> float:
    return math.log10(abs(value)) if value else -math.inf


def entering(chain: ChainRule) -> Explanation:
    """What enters the weight: the value in one sample, or the root mean square over the batch; of many their norm."""
    source = f"input {chain.column} of layer {chain.layer}"
    if chain.shared:
        source = f"what it meets at {chain.where or f'all {chain.shared}'} of layer {chain.layer}"
    terms: tuple[Term, ...]
    if chain.samples == 1:
        said = f"{'the norm of ' if chain.is_summed else ''}{source} in sample {chain.sample or 0}"
        formula, terms = "a = x", (Term("x", chain.activation, said),)
    else:
        formula = "a = sqrt(squares / n)"
        terms = (
            Term(
                "squares", chain.activation**2 * chain.samples, f"Σ of the squares of {source} over the batch"
            ),
            Term("n", float(chain.samples), "samples of the batch"),
        )
    return Explanation(
        title=f"what enters the weight {weight_name(chain)}",
        value=chain.activation,
        formula=formula,
        terms=terms,
        meaning="dz/dw is what the weight is multiplied with: where that is 0, the weight has no gradient.",
        source=BACKPROPAGATION,
    )


def arriving(chain: ChainRule) -> Explanation:
    """The slope of the loss along the signal that arrives, as what is left of the product."""
    sent = _lasting(chain, len(chain.factors))
    terms: tuple[Term, ...] = (
        Term("product", chain.product, "dL/dw, what the data has to say of it", chain.log10),
        Term("sent", _signed(*sent), "what enters the weight × every gain", sent[1]),
    )
    formula = "product / sent"
    if sent[1] == -math.inf:
        formula, terms = "none", (Term("none", chain.loss_slope, "nothing arrives that could move the loss"),)
    return Explanation(
        title="dL/dout, the slope of the loss along what arrives at the output",
        value=chain.loss_slope,
        formula=f"dL/dout = {formula}",
        terms=terms,
        meaning="How fast the loss changes as the answer moves the way in which this weight moves it, per unit of"
        " its root mean square.",
        source=SOURCE,
    )  # fmt: skip


def penalty(chain: ChainRule, l1: float, l2: float) -> Explanation:
    """What the penalties add to the gradient."""
    sign = math.copysign(1.0, chain.weight) if chain.weight else 0.0
    return Explanation(
        title=f"what the penalties add to {gradient_name(chain)}",
        value=chain.penalty,
        formula="penalty = l1 × sign + 2 × l2 × weight",
        terms=(
            Term("l1", l1, "training.l1"),
            Term("sign", sign, "of the weight; 0 for 0"),
            Term("l2", l2, "training.l2"),
            Term("weight", chain.weight, "its value in this pass"),
        ),
        meaning="It does not depend on the data.",
        source="the derivative of l1 |w| + l2 w²",
    )


def _close(one: float, other: float) -> bool:
    return one == other or math.isclose(one, other, rel_tol=1e-9)


def _over(chain: ChainRule) -> str:
    norm = f" of its norm over all {chain.shared}" if chain.is_summed else ""
    return (
        f": the root mean square{norm} over the batch"
        if chain.sample is None
        else f", in sample {chain.sample}"
    )


def _gains(factors: tuple[Factor, ...]) -> list[Term]:
    """A term a layer, or a run of layers where there are many."""
    length = max(1, math.ceil(len(factors) / MOST))
    runs = [factors[first : first + length] for first in range(0, len(factors), length)]
    return [_gain_of(run) for run in runs]


def _gain_of(run: tuple[Factor, ...]) -> Term:
    first, last = run[0], run[-1]
    if len(run) == 1:
        return Term(f"g{first.layer}", first.gain, f"{first.name}: {_parts(first)}")
    sign = -1.0 if sum(factor.gain < 0.0 for factor in run) % 2 else 1.0
    log10 = sum(math.log10(abs(factor.gain)) if factor.gain else -math.inf for factor in run)
    meaning = f"layers {first.layer} to {last.layer} together"
    return Term(f"g{first.layer}-{last.layer}", sign * power_of_ten(log10), meaning, log10)


def _parts(factor: Factor) -> str:
    """`weight 1.2 × slope 0.23`."""
    values = {symbol: getattr(factor, field) for field, symbol in GAINS.items()}
    told = [f"{symbol} {value:.3g}" for symbol, value in values.items() if value != 1.0]
    return " × ".join(told) or "unchanged"
