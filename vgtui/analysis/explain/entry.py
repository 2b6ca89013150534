"""One entry of a weight: its gradient as the sum over the batch, and what the optimiser made of it."""

from __future__ import annotations

import math

import numpy as np

from vgtui.analysis.chain_rule import LOG10_2
from vgtui.analysis.explain.layers import BACKPROPAGATION
from vgtui.analysis.explain.model import Explanation, Term
from vgtui.analysis.notation import gradient_name, weight_name
from vgtui.analysis.weight_entry import WeightEntry

MOST = 8
"""Samples that are told one by one: those with most to say."""

CLOSE = 1e-6
"""How far sum and gradient may be apart, relative, without a word about it."""

GIVEN = "the gradient as the optimiser is given it: clipped, with weight decay where that is coupled"


def entry(found: WeightEntry) -> Explanation:
    """dL/dw of one weight as the sum over the batch; its update beside it."""
    terms = _samples(found.contributions, found.exponent)
    if found.penalty:
        terms.append(Term("penalty", found.penalty, "l1 sign(w) + 2 l2 w, whatever the data"))
    rest = found.gradient - sum(term.value for term in terms)
    if not abs(rest) <= CLOSE * abs(found.gradient) and all(math.isfinite(term.value) for term in terms):
        terms.append(Term("rest", rest, "what rounding, or a cut in time, makes of it on the way back"))
    name = gradient_name(found)
    said = "" if found.updated else " The weight has not been updated with it."
    return Explanation(
        title=f"{name}, the sum over the batch",
        value=found.gradient,
        log10=None if found.penalty else _log10(float(found.contributions.sum()), found.exponent),
        formula=f"{name} = {' + '.join(term.symbol for term in terms)}",
        terms=tuple(terms),
        meaning=f"What a sample adds is its own dL/dw, divided by the {len(found.contributions)} samples of the"
        f" batch. Where samples disagree, their sum is smaller than its parts.{said}",
        source=BACKPROPAGATION,
        also=(_update(found), _now(found)) if found.updated else (),
    )


def _log10(scaled: float, exponent: int) -> float:
    """Of the size of a number that is given times 2**-exponent."""
    return math.log10(abs(scaled)) + exponent * LOG10_2 if scaled else -math.inf


def _term(symbol: str, scaled: float, exponent: int, meaning: str) -> Term:
    return Term(symbol, float(np.ldexp(scaled, exponent)), meaning, _log10(scaled, exponent))


def _samples(contributions: np.ndarray, exponent: int) -> list[Term]:
    """Those with most to say in the order of the batch, and all others together."""
    count = len(contributions)
    told = np.argsort(-np.abs(contributions), kind="stable")[:MOST] if count > MOST + 1 else np.arange(count)
    terms = [
        _term(f"s{place}", float(contributions[place]), exponent, f"sample {place} of the batch")
        for place in sorted(told.tolist())
    ]
    if len(told) < count:
        others = float(np.delete(contributions, told).sum())
        terms.append(_term("others", others, exponent, f"the other {count - len(told)} samples together"))
    return terms


def _update(found: WeightEntry) -> Explanation:
    """What the optimiser added to the weight."""
    training = found.training
    if training.gradient_noise:
        formula, terms, source = "now - before", _ends(found), "gradient noise: Neelakantan et al. 2015"
    else:
        formula, terms, source = OPTIMIZERS[training.optimizer](found)
    return Explanation(
        title=f"its update by {training.optimizer}",
        value=found.now - found.before,
        formula=f"update = {formula}",
        terms=terms,
        meaning="What the latest step added to this weight.",
        source=source,
    )


def _now(found: WeightEntry) -> Explanation:
    return Explanation(
        title=f"{weight_name(found)} after it",
        value=found.now,
        formula="now = before + update",
        terms=(
            Term("before", found.before, "in the pass that gave the gradient"),
            Term("update", found.now - found.before, "what the optimiser added"),
        ),
        meaning="",
        source=BACKPROPAGATION,
    )


def _ends(found: WeightEntry) -> tuple[Term, ...]:
    return Term("now", found.now, "after the update"), Term("before", found.before, "before it")


Update = tuple[str, tuple[Term, ...], str]
"""The formula, its terms, and whose it is."""


def _sgd(found: WeightEntry) -> Update:
    rate, momentum = _rate(found), Term("momentum", found.training.momentum, "training.momentum")
    given, buffer = Term("g", found.given, GIVEN), Term("kept", found.first, "momentum × kept before + g")
    if not momentum.value:
        return "-rate × g", (rate, given), "stochastic gradient descent: Robbins & Monro 1951"
    if not found.training.nesterov:
        return "-rate × kept", (rate, buffer), "momentum: Polyak 1964, as torch.optim.SGD has it"
    terms = (rate, given, momentum, buffer)
    return "-rate × (g + momentum × kept)", terms, "Sutskever et al. 2013, as torch.optim.SGD has it"


def _adagrad(found: WeightEntry) -> Update:
    squares = Term("squares", found.second, "Σ g² over all updates so far")
    terms = (_rate(found), Term("g", found.given, GIVEN), squares, _epsilon(found))
    return "-rate × g / (sqrt(squares) + eps)", terms, "Duchi, Hazan & Singer 2011"


def _rmsprop(found: WeightEntry) -> Update:
    rate, source = _rate(found), "RMSprop: Hinton 2012"
    if found.training.momentum:
        kept = Term("kept", found.first, "momentum × kept before + g / (sqrt(mean square) + eps)")
        return "-rate × kept", (rate, kept), source
    square = Term("square", found.second, f"running mean of g², rho {found.training.rho:g}")
    terms = (rate, Term("g", found.given, GIVEN), square, _epsilon(found))
    return "-rate × g / (sqrt(square) + eps)", terms, source


def _adam(found: WeightEntry) -> Update:
    training = found.training
    terms = (
        _rate(found),
        Term("mean", found.first, f"running mean of g, beta1 {training.beta1:g}"),
        Term("bias1", found.bias1, "1 - beta1^t, t updates: the mean began at 0"),
        Term("square", found.second, f"running mean of g², beta2 {training.beta2:g}"),
        Term("bias2", found.bias2, "1 - beta2^t"),
        _epsilon(found),
    )
    return "-rate × mean / bias1 / (sqrt(square / bias2) + eps)", terms, "Kingma & Ba 2015"


def _adamw(found: WeightEntry) -> Update:
    formula, terms, _ = _adam(found)
    decay = (
        Term("decay", found.training.decay, "training.weight_decay, decoupled"),
        Term("before", found.before, "the weight before the update"),
    )
    source = "Loshchilov & Hutter 2019, 'Decoupled Weight Decay Regularization'"
    return f"{formula} - rate × decay × before", (*terms, *decay), source


def _rate(found: WeightEntry) -> Term:
    return Term("rate", found.rate, "the learning rate of this update")


def _epsilon(found: WeightEntry) -> Term:
    return Term("eps", found.training.stability, "keeps it from dividing by 0")


OPTIMIZERS = {"sgd": _sgd, "adagrad": _adagrad, "rmsprop": _rmsprop, "adam": _adam, "adamw": _adamw}
"""By their names in scenarios."""
