"""What every test shares: hypothesis without deadlines, because the first call of a kernel compiles it.

The examples are the same on every run, so that a red test is red for all.
"""

from hypothesis import settings

settings.register_profile("vgtui", deadline=None, derandomize=True)
settings.load_profile("vgtui")
