"""Where a number on the screen comes from: its formula in plain text, the numbers in it, and the source."""

from vgtui.analysis.explain.model import Explanation as Explanation
from vgtui.analysis.explain.model import Term as Term
