"""Every action of the program, once: its keys, what it does, the words for footer, help and palette use.

Those of single panes stand in `pane_actions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.tui.arrangement import READY
from vgtui.tui.pane_actions import PANE_ACTIONS
from vgtui.tui.pane_actions import Action as Action
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


ACTIONS: tuple[Action, ...] = (
    # what the footer shows comes first, for it is cut at the right
    Action("run", "space", "toggle_run", "Run", "Train, or pause.", show=True),
    Action("step", "s", "step(1)", "Step", "One training step.", show=True),
    Action("back", "b", "back(1)", "Back", "Take one step back, exactly.", show=True),
    Action("help", "question_mark,f1", "help", "Help", "Every key, and what the signs mean.", show=True),
    Action("edit", "e", "edit", "Edit", "Go to the network editor.", show=True),
    Action("next_pane", "tab", "app.next_pane(1)", "Pane", "Go to the next pane.", show=True),
    Action(
        "cure", "c", "cure", "Cure", "Change one thing: ReLU and He, batch norm, skips, and back.", show=True
    ),
    Action("presets", "p", "presets", "Presets", "Open one of the ready-made scenarios.", show=True),
    Action("quit", "q", "quit", "Quit", "Leave.", show=True),
    Action("restart", "r", "restart", "Reset", "Start again from the same seed.", show=True),
    Action("undo", "u", "undo", "Undo", "Take the last edit back.", show=True),
    Action(
        "explain",
        "x",
        "explain",
        "Explain",
        "Where the chosen value comes from, with its numbers.",
        show=True,
    ),
    Action(
        "arrange", "A", "arrangement", "Arrange", "The next ready-made arrangement of the panes.", show=True
    ),
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
    Action(
        "new_data",
        "N",
        "new_data",
        "New data",
        "Draw the data anew from the next data seed; the weights stay as they are.",
    ),
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
    Action("maximise", "m", "maximise", "Maximise", "Give the focused pane the whole screen, or back."),
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
    *PANE_ACTIONS,
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
    return f"{_pane_key(name)} {PANES[name].title}".strip()


def tab_labels(name: str) -> tuple[str, str]:
    """What a tab says of a pane: its label, and a short one, `1 Flow`."""
    return pane_label(name), f"{_pane_key(name)} {PANES[name].short}".strip()


def _pane_key(name: str) -> str:
    return key_names(next(action for action in actions_of("app") if action.id == f"pane_{name}"))


def bindings_for(context: str) -> list[Binding]:
    """The Textual bindings of a context, for the class that owns it: `BINDINGS = bindings_for("chain")`.

    An action without a key has one that no keyboard has: the user may give it another, by the binding's id.
    """
    from textual.binding import Binding

    return [
        Binding(
            action.keys or f"no_key_of_{action.id}",
            action.action,
            action.label,
            show=action.show,
            tooltip=action.tooltip,
            id=f"{action.context}.{action.id}",
        )
        for action in actions_of(context)
    ]


def actions_of(context: str) -> tuple[Action, ...]:
    """The actions of one context, in the order they are listed."""
    return tuple(action for action in ACTIONS if action.context == context)


def key_names(action: Action) -> str:
    """An action's keys as they are written on a keyboard: `+ =`, `ctrl+s`, `↑ k`."""
    return " ".join(written(key) for key in keys_of(action).split(","))


def keys_for(name: str, context: str = "app") -> str:
    """The keys of one action as Textual names them: `keys_for("help")` is `question_mark,f1`."""
    return keys_of(next(action for action in actions_of(context) if action.id == name))


def key_of(name: str, context: str = "app") -> str:
    """The key of one action as a message names it: `key_of("back")` is `b`."""
    action = next(action for action in actions_of(context) if action.id == name)
    return key_names(action).split(" ")[0]


def written(key: str) -> str:
    """One of Textual's names of keys as it is written on a keyboard."""
    return _KEY_NAMES.get(key, key)


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
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
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
