"""The handwritten digits that travel with vgtui; where they come from stands in `digits.txt` beside them."""

from __future__ import annotations

from importlib.resources import files
from io import BytesIO

from vgtui.data.archive import read_npz
from vgtui.data.builtin import BuiltIn
from vgtui.data.dataset import Floats, Labels, Shape, entry_names
from vgtui.data.split import choice
from vgtui.data.streams import data_stream
from vgtui.scenario.model import Data

COUNT = 1797
SHAPE = (1, 8, 8)
DARKEST = 16
"""Pixels are whole numbers from 0 to 16 in the file."""


def digits(data: Data, seed: int) -> tuple[Floats, Labels]:
    """Handwritten digits, inputs (samples, 1, 8, 8): 0 is paper, 1 is ink; + Gaussian noise. Ten classes.

    The 1,797 images of scikit-learn's `load_digits`, in its order; a random choice where fewer are asked for.
    """
    packed = files("vgtui.data").joinpath("digits.npz").read_bytes()
    samples = read_npz(BytesIO(packed), "digits", "classification")
    inputs, labels, random = samples.inputs / DARKEST, samples.labels, data_stream(seed)
    if data.sample_count < COUNT:
        chosen = choice(COUNT, data.sample_count, random)
        inputs, labels = inputs[chosen], labels[chosen]
    if data.noise > 0:
        inputs += random.normal(scale=data.noise, size=inputs.shape)
    return inputs.reshape(-1, *SHAPE), labels


DIGITS = BuiltIn(digits, shape=lambda _: Shape(SHAPE, 10, 1), names=lambda _: entry_names(SHAPE), most=COUNT)
