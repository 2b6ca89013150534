"""How numba reads literals in functions of float32: as float32, wherever that holds them. See kernels.literals."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numba import types
from numba.core import ir
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import FunctionPass, register_pass
from numba.core.untyped_passes import InlineInlinables


@register_pass(mutates_CFG=False, analysis_only=False)
class _NarrowLiterals(FunctionPass):  # type: ignore[misc]
    _name = "narrow_literals"

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """Make literals float32 in a function of float32 arguments."""
        if not any(getattr(given, "dtype", given) == types.float32 for given in state.args):
            return False
        assignments = [a for block in state.func_ir.blocks.values() for a in block.find_insts(ir.Assign)]
        powers = (operator.pow, operator.ipow)
        bases = {
            a.value.lhs.name
            for a in assignments
            if isinstance(a.value, ir.Expr) and a.value.op == "binop" and a.value.fn in powers
        }
        for a in assignments:
            if (
                isinstance(a.value, ir.Const)
                and isinstance(a.value.value, float)
                and a.target.name not in bases
            ):
                narrow = np.float32(a.value.value)
                if narrow == a.value.value:
                    a.value = ir.Const(narrow, a.value.loc)
        return True


class Literals(CompilerBase):  # type: ignore[misc]
    """numba's usual way of compiling, with literals in the precision of the arrays."""

    def define_pipelines(self) -> list[Any]:
        """The usual one, literals made narrow once everything is inlined and nothing is typed yet."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.add_pass_after(_NarrowLiterals, InlineInlinables)
        passes.finalize()
        return [passes]
