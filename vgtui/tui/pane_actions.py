"""What one thing that a key does is, and all that the keys of single panes do."""

from __future__ import annotations

from msgspec import Struct


class Action(Struct, frozen=True):
    """One thing that a key does.

    id       unique within its context
    keys     Textual key names, comma separated; the first is the one that is shown; none: the palette has it
    action   the Textual action that answers (`method` or `method(arguments)`) of the context's owner
    label    two words at most, for the footer
    tooltip  a sentence for the help screen and the palette
    context  a key of CONTEXTS
    show     whether the footer has room for it
    host     whether it reaches files or the shell of the machine, so that a kiosk has not got it
    """

    id: str
    keys: str
    action: str
    label: str
    tooltip: str
    context: str = "app"
    show: bool = False
    host: bool = False


def _turning(context: str, method: str, shown: str) -> tuple[Action, ...]:
    """The keys that go from layer to layer of a pane that shows one, whose rows the arrows go through."""
    back, on = "left_square_bracket,pageup", "right_square_bracket,pagedown"
    return (
        Action("layer_back", back, f"{method}(-1)", "Layer", f"{shown} the layer before.", context),
        Action("layer_next", on, f"{method}(1)", "Layer", f"{shown} the next layer.", context),
    )


def _weight_actions(context: str, back: str = "up,k", on: str = "down,j") -> tuple[Action, ...]:
    """The keys of a pane that tells of one weight; `back` and `on` go from output neuron to output neuron."""
    return (
        Action("up", back, "move_row(-1)", "Row", "The weight of the output neuron before.", context),
        Action("down", on, "move_row(1)", "Row", "The weight of the next output neuron.", context),
        Action("left", "left,h", "move_column(-1)", "Column", "The weight of the input before.", context),
        Action("right", "right,l", "move_column(1)", "Column", "The weight of the next input.", context),
        *_turning(context, "move_layer", "A weight of"),
        Action(
            "sample", "v", "cycle_sample", "Sample", "The whole batch, or one sample of it.", context, True
        ),
    )


def _layer_actions(context: str) -> tuple[Action, ...]:
    """The keys of a pane with a row a layer."""
    return (
        Action("up", "up,k", "select_layer(-1)", "Layer", "The layer above.", context),
        Action("down", "down,j", "select_layer(1)", "Layer", "The layer below.", context),
        Action("first", "home", "select_layer(-100000)", "First", "The first layer.", context),
        Action("last", "end", "select_layer(100000)", "Last", "The last layer.", context),
    )


PANE_ACTIONS: tuple[Action, ...] = (
    *_layer_actions("gradient"),
    Action("measure", "g", "cycle_measure", "Measure", "Show another measure in the bars.", "gradient", True),
    Action(
        "seeds",
        "a",
        "seeds",
        "Seeds",
        "Median and quartiles of 16 networks with other seeds, on the bars; again: stop, or take them away.",
        "gradient",
    ),
    Action("type", "enter", "type_weight", "Type weight", "Type layer,row,column.", "chain", True),
    Action("factor_back", "up,k", "select_factor(-1)", "Factor", "The factor above.", "chain"),
    Action("factor_next", "down,j", "select_factor(1)", "Factor", "The factor below.", "chain"),
    *_weight_actions("chain", back="K", on="J"),
    Action(
        "place_back",
        "left_curly_bracket",
        "move_place(-1)",
        "Use before",
        "A shared weight at one of its time steps or places alone: the last, then those before.",
        "chain",
    ),
    Action(
        "place_next",
        "right_curly_bracket",
        "move_place(1)",
        "Next use",
        "The next of them; after the last, all of them together.",
        "chain",
    ),
    Action("up", "up,k", "move_cursor(-1)", "Up", "The row above.", "network"),
    Action("down", "down,j", "move_cursor(1)", "Down", "The row below.", "network"),
    Action("page_up", "pageup", "move_page(-1)", "Page up", "A page up.", "network"),
    Action("page_down", "pagedown", "move_page(1)", "Page down", "A page down.", "network"),
    Action("first", "home", "move_cursor(-100000)", "First", "The first row.", "network"),
    Action("last", "end", "move_cursor(100000)", "Last", "The last row.", "network"),
    Action("less", "left,h", "change(-1)", "Less", "The value before, or a smaller one.", "network"),
    Action("more", "right,l", "change(1)", "More", "The next value, or a larger one.", "network"),
    Action(
        "type", "enter", "edit_value", "Type", "Type a value, choose from a list, or unfold.", "network", True
    ),
    Action("add", "a", "add_layer", "Add", "Add a layer after this one.", "network", True),
    Action("duplicate", "d", "duplicate_layer", "Copy", "Add a copy of this layer.", "network", True),
    Action("remove", "delete,X", "remove_layer", "Remove", "Remove this layer.", "network", True),
    Action("raise", "K", "move_layer(-1)", "Move up", "Move this layer towards the input.", "network"),
    Action("lower", "J", "move_layer(1)", "Move down", "Move this layer towards the output.", "network"),
    Action(
        "fold", "f", "toggle_fold", "One by one", "Equal layers as one row, or each by itself.", "network"
    ),
    Action("log", "l", "toggle_log", "Log", "Logarithmic or linear.", "loss", True),
    *_layer_actions("activation"),
    Action(
        "view",
        "g",
        "cycle_view",
        "Units",
        "What the network answers; what every unit of a layer makes of the inputs; one unit, large.",
        "decision",
        True,
    ),
    Action(
        "samples",
        "v",
        "cycle_samples",
        "Samples",
        "All samples, those learned from, those held back, or none.",
        "decision",
        True,
    ),
    Action(
        "discrete",
        "d",
        "toggle_discrete",
        "Discrete",
        "Colours by the side alone, or by every value.",
        "decision",
        True,
    ),
    Action("left", "left,h", "select_unit(-1)", "Unit", "The unit before.", "decision"),
    Action("right", "right,l", "select_unit(1)", "Unit", "The next unit.", "decision"),
    *_layer_actions("decision"),
    Action("measure", "g", "cycle_measure", "Measure", "Loss, accuracy or gradient norms.", "curves", True),
    Action("log", "l", "toggle_log", "Log", "Logarithmic or linear.", "curves", True),
    Action(
        "keep", "enter", "keep_layer", "Keep", "Keep the curve of this layer, or no longer.", "curves", True
    ),
    *_layer_actions("curves"),
    Action("map", "g", "toggle_map", "Map", "One layer entry by entry, or all in a table.", "weights", True),
    Action("up", "up,k", "move_row(-1)", "Up", "The row above.", "weights"),
    Action("down", "down,j", "move_row(1)", "Down", "The row below.", "weights"),
    Action("left", "left,h", "move_column(-1)", "Left", "The entry before.", "weights"),
    Action("right", "right,l", "move_column(1)", "Right", "The next entry.", "weights"),
    *_turning("weights", "select_layer", "The map of"),
    Action("choose", "enter", "choose", "Choose", "This weight for the chain rule.", "weights", True),
    Action("value", "v", "type_value", "Value", "Type another value for this weight.", "weights", True),
    Action("up", "up,k", "choose(-1)", "Up", "The finding above; or the remedy.", "diagnosis"),
    Action("down", "down,j", "choose(1)", "Down", "The finding below; or the remedy.", "diagnosis"),
    Action(
        "try",
        "t",
        "try_remedies",
        "Remedies",
        "Try every remedy on a copy; again: cancel.",
        "diagnosis",
        True,
    ),
    Action("apply", "enter", "apply", "Apply", "Apply the chosen remedy to the network.", "diagnosis", True),
    *_weight_actions("slope"),
    Action(
        "magnify", "z", "magnify", "Magnify", "The loss axis ten times more; or as it was.", "slope", True
    ),
    *_layer_actions("lost"),
    Action("time", "v", "toggle_time", "Time", "Along time, or from layer to layer.", "lost", True),
    *_weight_actions("paths"),
    Action("path_up", "K", "select_path(-1)", "Path", "The next stronger path.", "paths"),
    Action("path_down", "J", "select_path(1)", "Path", "The next weaker path.", "paths"),
    *_layer_actions("spectrum"),
    *_layer_actions("theory"),
    *_layer_actions("precision"),
    Action("up", "up,k", "scroll_rows(-1)", "Up", "Rows above.", "versus"),
    Action("down", "down,j", "scroll_rows(1)", "Down", "Rows below.", "versus"),
    Action("left", "left,h", "select_step(-1)", "Time", "The time step before.", "time"),
    Action("right", "right,l", "select_step(1)", "Time", "The next time step.", "time"),
    Action("page_up", "pageup", "select_step(-10)", "Time", "Ten time steps back.", "time"),
    Action("page_down", "pagedown", "select_step(10)", "Time", "Ten time steps on.", "time"),
    Action("first", "home", "select_step(-100000)", "First", "The first time step.", "time"),
    Action("last", "end", "select_step(100000)", "Last", "The last time step.", "time"),
    Action("up", "up,k", "select_layer(-1)", "Layer", "The recurrent layer before.", "time"),
    Action("down", "down,j", "select_layer(1)", "Layer", "The next recurrent layer.", "time"),
    Action(
        "cells",
        "v",
        "toggle_cells",
        "Three cells",
        "This network with rnn, lstm and gru cells.",
        "time",
        True,
    ),
    Action("scale", "z", "widen", "Scale", "More decades in the same height, or fewer again.", "time", True),
)
"""By pane, in the order the help screen lists them."""
