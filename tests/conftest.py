"""What every test shares: hypothesis without deadlines, because the first call of a kernel compiles it."""

from hypothesis import settings

settings.register_profile("vgtui", deadline=None)
settings.load_profile("vgtui")
