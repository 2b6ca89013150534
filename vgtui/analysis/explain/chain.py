"""The chain rule's product and its factors."""

from __future__ import annotations

import math

from vgtui.analysis.chain_rule import ChainRule, Factor
from vgtui.analysis.explain.model import Explanation, Term
from vgtui.engine.record import power_of_ten

MOST = 16
"""Factors that are told one by one; of more, runs are."""

GAINS = {
    "weight_gain": "weight",
    "norm_gain": "norm",
    "slope_gain": "slope",
    "dropout_gain": "dropout",
    "skip_gain": "skip",
}
MEANINGS = {
    "weight": "|W v| / |v|, v the signal that enters; 1 where the weight itself is",
    "norm": "what the normalisation makes of it",
    "slope": "|phi'(z) × u| / |u|, u the signal at z",
    "dropout": "what the mask of this pass leaves",
    "skip": "what skips add or carry past",
}
SOURCE = "forward-mode differentiation: Griewank & Walther 2008, 'Evaluating Derivatives', chapter 3"


def product(chain: ChainRule) -> Explanation:
    """dL/dw as the product of every factor; the culprit's gain beside it."""
    name = f"dL/dW{chain.layer}[{chain.row},{chain.column}]"
    terms = [Term("a", chain.activation, "what enters the weight" + _over(chain))]
    terms += _gains(chain.factors)
    terms.append(Term("dL/dout", chain.loss_slope, "the slope of the loss along what arrives at the output"))
    formula = f"{name} = {' × '.join(term.symbol for term in terms)}"
    if chain.penalty:
        terms.append(Term("penalty", chain.penalty, "l1 sign(w) + 2 l2 w, whatever the data"))
        formula += " + penalty"
    return Explanation(
        title=f"{name}, the slope of the loss along this weight",
        value=chain.gradient,
        log10=None if chain.penalty else chain.log10,
        formula=formula,
        terms=tuple(terms),
        meaning="Exact: what the weight sends forward is followed to the loss, layer by layer.",
        source=SOURCE,
        also=(gain(chain.factors[chain.culprit]),) if chain.factors else (),
    )


def gain(factor: Factor) -> Explanation:
    """One layer's gain as the product of its parts."""
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
        title=f"gain of layer {factor.layer}, {factor.name}, the link that changes it most",
        value=factor.gain,
        formula=f"gain = {' × '.join(term.symbol for term in terms)}",
        terms=terms,
        meaning="How much this layer scales the signal that the chosen weight sends.",
        source=SOURCE,
    )


def _close(one: float, other: float) -> bool:
    return one == other or math.isclose(one, other, rel_tol=1e-9)


def _over(chain: ChainRule) -> str:
    return ": its root mean square over the batch" if chain.sample is None else f", in sample {chain.sample}"


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
