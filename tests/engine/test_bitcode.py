"""The bitcode that the package carries: of these sources, whole, and the same numbers as numba's own."""

from __future__ import annotations

import itertools
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from llvmlite import binding as llvm

from vgtui.engine import bitcode, loading, machine_code, signatures, store
from vgtui.engine.kernels.losses import LOSSES
from vgtui.engine.kernels.products import PRODUCT
from vgtui.engine.precompiling import sources_of
from vgtui.engine.signatures import NUMBERS
from vgtui.engine.warm import all_faces

FACE = LOSSES["mean_squared_error"]
SYMBOL = FACE.symbol("float64")
MAKE_ANEW = "run python -m vgtui.engine.precompiling"


@pytest.fixture
def carry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Have the package carry something else, or nothing at first."""
    true = msgspec.structs.replace(bitcode.carried(), functions={SYMBOL: bitcode.carried().functions[SYMBOL]})
    monkeypatch.setattr(bitcode, "FILE", tmp_path / "bitcode.xz")
    bitcode.carried.cache_clear()

    def carry(damage: Callable[[bytes], bytes] = bytes, **changes: Any) -> None:
        changed = msgspec.structs.replace(true, **changes)
        bitcode.FILE.write_bytes(damage(lzma.compress(msgspec.msgpack.encode(changed))))
        bitcode.carried.cache_clear()

    yield carry
    bitcode.carried.cache_clear()


def test_the_package_carries_the_bitcode_of_these_sources():
    assert bitcode.carried().sources == store.digests(), MAKE_ANEW


def test_a_function_is_made_of_what_its_module_imports_and_of_what_compiles_it():
    sources = sources_of("vgtui.engine.operations.dense")
    assert {"operations/dense.py", "kernels/products.py", "kernels/tiles.py", "kernels/vectors.py"} <= sources
    assert {"kernels/__init__.py", "table.py", "compiling.py", "narrowing.py"} <= sources
    assert not {"machine.py", "kernels/cells.py", "operations/convolve.py"} & sources


def test_it_carries_every_face_in_every_precision_and_the_product_for_vectors_of_every_width():
    faces = all_faces().keys() - {PRODUCT.name}
    faces |= {f"kernels.products.product_of_{lanes}_lanes" for lanes in (2, 4, 8)}
    assert bitcode.carried().functions.keys() == {
        f"{name}-{numbers}" for name in faces for numbers in NUMBERS
    }


def test_it_says_nothing_of_the_machine_that_it_was_made_on():
    for function in bitcode.carried().functions.values():
        text = str(llvm.parse_bitcode(function.bitcode))
        assert ".py" not in text
        assert "target-cpu" not in text


def test_what_is_carried_becomes_the_code_that_numba_makes_here():
    from vgtui.engine import compiling

    made = machine_code.object_code(compiling.bitcode(FACE, "float64"), SYMBOL)
    assert bitcode.object_code(SYMBOL) in (made, None)


@pytest.mark.parametrize("damage", [lambda kept: kept[:-9], lambda kept: b"none", lambda kept: b""])
def test_a_damaged_file_is_as_good_as_none(carry, damage):
    carry(damage)
    assert bitcode.object_code(SYMBOL) is None


def test_a_package_may_carry_nothing(carry):
    assert bitcode.object_code(SYMBOL) is None


@pytest.mark.parametrize(
    "wrong",
    [
        lambda true: {"sources": {**true.sources, "kernels/losses.py": b""}},
        lambda true: {"system": "vax"},
        lambda true: {"version": (99, 0, 0)},
    ],
)
def test_bitcode_of_other_sources_or_systems_or_of_a_newer_llvm_is_left_to_numba(carry, wrong):
    carry(system=llvm.get_process_triple())
    assert bitcode.object_code(SYMBOL) is not None
    carry(**wrong(bitcode.carried()))
    assert bitcode.object_code(SYMBOL) is None


def test_bitcode_stays_good_where_other_sources_changed(carry):
    carry(system=llvm.get_process_triple())
    carry(sources={**bitcode.carried().sources, "kernels/cells.py": b""})
    assert bitcode.object_code(SYMBOL) is not None


SHAPES = (
    *((rows, 3, cols, 2) for rows in range(1, 20) for cols in (*range(1, 10), 12, 13, 16, 17, 25, 33, 50)),
    *((131, 135, 133, 1), (50, 200, 50, 1), (70, 300, 60, 1), (130, 150, 300, 1), (49, 600, 71, 1)),
)
"""(rows, inner, cols, lines): tiles of every height and width, and products that are packed."""


@pytest.mark.parametrize("lanes", [2, 4, 8])
def test_the_product_is_right_with_vectors_of_every_width(lanes):
    symbol = f"kernels.products.product_of_{lanes}_lanes-float64"
    code = machine_code.object_code(bitcode.carried().functions[symbol].bitcode, symbol)
    product = signatures.PRODUCT.callable_at(loading.load(code, symbol))
    generator = np.random.default_rng(lanes)
    for turned, (rows, inner, cols, lines) in itertools.product((False, True), SHAPES):
        a = generator.normal(size=(lines, rows, inner))
        b = generator.normal(size=(lines, inner, cols))
        start = generator.normal(size=(lines, cols))
        made = np.full((lines, rows * cols + 3), 7.0)
        parts = ((a.transpose(0, 2, 1) if turned else a).ravel(), b.ravel(), start.ravel(), made.ravel())
        arena = np.concatenate(parts)
        b0, s0, c0 = np.cumsum([part.size for part in parts[:3]]).tolist()
        left = (0, *((1, rows) if turned else (inner, 1)), 0, 1, rows * inner, lines)
        right = (b0, cols, inner * cols, c0, rows * cols + 3, rows, cols, inner, s0, 0, cols)
        product(*signatures.PRODUCT.passed((arena, *left, *right, 0, 99, 99, arena.size), "float64"))
        made[:, : rows * cols] = (a @ b + start[:, None]).reshape(lines, -1)
        np.testing.assert_allclose(arena[c0:].reshape(made.shape), made, rtol=1e-12, atol=1e-12)
