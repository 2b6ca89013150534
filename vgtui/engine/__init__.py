import sys


def leave_scipy_out() -> None:
    """Keep numba, in this process, from looking for SciPy's BLAS: no kernel needs it, and it takes as long as numba.

    For a process that is vgtui's alone: other code in it cannot import scipy.linalg any more.
    """
    sys.modules.setdefault("scipy.linalg", None)  # type: ignore[arg-type]
