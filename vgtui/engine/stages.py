"""Where along a layer a signal is measured on its way forward: columns of the tables that tangents fill."""

AFTER_WEIGHT, AFTER_NORM, AFTER_SLOPE, AFTER_DROPOUT, AFTER_LAYER, ENTERING = range(6)
STAGES = 6
