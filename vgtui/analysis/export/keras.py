"""The network as a Keras script: the same layers, weights and batch, and a check of its gradients against vgtui's.

Keras has its kernels as (in, out) and images with channels last; a recurrent layer but the GRU has one bias where
vgtui, as PyTorch, has two, whose gradients are equal.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vgtui.analysis.export.network import OPTIMIZERS, Network
from vgtui.scenario.errors import UserError
from vgtui.scenario.model import Conv, Dense, Gru, Layer, Lstm, Pool, Recurrent, Training

Arrays = Mapping[str, np.ndarray]

TOLERANCE = 1e-4
"""How far a gradient may be from vgtui's, relative to the largest of its layer: Keras computes parts of a step in
float32 whatever float type it is set to (3.15 on PyTorch was 3e-6 off on a small network of images).
"""

LOSSES = {
    "mean_squared_error": "keras.losses.MeanSquaredError()",
    "mean_absolute_error": "keras.losses.MeanAbsoluteError()",
    "binary_cross_entropy": "keras.losses.BinaryCrossentropy(from_logits=True)",
    "cross_entropy": "keras.losses.CategoricalCrossentropy(from_logits=True)",
}

BODY = '''\
import keras
import numpy as np
from keras import layers, ops

keras.config.set_floatx("{numbers}")
keras.config.set_dtype_policy("{numbers}")
SMALLEST = np.finfo("{numbers}").tiny  # a gradient below has fewer digits: it is as exact as this one's are


{classes}def build(dropout=True):
{build}


def loss_of(model, inputs, targets):
    answer = model(inputs, training=True)
    loss = {loss}(targets, answer)
{penalties}    return loss


def gradients(model, inputs, targets):
    """(loss, the gradient of every trainable weight), whatever Keras computes with."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow

        with tensorflow.GradientTape() as tape:
            loss = loss_of(model, inputs, targets)
        found = tape.gradient(loss, [weight.value for weight in model.trainable_weights])
    elif keras.backend.backend() == "torch":
        loss = loss_of(model, inputs, targets)
        loss.backward()
        found = [weight.value.grad for weight in model.trainable_weights]
    else:
        sys.exit("set KERAS_BACKEND to tensorflow or torch")
    return loss, found


def main():
    arrays = np.load(io.BytesIO(base64.b64decode("".join(DATA.split()))))
    model = build(dropout=False)  # vgtui's gradients are without dropout: its masks cannot be drawn here
    for weight in model.trainable_weights:
        weight.assign(arrays[f"parameters/{{weight.path}}"].reshape(weight.shape))
    loss, found = gradients(model, ops.convert_to_tensor(arrays["inputs"]), ops.convert_to_tensor(arrays["targets"]))
    print(f"loss {{float(ops.convert_to_numpy(loss)):.10g}}, in vgtui {vgtui_loss}")
    differences = []
    for weight, gradient in zip(model.trainable_weights, found):
        expected = arrays[f"gradients/{{weight.path}}"].reshape(weight.shape)
        layer = f"gradients/{{weight.path.split('/')[0]}}/"
        largest = max(abs(arrays[key]).max() for key in arrays.files if key.startswith(layer))
        got = np.zeros_like(expected) if gradient is None else ops.convert_to_numpy(gradient)
        difference = abs(got - expected).max() / max(largest, SMALLEST)
        differences.append(difference)
        norms = np.linalg.norm(got), np.linalg.norm(expected)
        print(f"{{weight.path:<32}} {{norms[0]:>12.4g}} {{norms[1]:>12.4g}} {{difference:>12.2g}}")
    optimizer = {optimizer}
{decay}    optimizer.apply(found, model.trainable_weights)
    agree = all(difference <= {tolerance!r} for difference in differences)
    told = "the gradients agree" if agree else "THE GRADIENTS DIFFER"
    print(f"{{told}} (to {{max(differences):.1e}} of the largest of a layer)")
    if not agree and keras.backend.backend() == "torch":
        print("On PyTorch Keras computes in float32 whatever it is asked for, and a network that makes signals grow")
        print("makes rounding grow too. On TensorFlow it computes in {numbers}.")
    return 0 if agree else 1

'''


PRELU = '''\
class PReLU(layers.PReLU):
    """With the slope alpha at 0, as vgtui and PyTorch have it; Keras's own has 0 there."""

    def call(self, inputs):
        return ops.where(inputs > 0, inputs, self.alpha * inputs)


'''

DECAY = """\
    decay = [{decay!r} * ops.stop_gradient(weight.value) for weight in model.trainable_weights]
    found = [gradient + own for gradient, own in zip(found, decay)]  # as vgtui; Keras decays apart from the gradient
"""


def script(network: Network) -> str:
    """A Keras script of the network. Raises UserError, one line, for what Keras cannot express."""
    lines = [f"x0 = keras.Input({_input_shape(network)!r})"]
    for number, layer in enumerate(network.layers):
        lines += _layer(network, number, layer)
    training = network.scenario.training
    inputs = np.moveaxis(network.inputs, 1, -1) if network.inputs.ndim == 4 else network.inputs
    arrays = {"inputs": inputs, "targets": network.targets}
    for kind, values in (("parameters", network.parameters), ("gradients", network.gradients)):
        for number, layer in enumerate(network.layers):
            own = _weights(layer, number, values, is_gradient=kind == "gradients")
            arrays |= {f"{kind}/{path}": array for path, array in own.items()}
    return network.script(
        BODY,
        {name: np.ascontiguousarray(array) for name, array in arrays.items()},
        framework="Keras 3",
        needs="keras, numpy, and TensorFlow or PyTorch",
        build="\n".join(f"    {line}" for line in [*lines, f"return keras.Model(x0, {network.loss_reads})"]),
        loss=LOSSES[training.loss],
        penalties=_penalties(training),
        optimizer=optimizer(training),
        decay=DECAY.format(decay=training.decay) if training.decay and not _is_decoupled(training) else "",
        classes=PRELU if any(getattr(layer, "activation", "") == "prelu" for layer in network.layers) else "",
        tolerance=max(TOLERANCE, network.tolerance),
    )


def _input_shape(network: Network) -> tuple[int, ...]:
    shape = network.inputs.shape[1:]
    return (*shape[1:], shape[0]) if len(shape) == 3 else shape


def _layer(network: Network, number: int, layer: Layer) -> list[str]:
    """The lines that build one layer."""
    given, made = f"x{number}", f"x{number + 1}"
    if isinstance(layer, Pool):
        pool = {
            "max": f"MaxPooling2D({layer.size})",
            "average": f"AveragePooling2D({layer.size})",
            "global_average": "GlobalAveragePooling2D()",
        }
        return [f"{made} = layers.{pool[layer.kind]}({given})"]
    if isinstance(layer, Recurrent):
        return [
            f"{made} = z{number} = {_recurrent(layer, number)}({given})",
            *_dropout(layer.dropout, number, made),
        ]
    lines = _affine(network, number, layer)
    if layer.normalization != "none":
        kind = "BatchNormalization" if layer.normalization == "batch" else "LayerNormalization"
        lines.append(f'z{number} = layers.{kind}(epsilon=1e-5, name="norm{number}")(z{number})')
    lines.append(f"a{number} = {_activation(layer, number)}")
    lines += _dropout(layer.dropout, number, f"a{number}")
    return [*lines, f"{made} = {network.passed(number, layer)}"]


def _affine(network: Network, number: int, layer: Dense | Conv) -> list[str]:
    given = f"x{number}"
    if isinstance(layer, Conv):
        settings = f'{layer.filters}, {layer.kernel}, strides={layer.stride}, padding="{layer.padding}"'
        return [f'z{number} = layers.Conv2D({settings}, name="layer{number}")({given})']
    lines = []
    if _is_image(network, number):  # flattened as PyTorch flattens it: channels first
        lines.append(f"{given} = layers.Flatten()(layers.Permute((3, 1, 2))({given}))")
    elif number == 0 and network.inputs.ndim > 2:
        lines.append(f"{given}f = layers.Flatten()({given})")
        given = f"{given}f"
    return [*lines, f'z{number} = layers.Dense({layer.units}, name="layer{number}")({given})']


def _is_image(network: Network, number: int) -> bool:
    before = network.layers[number - 1] if number else None
    if isinstance(before, Pool):
        return before.kind != "global_average"
    return isinstance(before, Conv)


def _activation(layer: Dense | Conv, number: int) -> str:
    z = f"z{number}"
    if layer.activation == "prelu":
        axes = [1, 2, 3] if isinstance(layer, Conv) else [1]
        return f'PReLU(shared_axes={axes}, name="alpha{number}")({z})'
    if layer.activation == "leaky_relu":
        return f"keras.activations.leaky_relu({z}, negative_slope={layer.slope_alpha!r})"
    if layer.activation == "elu":
        return f"keras.activations.elu({z}, alpha={layer.slope_alpha!r})"
    if layer.activation == "gelu":
        return f"keras.activations.gelu({z}, approximate=False)"
    return f'layers.Activation("{layer.activation}")({z})'


def _recurrent(layer: Recurrent, number: int) -> str:
    if layer.truncate is not None:
        raise UserError(
            "Keras cannot cut the gradient every so many steps; export to PyTorch, or remove truncate",
            place=f"layer {number}",
        )
    settings = f'{layer.units}, return_sequences={layer.return_sequences}, name="layer{number}"'
    if isinstance(layer, Lstm):
        return f"layers.LSTM({settings})"
    if isinstance(layer, Gru):
        return f"layers.GRU({settings})"
    return f'layers.SimpleRNN({settings}, activation="{getattr(layer, "activation", "tanh")}")'


def _dropout(share: float, number: int, name: str) -> list[str]:
    return [f"{name} = layers.Dropout({share!r} if dropout else 0.0)({name})"] if share else []


def _weights(layer: Layer, number: int, values: Arrays, *, is_gradient: bool) -> dict[str, np.ndarray]:
    """Keras's path of each of a layer's weights -> its values in Keras's layout."""
    if isinstance(layer, Pool):
        return {}
    if isinstance(layer, Recurrent):
        return _recurrent_weights(layer, number, values, is_gradient=is_gradient)
    weight = values[f"{number}.weight"]
    kernel = weight.transpose(2, 3, 1, 0) if isinstance(layer, Conv) else weight.T
    found = {f"layer{number}/kernel": kernel, f"layer{number}/bias": values[f"{number}.bias"]}
    if layer.normalization != "none":
        found[f"norm{number}/gamma"] = values[f"{number}.norm_weight"]
        found[f"norm{number}/beta"] = values[f"{number}.norm_bias"]
    if layer.activation == "prelu":
        found[f"alpha{number}/alpha"] = values[f"{number}.alpha"]
    return found


def _recurrent_weights(
    layer: Recurrent, number: int, values: Arrays, *, is_gradient: bool
) -> dict[str, np.ndarray]:
    own = {part: values[f"{number}.{part}"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    cell = {Lstm: "lstm_cell", Gru: "gru_cell"}.get(type(layer), "simple_rnn_cell")
    if isinstance(layer, Gru):  # the update gate comes first there, the reset gate second
        own = {part: _update_first(array, layer.units) for part, array in own.items()}
        bias = np.stack([own["bias_ih"], own["bias_hh"]])
    else:
        bias = own["bias_ih"] if is_gradient else own["bias_ih"] + own["bias_hh"]
    place = f"layer{number}/{cell}"
    return {
        f"{place}/kernel": own["weight_ih"].T,
        f"{place}/recurrent_kernel": own["weight_hh"].T,
        f"{place}/bias": bias,
    }


def _update_first(array: np.ndarray, units: int) -> np.ndarray:
    return np.concatenate([array[units : 2 * units], array[:units], array[2 * units :]])


def _penalties(training: Training) -> str:
    lines = ""
    for strength, norm in ((training.l1, "abs"), (training.l2, "square")):
        if strength:
            weights = 'for w in model.trainable_weights if w.path.endswith("kernel")'
            lines += f"    loss = loss + {strength!r} * sum(ops.sum(ops.{norm}(w)) {weights})\n"
    return lines


def _is_decoupled(training: Training) -> bool:
    return training.optimizer == "adamw"


def optimizer(training: Training) -> str:
    """Keras's optimiser with the scenario's settings."""
    settings = [f"{training.rate!r}"]
    if training.optimizer == "sgd":
        settings += [f"momentum={training.momentum!r}", f"nesterov={training.nesterov}"]
    if training.optimizer == "rmsprop":
        settings += [f"rho={training.rho!r}", f"momentum={training.momentum!r}"]
    if training.optimizer in ("adam", "adamw"):
        settings += [f"beta_1={training.beta1!r}", f"beta_2={training.beta2!r}"]
    if training.optimizer != "sgd":
        settings.append(f"epsilon={training.stability!r}")
    if training.optimizer == "adagrad":
        settings.append("initial_accumulator_value=0.0")
    if training.decay and _is_decoupled(training):
        settings.append(f"weight_decay={training.decay!r}")
    return f"keras.optimizers.{OPTIMIZERS[training.optimizer]}({', '.join(settings)})"
