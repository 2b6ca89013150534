"""Every action of the program, once: its keys, what it does, the words for footer, help and palette use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vgtui.tui.arrangement import READY
from vgtui.tui.panes.registry import PANES

if TYPE_CHECKING:
    from textual.binding import Binding

CONTEXTS: dict[str, str] = {
    "app": "Anywhere",
    **{kind.name: kind.title for kind in PANES.values()},
    "nonfinite": "A value that is no number",
    "dialog": "Lists and dialogs",
}
"""Where a key means something, in the order the help screen lists it, with its heading there."""


@dataclass(frozen=True, slots=True)
class Action:
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


def _weight_actions(context: str, back: str = "up,k", on: str = "down,j") -> tuple[Action, ...]:
    """The keys of a pane that tells of one weight; `back` and `on` go from output neuron to output neuron."""
    return (
        Action("up", back, "move_row(-1)", "Row", "The weight of the output neuron before.", context),
        Action("down", on, "move_row(1)", "Row", "The weight of the next output neuron.", context),
        Action("left", "left,h", "move_column(-1)", "Column", "The weight of the input before.", context),
        Action("right", "right,l", "move_column(1)", "Column", "The weight of the next input.", context),
        Action(
            "layer_back",
            "left_square_bracket,pageup",
            "move_layer(-1)",
            "Layer",
            "A weight of the layer before.",
            context,
        ),
        Action(
            "layer_next",
            "right_square_bracket,pagedown",
            "move_layer(1)",
            "Layer",
            "A weight of the next layer.",
            context,
        ),
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


ACTIONS: tuple[Action, ...] = (
    # what the footer shows comes first, for it is cut at the right
    Action("run", "space", "toggle_run", "Run", "Train, or pause.", show=True),
    Action("step", "s", "step(1)", "Step", "One training step.", show=True),
    Action("back", "b", "back(1)", "Back", "Take one step back, exactly.", show=True),
    Action(
        "cure", "c", "cure", "Cure", "Change one thing: ReLU and He, batch norm, skips, and back.", show=True
    ),
    Action("help", "question_mark,f1", "help", "Help", "Every key, and what the signs mean.", show=True),
    Action("presets", "p", "presets", "Presets", "Open one of the ready-made scenarios.", show=True),
    Action("restart", "r", "restart", "Reset", "Start again from the same seed.", show=True),
    Action("undo", "u", "undo", "Undo", "Take the last edit back."),
    Action("edit", "e", "edit", "Edit", "Go to the network editor.", show=True),
    Action("quit", "q", "quit", "Quit", "Leave.", show=True),
    Action("step_ten", "S", "step(10)", "Step 10", "Ten training steps."),
    Action("back_ten", "B", "back(10)", "Back 10", "Take ten steps back."),
    Action("step_hundred", "greater_than_sign", "step(100)", "Step 100", "A hundred training steps."),
    Action("back_hundred", "less_than_sign", "back(100)", "Back 100", "Take a hundred steps back."),
    Action("seek_start", "ctrl+home,circumflex_accent", "seek_start", "Start", "Back to the first step."),
    Action("seek_end", "ctrl+end,dollar_sign", "seek_end", "End", "On to the last step that was made."),
    Action(
        "branches", "T", "branches", "Branches", "The branches of the run: what was edited; return to one."
    ),
    Action(
        "versus",
        "V",
        "versus",
        "A against B",
        "Keep the network as it is as A, and edit B in lockstep beside it; again: only the one that is edited.",
    ),
    Action("exchange", "O", "exchange", "Other side", "Of A and B, the other is edited from now on."),
    Action("part", "i", "part", "Part", "One part of a training step: forward, loss, backward, update."),
    Action("slow_motion", "I", "slow_motion", "Slow motion", "A training step part by part; again: stop."),
    Action("leave_parts", "escape", "leave_parts", "Whole step", "No more parts: the step as a whole again."),
    Action("next_seed", "n", "next_seed", "Next seed", "Start again from the next seed."),
    Action("faster", "plus,equals_sign", "speed(1)", "Faster", "More steps a second."),
    Action("slower", "minus,underscore", "speed(-1)", "Slower", "Fewer steps a second."),
    Action("diagnose", "D", "diagnose", "Diagnose", "What is wrong with the network, and what would help."),
    Action("redo", "U,ctrl+r", "redo", "Redo", "Do the edit again that was taken back."),
    Action("open", "o", "open", "Open", "Open a scenario (.toml) or a saved session (.vgtui).", host=True),
    Action(
        "save",
        "w,ctrl+s",
        "save",
        "Save",
        "Save the scenario (.toml) or the whole session (.vgtui).",
        host=True,
    ),
    Action(
        "export",
        "E",
        "export",
        "Export",
        "The screen (.svg, .txt), the run (.csv, .jsonl, .npz), or a script for PyTorch or Keras (.py, .keras.py).",
        host=True,
    ),
    Action("share", "Y", "share", "Share", "The network in one line, for whoever has vgtui."),
    Action("resume", "R", "resume", "Resume", "Go on with the session that was cut off last.", host=True),
    Action("explain", "x", "explain", "Explain", "Where the chosen value comes from, with its numbers."),
    Action("maximise", "m", "maximise", "Maximise", "Give the focused pane the whole screen, or back."),
    Action("next_pane", "tab", "app.next_pane(1)", "Next pane", "Go to the next pane."),
    Action("previous_pane", "shift+tab", "app.next_pane(-1)", "Last pane", "Go to the pane before."),
    Action("jump", "semicolon", "jump", "Jump", "A letter on each pane and group of rows: it goes there."),
    Action("panes", "P", "panes", "Panes", "Every pane, in a list: go to it, show it again."),
    Action("hide", "X", "hide_pane", "Hide", "Take the focused pane away; the list of panes shows it again."),
    Action(
        "move_left", "ctrl+left", "move_pane(-1, 0)", "Move left", "The focused pane to the column before."
    ),
    Action(
        "move_right", "ctrl+right", "move_pane(1, 0)", "Move right", "The focused pane to the next column."
    ),
    Action("move_up", "ctrl+up", "move_pane(0, -1)", "Move up", "The focused pane up in its column."),
    Action("move_down", "ctrl+down", "move_pane(0, 1)", "Move down", "The focused pane down in its column."),
    Action("arrange", "A", "arrangement", "Arrange", "The next ready-made arrangement of the panes."),
    *(
        Action(f"arrange_{name}", "", f"arrangement('{name}')", name.capitalize(), f"Arrange: {purpose}.")
        for name, (purpose, _) in READY.items()
    ),
    *(
        Action(f"pane_{kind.name}", kind.key, f"pane('{kind.name}')", kind.title, kind.tells)
        for kind in PANES.values()
    ),
    Action("lesson_next", "full_stop", "lesson(1)", "Next", "The next page of the lesson."),
    Action("lesson_back", "comma", "lesson(-1)", "Previous", "The page of the lesson before."),
    Action("lesson_show", "L", "show_lesson", "Lesson", "Show or hide the lesson."),
    Action("refresh", "H", "refresh", "Refresh", "Frames a second, at most: 20, 10, 5, 2, 1."),
    Action(
        "suspend", "ctrl+z", "suspend_process", "Suspend", "To the background; fg brings it back.", host=True
    ),
    Action("theme", "t", "change_theme", "Theme", "Choose the colours."),
    Action("palette", "ctrl+p", "command_palette", "Palette", "Find any action by name."),
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
    Action(
        "layer_back",
        "left_square_bracket,pageup",
        "select_layer(-1)",
        "Layer",
        "The map of the layer before.",
        "weights",
    ),
    Action(
        "layer_next",
        "right_square_bracket,pagedown",
        "select_layer(1)",
        "Layer",
        "The map of the next layer.",
        "weights",
    ),
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
    Action(
        "go_back", "enter", "go_back", "Go back", "To the last step at which all was finite.", "nonfinite"
    ),
    Action("close", "escape", "close", "Close", "Close without doing anything.", "dialog", True),
)


CHOSEN: dict[str, str] = {}
"""The user's own keys, by the ids of bindings: what the app's key map has, for those that only name keys."""


def keys_of(action: Action) -> str:
    """An action's keys, as the user has them."""
    return CHOSEN.get(f"{action.context}.{action.id}", action.keys)


def pane_label(name: str) -> str:
    """A pane's title with the key that goes there before it: `1 Gradient flow`."""
    action = next(action for action in actions_of("app") if action.id == f"pane_{name}")
    return f"{key_names(action)} {PANES[name].title}".strip()


def bindings_for(context: str) -> list[Binding]:
    """The Textual bindings of a context, for the class that owns it: `BINDINGS = bindings_for("chain")`."""
    from textual.binding import Binding

    return [
        Binding(
            action.keys,
            action.action,
            action.label,
            show=action.show,
            tooltip=action.tooltip,
            id=f"{action.context}.{action.id}",
        )
        for action in actions_of(context)
        if action.keys
    ]


def actions_of(context: str) -> tuple[Action, ...]:
    """The actions of one context, in the order they are listed."""
    return tuple(action for action in ACTIONS if action.context == context)


def key_names(action: Action) -> str:
    """An action's keys as they are written on a keyboard: `+ =`, `ctrl+s`, `↑ k`."""
    return " ".join(_KEY_NAMES.get(key, key) for key in keys_of(action).split(","))


def keys_for(name: str, context: str = "app") -> str:
    """The keys of one action as Textual names them: `keys_for("help")` is `question_mark,f1`."""
    return keys_of(next(action for action in actions_of(context) if action.id == name))


def key_of(name: str, context: str = "app") -> str:
    """The key of one action as a message names it: `key_of("back")` is `b`."""
    action = next(action for action in actions_of(context) if action.id == name)
    return key_names(action).split(" ")[0]


_KEY_NAMES = {
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "underscore": "_",
    "full_stop": ".",
    "comma": ",",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "escape": "esc",
    "delete": "del",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "circumflex_accent": "^",
    "dollar_sign": "$",
    "semicolon": ";",
    "pageup": "pgup",
    "pagedown": "pgdn",
}
