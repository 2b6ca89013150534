"""Kernels that several processes compiled and one loads."""

from __future__ import annotations

import subprocess
import sys


def test_no_two_processes_give_a_compiled_function_the_same_number():
    code = (
        "import vgtui.engine.faces; from numba.core.bytecode import FunctionIdentity;"
        "print(next(FunctionIdentity._unique_ids))"
    )
    first, second = (
        int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(2)
    )
    assert abs(first - second) > 10_000
