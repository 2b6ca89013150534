"""The doors from Python into the compiled floor: compiled ahead of time for their exact arguments, and cached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

from vgtui.engine import cache
from vgtui.engine.kernels import KERNEL


def entry(*examples: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compile a function for arguments of the types of `examples`, from the cache where it is there already."""
    signature = tuple(numba.typeof(example) for example in examples)

    def compile_entry(function: Callable[..., Any]) -> Callable[..., Any]:
        before = numba.config.CACHE_DIR
        kept = cache.prepare()
        if kept:
            numba.config.CACHE_DIR = str(cache.folder())
        try:
            return numba.njit(signature, cache=kept, **KERNEL)(function)
        finally:
            numba.config.CACHE_DIR = before

    return compile_entry
