"""The columns of an instruction and the entries of a header: what the compiler writes and the machine reads."""

from __future__ import annotations

(
    LAYER,
    STAGE,
    ENDS_LAYER,
    SRC,
    DST,
    OTHER,
    WIDTH_IN,
    WIDTH_OUT,
    AUX,
    AUX2,
    START,
    PARAM,
    WEIGHTS,
    PARAM_END,
    RUNNING,
    WRITE,
    WRITE_OTHER,
    D_SRC,
    D_DST,
    D_OTHER,
    PENDING,
    PENDING_END,
    LIVE,
    LIVE_END,
    FORWARD_FACE,
    BACKWARD_FACE,
    PUSH_FACE,
    NUDGE_FACE,
    CURVE,
    SLOPE,
    CELL_FORWARD,
    CELL_BACKWARD,
    CELL_TANGENT,
    PLACES,
    STEPS,
    TRUNCATE,
    OWN,
) = range(37)
"""Columns of an instruction.

LAYER, STAGE          the layer it belongs to and where along it the signal is after it (see stages)
ENDS_LAYER            1 for the layer's last
SRC, DST, OTHER       column offsets of the tensors it reads, writes, and reads besides (a skip's source)
AUX, AUX2             column offsets of what forward keeps for backward
START                 where the parameters of its layer start
PARAM                 offset of its parameters, -1 for none; WEIGHTS: how many of them are the layer's weight;
                      PARAM_END: where the layer's parameters end, on the instruction that holds the weight, else 0
RUNNING               offset of its running statistics
WRITE, WRITE_OTHER    what backward does to the gradients of SRC and OTHER: NOTHING, SET or ACCUMULATE
D_SRC, D_DST, D_OTHER column offsets of those gradients among the deltas
PENDING, LIVE         stretches of `links`: what has to be rescaled together (see Program)
*_FACE                addresses of its faces; CURVE, SLOPE, CELL_*: those of the activation, of what goes back
                      through it by its answer alone, and of the recurrent cell that they call
PLACES                how many places (of an image, a sequence) a sample of DST has; its width counts them all
STEPS, TRUNCATE       time steps of a recurrent layer, and how many of them the gradient goes back; 0 for all
OWN                   the first of the columns whose meaning the operation itself gives
"""
ROW_WIDTH = 47

NOTHING, SET, ACCUMULATE = range(3)

(
    FEATURES,
    OUTPUTS,
    LOSS_TENSOR,
    LOSS_DELTA,
    OUTPUT_TENSOR,
    FUSED,
    LOSS_FACE,
    LOSS,
    LOGITS,
    UPDATE_FACE,
    OPTIMIZER,
    COUPLED,
    CAPACITY,
    PARAMETERS,
    PREVIOUS,
    GRADIENTS,
    FIRST_MOMENT,
    SECOND_MOMENT,
    RUNNING_STATISTICS,
    WORKSPACE,
    DELTAS,
    TANGENTS,
    SCRATCH,
    TARGETS,
    MEASURED,
    SUMMARY,
    SETTINGS,
    COEFFICIENTS,
    PRODUCT_FACE,
    ZEROS,
    SUMS,
    TIMES,
    STEP,
    DROPOUT_KEY,
    NOISE_KEY,
    READ,
    WAS_READ,
    SCALING,
    FORMAT,
    KEEPS,
    CARRIED,
) = range(41)
"""Entries of a header.

FEATURES, OUTPUTS     numbers in a sample and in an answer
LOSS_TENSOR           what the loss reads; LOSS_DELTA: where its slope goes; OUTPUT_TENSOR: the answer
FUSED                 1 where the loss reads logits, so that backward passes over the last activation
LOSS_FACE, UPDATE_FACE  addresses of what computes the loss and makes an update, LOSS, OPTIMIZER: those that they call
LOGITS                1 where the loss reads logits
COUPLED               1 where weight decay is added to the gradient, 0 where it is taken off the parameters
PRODUCT_FACE          address of the matrix product (kernels.products)
CAPACITY              rows of the batch that fit
FORMAT                FULL, or the 16-bit format that what a pass stores is rounded to
PARAMETERS ...        where each part of the arena starts; PREVIOUS holds the parameters as they were in the latest
                      pass, before its update; READ and WAS_READ are what a pass reads and what the latest one
                      read: those two, or in a 16-bit format one rounded copy of the parameters. ZEROS stay 0, as
                      many as the widest tensor has. Parts of EXACT are counted in float64, the others in the
                      precision of the arena
STEP                  updates done before the latest pass
KEEPS                 1 in a pass that is looked at when it is over; 0 in one that another follows at once: what
                      backward has no use for is then overwritten (see Program.fleeting), and all layers' gradients
                      stand in one place
CARRIED               the exponent of what the latest push or nudge left: it is the stored numbers times 2**CARRIED
DROPOUT_KEY, NOISE_KEY  the keys of random numbers that are counted (see kernels.random)
"""
HEADER_WIDTH = 41

EXACT = (MEASURED, SUMMARY, SETTINGS, COEFFICIENTS, SUMS, TIMES, SCALING)
"""Parts that are float64 whatever the precision: what is measured, what is set, and sums on their way to a measure."""

FULL, FLOAT16, BFLOAT16 = range(3)

ACCURACY, GRADIENT_LOG10, CLIP_SCALE, LOSS_SCALE = range(4)
"""Entries of the summary: what a step measured besides its layers."""
SUMMARY_WIDTH = 4

EXPONENT, GOOD, SKIPPED, INTERVAL = range(4)
"""Entries of the loss scaling, all whole numbers.

EXPONENT   log2 of the loss scale
GOOD       steps since it changed
SKIPPED    updates that were left out so far, as their gradient was not finite
INTERVAL   good steps after which a dynamic scale doubles; 0 for a fixed scale
"""
SCALING_WIDTH = 4
SCALING_STATE = 3  # its first entries: those that change while it trains
