"""Maps the large shared libraries into memory while the screen goes on: an import of them would hold it up."""

from __future__ import annotations

import ctypes
import os
from importlib.util import find_spec
from pathlib import Path

LARGE = (("numpy", "_core/_multiarray_umath*.so"), ("llvmlite", "binding/libllvmlite*"))
"""By package: the files in its folder."""


def map_libraries() -> None:
    """Before their packages are imported, in any thread; where there are no such files it does nothing.

    ctypes lets other threads run while a function of C is called, but not while it loads a library itself.
    """
    if os.name != "posix":
        return
    load = ctypes.CDLL(None).dlopen
    load.argtypes, load.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    for package, pattern in LARGE:
        spec = find_spec(package)
        if spec is not None and spec.origin is not None:
            for path in Path(spec.origin).parent.glob(pattern):
                load(os.fsencode(path), os.RTLD_NOW | os.RTLD_LOCAL)
