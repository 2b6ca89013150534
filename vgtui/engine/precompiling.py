"""Makes the bitcode that the package carries: `python -m vgtui.engine.precompiling`, after an edit of what is compiled.

It takes a minute of two processors. numba's half of the way depends on the system, but on no more of the
processor than how wide its vectors are: the product is made for every width that there is.
"""

from __future__ import annotations

import lzma
import re
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from unittest import mock

import msgspec
from llvmlite import binding as llvm

from vgtui.engine import leave_scipy_out, store
from vgtui.engine.bitcode import FILE, Carried
from vgtui.engine.signatures import NUMBERS

LANES = {4: {"avx2": True}, 2: {}, 8: {"avx512f": True}}
"""float64 in a vector, the usual number first, and what a processor has that has so many."""

EXCEPTION = re.compile(r'c"\\80\\04\\95[^"]*"')
"""A pickled exception, which says where numba lies on this machine; it is raised only where Python is the caller."""


def main() -> None:
    """Write the file."""
    shares = [(numbers, lanes) for lanes in LANES for numbers in NUMBERS]
    with ProcessPoolExecutor(2, get_context("spawn"), max_tasks_per_child=1) as processes:
        made = [*processes.map(precompiled, shares)]
    functions = {symbol: code for part in made for symbol, code in sorted(part.items())}
    carried = Carried(store.digest_of_sources(), llvm.get_process_triple(), functions)
    FILE.write_bytes(lzma.compress(msgspec.msgpack.encode(carried), preset=9 | lzma.PRESET_EXTREME))


def precompiled(share: tuple[str, int]) -> dict[str, bytes]:
    """In a process of its own: all faces for these numbers, or what is another one for so many lanes."""
    leave_scipy_out()
    numbers, lanes = share
    with mock.patch.object(llvm, "get_host_cpu_features", return_value=LANES[lanes]):
        from vgtui.engine.warm import all_faces

        known = all_faces().values()
    from vgtui.engine import compiling
    from vgtui.engine.kernels.products import PRODUCT

    faces = known if lanes == next(iter(LANES)) else [PRODUCT]
    return {face.symbol(numbers): _without_exceptions(compiling.bitcode(face, numbers)) for face in faces}


def _without_exceptions(bitcode: bytes) -> bytes:
    text = EXCEPTION.sub("zeroinitializer", str(llvm.parse_bitcode(bitcode)))
    return bytes(llvm.parse_assembly(text).as_bitcode())


if __name__ == "__main__":
    main()
