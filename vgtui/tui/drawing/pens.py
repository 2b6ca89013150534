"""The attributes of a cell, as bits: apart, so that a pane can show a sentence before numpy is loaded."""

BOLD = 1
DIM = 2
REVERSE = 4
