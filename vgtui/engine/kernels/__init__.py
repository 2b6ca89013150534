"""The compiled floor: pure functions over flat arrays, no allocation, no Python objects. One file a family.

Kernels are written once and compiled for arrays of float64 and of float32 (see literals).
"""

from __future__ import annotations

KERNEL = {
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract", "reassoc", "nsz"},
}
"""How array kernels compile. Sums may be reordered (so they vectorise); NaN and infinity keep their meaning."""

STRICT = {**KERNEL, "fastmath": {"contract"}}
"""How loops over strict scalar functions compile."""

SCALAR = {**STRICT, "forceinline": True}
"""How scalar functions compile: inlined by LLVM, so that their rounding tricks keep their own strict flags."""

GLUE = {**KERNEL, "inline": "always"}
"""How functions compile that only join others: into their caller. Fewer functions compile much faster."""
