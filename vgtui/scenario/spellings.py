"""Other spellings that are read: Keras's, PyTorch's and scikit-learn's names where they differ from vgtui's.

Only what is written here is accepted besides the names of `model.py`, and only those are ever written.
"""

from __future__ import annotations

VALUES: dict[str, dict[str, str]] = {
    "type": {"linear": "dense", "conv2d": "conv", "pooling": "pool"},
    "kind": {"avg": "average", "mean": "average", "global_avg": "global_average"},
    "source": {"make_moons": "moons", "make_circles": "circles", "make_blobs": "blobs"},
    "features": {
        "x1^2": "x1_squared",
        "x2^2": "x2_squared",
        "x1*x2": "x1_x2",
        "sin(x1)": "sin_x1",
        "sin(x2)": "sin_x2",
    },
    "activation": {
        "identity": "linear",
        "none": "linear",
        "logistic": "sigmoid",
        "hardsigmoid": "hard_sigmoid",
        "hardtanh": "hard_tanh",
        "leakyrelu": "leaky_relu",
        "swish": "silu",
    },
    "init": {
        "xavier_uniform": "glorot_uniform",
        "xavier_normal": "glorot_normal",
        "kaiming_uniform": "he_uniform",
        "kaiming_normal": "he_normal",
    },
    "recurrent_init": {
        "xavier_uniform": "glorot_uniform",
        "xavier_normal": "glorot_normal",
        "kaiming_uniform": "he_uniform",
        "kaiming_normal": "he_normal",
        "eye": "identity",
    },
    "normalization": {
        "batch_norm": "batch",
        "batch_normalization": "batch",
        "batchnorm": "batch",
        "layer_norm": "layer",
        "layer_normalization": "layer",
        "layernorm": "layer",
    },
    "loss": {
        "mse": "mean_squared_error",
        "mse_loss": "mean_squared_error",
        "mae": "mean_absolute_error",
        "l1_loss": "mean_absolute_error",
        "bce": "binary_cross_entropy",
        "bce_loss": "binary_cross_entropy",
        "bce_with_logits_loss": "binary_cross_entropy",
        "binary_crossentropy": "binary_cross_entropy",
        "binary_cross_entropy_with_logits": "binary_cross_entropy",
        "cross_entropy_loss": "cross_entropy",
        "categorical_crossentropy": "cross_entropy",
        "sparse_categorical_crossentropy": "cross_entropy",
    },
    "schedule": {
        "cosine_decay": "cosine",
        "exponential_decay": "exponential",
        "inverse_time_decay": "inverse_time",
    },
}
"""Field name -> other spelling of its value -> the value."""

KEYS: dict[str, str] = {
    "lr": "learning_rate",
    "eps": "epsilon",
    "beta_1": "beta1",
    "beta_2": "beta2",
    "global_clipnorm": "clip_norm",
    "clipvalue": "clip_value",
    "kernel_initializer": "init",
    "recurrent_initializer": "recurrent_init",
    "bias_initializer": "bias_init",
    "negative_slope": "alpha",
    "dropout_rate": "dropout",
    "kernel_size": "kernel",
    "strides": "stride",
    "pool_size": "size",
}
"""Other spelling of a key -> the key, where the table has that key."""


def value_of(field: str, text: str) -> str:
    """`text` as `field` spells it; unchanged where it is no other spelling."""
    return VALUES.get(field, {}).get(text, text)
