"""What may help a network that does not learn: each remedy one plain edit, old scenario -> new scenario.

An edit that changes nothing gives the same scenario back: then the remedy does not fit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from vgtui.scenario.cures import batch_normalization, relu_and_he, skips
from vgtui.scenario.edit import with_network
from vgtui.scenario.errors import UserError
from vgtui.scenario.layers import Neurons
from vgtui.scenario.model import Dense, Gru, Layer, Lstm, Recurrent, Rnn, Scenario

DROPOUT = 0.3
"""Srivastava et al. 2014 take 0.5 for wide layers; narrow ones bear less."""

Edit = Callable[[Scenario], Scenario]


class Remedy(Struct, frozen=True):
    """A remedy: what it is called, what it does in one sentence, and the edit that it is."""

    name: str
    sentence: str
    edit: Edit

    def applied(self, scenario: Scenario) -> Scenario | None:
        """The scenario with it; None where it changes nothing, or would not hold."""
        try:
            edited = self.edit(scenario)
        except (UserError, ValueError):
            return None
        return None if edited == scenario else edited


def fitting(scenario: Scenario) -> tuple[tuple[Remedy, Scenario], ...]:
    """Every remedy that changes this scenario, with what it makes of it; of two that do the same, the first."""
    found: list[tuple[Remedy, Scenario]] = []
    for remedy in REMEDIES:
        edited = remedy.applied(scenario)
        if edited is not None and all(edited != other for _, other in found):
            found.append((remedy, edited))
    return tuple(found)


def _neurons(**settings: Any) -> Edit:
    """Set these of every hidden dense or convolutional layer."""
    return lambda scenario: _changed(
        scenario, lambda layer: replace(layer, **settings) if isinstance(layer, Neurons) else layer
    )


def _changed(scenario: Scenario, change: Callable[[Any], Any]) -> Scenario:
    """`change` done to every layer but the last."""
    network: list[Layer] = [layer for _, layer in scenario.expanded()]
    return with_network(
        scenario,
        [*(replace(change(layer), repeat=1) for layer in network[:-1]), replace(network[-1], repeat=1)],
    )


def _training(**settings: Any) -> Edit:
    return lambda scenario: replace(scenario, training=replace(scenario.training, **settings))


def _rate_times(factor: float) -> Edit:
    return lambda scenario: _training(learning_rate=scenario.training.rate * factor)(scenario)


def _drawn_by_fan_in(scenario: Scenario) -> Scenario:
    """He for rectifiers, Glorot for the rest; gain 1; the last layer too, as zeros there hold all others back."""

    def drawn(layer: Layer) -> Layer:
        if isinstance(layer, Recurrent):
            return replace(
                layer, init="glorot_uniform", recurrent_init="orthogonal", gain=1.0, recurrent_gain=1.0
            )
        if not isinstance(layer, Neurons):
            return layer
        rectifies = layer.activation in ("relu", "leaky_relu", "prelu")
        return replace(layer, init="he_normal" if rectifies else "glorot_uniform", gain=1.0)

    return with_network(scenario, [replace(drawn(layer), repeat=1) for _, layer in scenario.expanded()])


def _fewer_layers(scenario: Scenario) -> Scenario:
    """Of every run of equal hidden layers half."""
    layers = tuple(replace(layer, repeat=max(1, layer.repeat // 2)) for layer in scenario.layers[:-1])
    return with_network(
        scenario,
        [
            replace(layer, repeat=1)
            for _, layer in replace(scenario, layers=(*layers, scenario.layers[-1])).expanded()
        ],
    )


def _recurrent(change: Callable[[Any, Scenario], Any]) -> Edit:
    return lambda scenario: _changed(
        scenario, lambda layer: change(layer, scenario) if isinstance(layer, Recurrent) else layer
    )


def _chrono(layer: Recurrent, scenario: Scenario) -> Recurrent:
    if isinstance(layer, Lstm):
        return replace(layer, forget_bias=0.0, chrono=max(scenario.data.sequence_length, 2))
    return replace(layer, chrono=max(scenario.data.sequence_length, 2)) if isinstance(layer, Gru) else layer


def _forget_less(layer: Recurrent, scenario: Scenario) -> Recurrent:
    return replace(layer, forget_bias=1.0) if isinstance(layer, Lstm) and layer.chrono is None else layer


def _as_lstm(layer: Recurrent, scenario: Scenario) -> Recurrent:
    if not isinstance(layer, Rnn):
        return layer
    return Lstm(units=layer.units, forget_bias=1.0, return_sequences=layer.return_sequences)


def _clipped(scenario: Scenario) -> Scenario:
    training = scenario.training
    if training.clip_norm is not None or training.clip_value is not None:
        return scenario
    return _training(clip_norm=1.0)(scenario)


def _with_momentum(scenario: Scenario) -> Scenario:
    training = scenario.training
    plain = training.optimizer == "sgd" and training.momentum == 0.0
    return _training(momentum=0.9)(scenario) if plain else scenario


def _as_adam(scenario: Scenario) -> Scenario:
    if scenario.training.optimizer in ("adam", "adamw"):
        return scenario
    return _training(optimizer="adam", learning_rate=1e-3, momentum=0.0, nesterov=False)(scenario)


def _scaled_loss(scenario: Scenario) -> Scenario:
    if scenario.precision not in ("float16", "bfloat16") or scenario.training.loss_scale != 1.0:
        return scenario
    return _training(loss_scale="dynamic")(scenario)


def _with_range(scenario: Scenario) -> Scenario:
    return replace(scenario, precision="bfloat16") if scenario.precision == "float16" else scenario


def _dropped(scenario: Scenario) -> Scenario:
    """Hidden dense layers that drop nothing out yet drop a part."""

    def dropped(layer: Layer) -> Layer:
        bare = isinstance(layer, Dense) and layer.dropout == 0.0
        return replace(layer, dropout=DROPOUT) if bare else layer

    return _changed(scenario, dropped)


def _without_dropout(scenario: Scenario) -> Scenario:
    return _changed(scenario, lambda layer: replace(layer, dropout=0.0) if layer.dropout else layer)


def _scaled_inputs(scenario: Scenario) -> Scenario:
    return replace(scenario, data=replace(scenario.data, scaling="standard"))


REMEDIES: tuple[Remedy, ...] = (
    Remedy("ReLU, drawn by He", "Hidden layers become ReLU and are drawn anew by He.", relu_and_he),
    Remedy(
        "leaky ReLU",
        "Hidden layers become leaky ReLU, whose slope is never 0.",
        _neurons(activation="leaky_relu", alpha=None, init="he_normal", gain=1.0),
    ),
    Remedy(
        "tanh", "Hidden layers become tanh, whose slope at 0 is 1.", _neurons(activation="tanh", alpha=None)
    ),
    Remedy(
        "weights drawn by their fan-in",
        "Every layer is drawn anew, by He for rectifiers and by Glorot for the rest.",
        _drawn_by_fan_in,
    ),
    Remedy(
        "orthogonal weights", "Hidden layers are drawn orthogonal.", _neurons(init="orthogonal", gain=1.0)
    ),
    Remedy("biases at 0", "Hidden biases are drawn anew, as zeros.", _neurons(bias_init="zeros")),
    Remedy("batch normalisation", "Hidden layers are normalised over the batch.", batch_normalization),
    Remedy("layer normalisation", "Hidden layers are normalised.", _neurons(normalization="layer")),
    Remedy("skips", "A skip goes around every layer that is as wide as the one before.", skips),
    Remedy("fewer layers", "Of every run of equal layers half is taken out.", _fewer_layers),
    Remedy("forget bias of 1", "The forget gates begin open.", _recurrent(_forget_less)),
    Remedy(
        "chrono gates",
        "The gates' biases are drawn for memories as long as the sequence.",
        _recurrent(_chrono),
    ),
    Remedy(
        "orthogonal recurrent weights",
        "Recurrent weights are drawn orthogonal.",
        _recurrent(lambda layer, _: replace(layer, recurrent_init="orthogonal", recurrent_gain=1.0)),
    ),
    Remedy("an LSTM in its place", "Plain recurrent layers become LSTMs.", _recurrent(_as_lstm)),
    Remedy("Adam", "The optimiser becomes Adam at 0.001.", _as_adam),
    Remedy("momentum", "Plain descent gets a momentum of 0.9.", _with_momentum),
    Remedy("ten times the learning rate", "The learning rate is multiplied by ten.", _rate_times(10.0)),
    Remedy("a tenth of the learning rate", "The learning rate is divided by ten.", _rate_times(0.1)),
    Remedy("a warm-up", "The learning rate rises over the first 100 updates.", _training(warmup_steps=100)),
    Remedy(
        "a constant learning rate",
        "The learning rate stays as it began.",
        _training(schedule="constant", warmup_steps=0),
    ),
    Remedy("a cosine schedule", "The learning rate falls along a cosine.", _training(schedule="cosine")),
    Remedy("clipping at norm 1", "The gradient is cut to a norm of 1.", _clipped),
    Remedy("no clipping", "The gradient is used as it is.", _training(clip_norm=None, clip_value=None)),
    Remedy("inputs scaled to variance 1", "The inputs are brought to mean 0 and variance 1.", _scaled_inputs),
    Remedy(
        "loss scaling",
        "The loss is multiplied so that its gradients are no longer too small for the format.",
        _scaled_loss,
    ),
    Remedy("bfloat16", "Numbers of 16 bits get the range of float32.", _with_range),
    Remedy("weight decay", "Weights are drawn towards 0.", _training(weight_decay=0.01)),
    Remedy("dropout", f"Training leaves {DROPOUT:.0%} of the hidden dense layers' outputs out.", _dropped),
    Remedy("no dropout", "Nothing is left out any more.", _without_dropout),
    Remedy("no penalties", "The loss is the data's alone.", _training(l1=0.0, l2=0.0)),
)
"""All of them, in the order in which they are tried."""
