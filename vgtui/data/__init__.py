"""What the network learns from: toy sets, sequence tasks, digits, and the user's own files, split and prepared."""

from vgtui.data.dataset import Dataset, Shape
from vgtui.data.features import expand_features
from vgtui.data.loading import describe, load

__all__ = ["Dataset", "Shape", "describe", "expand_features", "load"]
