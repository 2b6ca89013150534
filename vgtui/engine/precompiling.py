"""Makes the bitcode that the package carries: `python -m vgtui.engine.precompiling`, after an edit of what is compiled.

Only what is made of other sources than before is made anew; all of it takes a minute of two processors. numba's half
of the way depends on the system, but on no more of the processor than how wide its vectors are: the product is made
for every width that there is.
"""

from __future__ import annotations

import ast
import lzma
import re
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from unittest import mock

import msgspec
from llvmlite import binding as llvm

from vgtui.engine import bitcode, leave_scipy_out, store
from vgtui.engine.bitcode import Carried, Function
from vgtui.engine.signatures import NUMBERS

ENGINE = Path(__file__).parent

LANES = {4: {"avx2": True}, 2: {}, 8: {"avx512f": True}}
"""float64 in a vector, the usual number first, and what a processor has that has so many."""

EXCEPTION = re.compile(r'c"\\80\\04\\95[^"]*"')
"""A pickled exception, which says where numba lies on this machine; it is raised only where Python is the caller."""


def main() -> None:
    """Write the file."""
    shares = [(numbers, lanes) for lanes in LANES for numbers in NUMBERS]
    with ProcessPoolExecutor(2, get_context("spawn"), max_tasks_per_child=1) as processes:
        made = [*processes.map(precompiled, shares)]
    functions = {symbol: function for part in made for symbol, function in sorted(part.items())}
    carried = Carried(llvm.llvm_version_info, llvm.get_process_triple(), store.digests(), functions)
    bitcode.FILE.write_bytes(lzma.compress(msgspec.msgpack.encode(carried), preset=9 | lzma.PRESET_EXTREME))


def precompiled(share: tuple[str, int]) -> dict[str, Function]:
    """In a process of its own: all faces for these numbers, or what is another one for so many lanes."""
    leave_scipy_out()
    numbers, lanes = share
    with mock.patch.object(llvm, "get_host_cpu_features", return_value=LANES[lanes]):
        from vgtui.engine.warm import all_faces

        known = all_faces().values()
    from vgtui.engine import compiling
    from vgtui.engine.kernels.products import PRODUCT

    made = {}
    for face in known if lanes == next(iter(LANES)) else [PRODUCT]:
        fresh = bitcode.carried().fresh(face.symbol(numbers))
        code = _without_exceptions(compiling.bitcode(face, numbers)) if fresh is None else fresh
        made[face.symbol(numbers)] = Function(sorted(sources_of(face.function.__module__)), code)
    return made


def _without_exceptions(code: bytes) -> bytes:
    text = EXCEPTION.sub("zeroinitializer", str(llvm.parse_bitcode(code)))
    return bytes(llvm.parse_assembly(text).as_bitcode())


@cache
def sources_of(module: str) -> set[str]:
    """Of a module and of what compiles it, all sources that they import, by the names that the store has for them."""
    found: set[str] = set()
    left = {*_names(module), "compiling.py"}
    while left:
        found |= left
        left = {name for source in left for name in _imported(source)} - found
    return found


@cache
def _imported(source: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse((ENGINE / source).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= _names(node.module).union(*(_names(f"{node.module}.{each.name}") for each in node.names))
    return names


def _names(module: str) -> set[str]:
    """What the store calls a module, and the package that it is; nothing for one that is not compiled."""
    path = module.removeprefix("vgtui.engine.").replace(".", "/")
    return {f"{path}.py", f"{path}/__init__.py"} & store.digests().keys()


if __name__ == "__main__":
    main()
