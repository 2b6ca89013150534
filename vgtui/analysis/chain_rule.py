"""The exact chain-rule product for one weight: what the weight sends forward, gain by gain, to the loss."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Factor:
    """One link of the chain: how much layer `layer` scales the signal that the chosen weight sends.

    v is the signal that enters the layer (how its input moves when the weight moves). The layer that holds the
    weight has weight_gain 1: the weight itself is what moves. A gain is signed where the layer maps one number
    to one number (the textbook scalar chain), else it is a ratio of norms and positive.
    """

    layer: int
    name: str
    weight_gain: float  # |W v| / |v|
    norm_gain: float  # |N' (W v)| / |W v|, N the normalisation; 1 where there is none
    slope_gain: float  # |phi'(z) * u| / |u|, u the signal at z; 1 on an output that the loss reads as logits
    skip_gain: float  # what adding the skip made of it; 1 where there is none
    gain: float  # of the whole layer: the product of the four, or what the skip carries past a dead branch


@dataclass(frozen=True, slots=True)
class ChainRule:
    """The product for one weight, exact for the network as it was in the latest step.

    product = activation * gain of every factor * loss_slope = the weight's entry in `sim.gradients`.

    activation   what enters the weight: the value itself for one sample, the root mean square over a batch
    loss_slope   dL/d(output) along the final signal, signed
    culprit      index into `factors` of the link that shrinks the signal most (grows it most when it explodes)
    sample       the sample's place in the batch, or None for the whole batch
    sign, log10  of the product: true also where `product` itself is below or above the range of float64
    """

    layer: int
    row: int
    column: int
    sample: int | None
    weight: float
    activation: float
    factors: tuple[Factor, ...]
    loss_slope: float
    culprit: int
    product: float
    sign: int
    log10: float
