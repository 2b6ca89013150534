"""What the network learns from: toy sets, and the user's own CSV and NPZ files, split and scaled."""

from vgtui.data.dataset import Dataset, Shape
from vgtui.data.loading import describe, load

__all__ = ["Dataset", "Shape", "describe", "load"]
