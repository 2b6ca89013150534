"""Object code into this process, by LLVM's linker: no numba, no compilation."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
from functools import cache

from llvmlite import binding as llvm

_MATHEMATICS = ("cos", "erfc", "exp", "exp2", "floor", "fmod", "log", "log2", "pow", "sin", "sqrt")
EXTERNAL = {
    **{name: name for name in ("ldexp", "memcpy", "memmove", "memset")},
    **{name + suffix: name + suffix for name in _MATHEMATICS for suffix in ("", "f")},
    "numba_frexp": "frexp",
    "numba_ldexp": "ldexp",
}
"""What object code may call, and the functions of the C library that these are."""


@cache
def _engine() -> llvm.ExecutionEngine:
    """LLVM's linker, which knows the functions of the C library that compiled code may call."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    for symbol, name in EXTERNAL.items():
        llvm.add_symbol(symbol, _address_of(name))
    machine = llvm.Target.from_default_triple().create_target_machine(codemodel="jitdefault", jit=True)
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)


def _address_of(name: str) -> int:
    """Of a function of the C library."""
    function = getattr(ctypes.CDLL("ucrtbase" if os.name == "nt" else None), name, None)
    if function is None:  # Python was linked with no more of it than it calls itself
        function = getattr(ctypes.CDLL(ctypes.util.find_library("m")), name)
    return int(ctypes.cast(function, ctypes.c_void_p).value or 0)


def load(code: bytes, symbol: str) -> int:
    """The address of the function `symbol` of object code that calls nothing but EXTERNAL."""
    engine = _engine()
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return int(engine.get_function_address(symbol))
