import os
import sys


def keep_blas_to_one_thread() -> None:
    """Before numpy is imported: its matrices are small here, and OpenBLAS lets a second core spin waiting for more.

    For a process that is vgtui's alone; who has set OPENBLAS_NUM_THREADS is obeyed.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def leave_scipy_out() -> None:
    """Keep numba, in this process, from looking for SciPy's BLAS: no kernel needs it, and it takes as long as numba.

    For a process that is vgtui's alone: other code in it cannot import scipy.linalg any more.
    """
    sys.modules.setdefault("scipy.linalg", None)  # type: ignore[arg-type]
