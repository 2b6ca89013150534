"""The engine against PyTorch: losses, gradients, parameters and answers of every case, step by step."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.reference.cases import CASES, ROWS, STEPS, STORED, Case
from vgtui.engine.simulation import Simulation
from vgtui.scenario.layers import Normalization, PoolKind, RecurrentActivation
from vgtui.scenario.model import (
    ACTIVATIONS,
    Conv,
    Dense,
    Gru,
    Layer,
    Loss,
    Lstm,
    Optimizer,
    Pool,
    Rnn,
)

Array = np.ndarray[Any, Any]


@pytest.fixture(scope="module")
def stored() -> dict[str, Array]:
    with np.load(STORED, allow_pickle=False) as archive:
        return dict(archive)


def close(found: Array, wanted: Array, rounding: float = 0.0) -> None:
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=rounding)


def rounding_of(name: str, gradients: dict[str, Array]) -> float:
    """How far apart two gradients may be that are nothing but rounding: only those of biases come to that.

    Batch normalisation takes out what the bias before it adds, and the slopes of an absolute error may cancel: then
    the sum over the samples is 0, and what is left of it at most the rounding of its terms, on either side. A bias is
    the weight of an input that is always 1, so its terms are as large as those of its layer's weights.
    """
    layer, kind = name.split(".")
    if not kind.startswith("bias"):
        return 0.0
    terms = max(
        np.abs(value).max() for other, value in gradients.items() if other.startswith(f"{layer}.weight")
    )
    return float(2 * ROWS * np.finfo(float).eps * terms)


def laid_out(case: Case, values: dict[str, Array]) -> Array:
    assert list(values) == list(case.shapes)
    return np.concatenate([value.ravel() for value in values.values()])


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_engine_gives_the_numbers_that_pytorch_gave(
    case: Case, stored: dict[str, Array], tmp_path: Path
) -> None:
    file = tmp_path / "samples.npz"
    np.savez(file, inputs=stored[case.shown], **{case.target: stored[case.target]})
    losses, gradients, parameters, answers = (
        stored[f"{case.name}/{part}"] for part in ("losses", "gradients", "parameters", "answers")
    )
    sim = Simulation(case.scenario(file))
    sim.set_parameters(case.unpacked(parameters[0]))
    for step in range(STEPS):
        record = sim.step()
        close(np.array(record.loss), losses[step])
        wanted = case.unpacked(gradients[step])
        for name, gradient in sim.gradients.items():
            close(gradient, wanted[name], rounding_of(name, wanted))
        close(laid_out(case, sim.parameters), parameters[step + 1])
    close(sim.predict(stored[case.shown].reshape(ROWS, -1)), answers)


def test_the_reference_is_small_and_covers_all_that_the_engine_offers(stored: dict[str, Array]) -> None:
    assert STORED.stat().st_size < 310_000
    assert {name.split("/")[0] for name in stored if "/" in name} == set(CASES)
    pairs = [(layer, case.training) for case in CASES.values() for layer in case.layers]
    assert {layer.activation for layer, _ in pairs} == set(ACTIVATIONS)
    kinds, losses, optimizers = (set(union.__args__) for union in (Layer, Loss, Optimizer))
    assert {(type(layer), how.loss) for layer, how in pairs} == set(product(kinds, losses))
    assert {(type(layer), how.optimizer) for layer, how in pairs} == set(product(kinds, optimizers))
    for kind in (Dense, Conv):
        found = {layer.normalization for layer, _ in pairs if isinstance(layer, kind)}
        assert found == set(Normalization.__args__)
    assert {layer.kind for layer, _ in pairs if isinstance(layer, Pool)} == set(PoolKind.__args__)
    for kind in (Rnn, Lstm, Gru):
        cells = [layer for layer, _ in pairs if isinstance(layer, kind)]
        assert {layer.truncate is None for layer in cells} == {True, False}
        assert {layer.return_sequences for layer in cells} == {True, False}
    assert {layer.activation for layer, _ in pairs if isinstance(layer, Rnn)} == set(
        RecurrentActivation.__args__
    )
    for case in CASES.values():
        start, *_, end = stored[f"{case.name}/parameters"]
        assert not np.allclose(start, end, rtol=1e-5), "a reference that stands still tells nothing"


@pytest.mark.torch
def test_pytorch_still_gives_the_stored_numbers(stored: dict[str, Array]) -> None:
    pytest.importorskip("torch", reason="the engine is held to the stored numbers without PyTorch too")
    from tests.reference.make_torch_reference import ask

    for case in CASES.values():
        for part, value in ask(case).items():
            name = f"{case.name}/{part}"
            np.testing.assert_allclose(value, stored[name], rtol=1e-11, atol=1e-14, err_msg=name)
