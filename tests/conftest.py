"""What every test shares: hypothesis without deadlines, because the first call of a kernel compiles it.

The examples are the same on every run, so that a red test is red for all. numpy's BLAS has one thread, as in the
program: the other cores have tests of their own.
"""

from hypothesis import settings

from vgtui.engine import keep_blas_to_one_thread

keep_blas_to_one_thread()
settings.register_profile("vgtui", deadline=None, derandomize=True)
settings.load_profile("vgtui")
