"""Every key, and what the signs on the screen mean."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult

from vgtui.tui.keymap import CONTEXTS, Action, actions_of, key_names, key_of, keys_for
from vgtui.tui.panes.registry import PANES
from vgtui.tui.screens.dialog import Dialog
from vgtui.tui.screens.page import Line, Page

SIGNS: tuple[tuple[str, str], ...] = (
    ("▼", "vanishing: three decades or more below the last layer; weights that barely moved"),
    ("▲", "exploding: three decades or more above the last layer"),
    ("∅", "dead: every unit of the layer has slope zero; zero: a gradient of exactly 0"),
    ("=", "weights that have not changed at all"),
    ("◄", "the link of the chain that shrinks (or stretches) the product most"),
    ("‹ ›", "too small, too large for the axis: read the number"),
    ("░", "a row of several layers: from the smallest of them to the largest"),
    ("● ○", "on a slope: the weight now, and where the next step takes it; the dots are the tangent"),
    ("wsndkma", "pieces of a boundary: weights, slopes, normalisation, dropout, skip, memory, alignment"),
    ("R L G", "on a curve: rnn, lstm, gru in the place of the recurrent layers"),
    (
        "◆",
        "where theory expects the bar to end, before the first step: mean-field theory of wide random networks",
    ),
    ("×÷", "by this factor more or less: one standard deviation over seeds"),
    ("├┼┤", "lower quartile, median and upper quartile of networks that differ in the seed alone"),
    ("● ▾ ┬", "on the line over the run: where it is, where it was edited, where a branch left it"),
    ("·", "in a step that is played part by part: not computed yet"),
    ("A B", "on bars and curves, where two networks run in lockstep: the value that the other one has there"),
    ("≠", "what differs between A and B"),
    ("1e-05", "0.00001: five decades below one"),
    ("nan inf", "not a number; beyond the range of numbers"),
)

MOUSE: tuple[tuple[str, str], ...] = (
    (
        "click",
        "chooses a row, a bar, an entry, a step on the line over the run; does what a key does that is named",
    ),
    (
        "again",
        "on a factor: a weight of its layer; on an entry: that weight; on a value: type it, or choose it",
    ),
    ("drag", "the line over the run, or the slider beside a value of the network editor"),
    ("wheel", "what ↑ and ↓ do in the pane under it; on the line over the run a step on, or back"),
)

ABOUT = (
    "Each bar is the size of one layer's gradient on a logarithmic axis: how strongly that layer can learn."
    " Backpropagation multiplies one factor per layer, so on its way from the output to the input the"
    " gradient shrinks (or grows) exponentially. Change a layer's activation or init in the network editor,"
    " and watch what becomes of it."
)


class HelpScreen(Dialog[None]):
    """A page to read; escape closes it, and so do the keys of help and of leaving."""

    def __init__(self, pane: str, offers: Callable[[Action], bool]) -> None:
        """`pane`: the one that is told of first; only what the app `offers` is listed."""
        super().__init__()
        self._pane = pane
        self._offers = offers

    BINDINGS = [(f"{keys_for('quit')},{keys_for('help')},enter", "close", "Close")]

    def compose(self) -> ComposeResult:
        box = Page(page(self._pane, self._offers), classes="box tall")
        box.border_title = "Help"
        box.border_subtitle = f"↑ ↓ scroll · {key_of('close', 'dialog')} close"
        yield box


def page(pane: str, offers: Callable[[Action], bool]) -> list[Line]:
    """The whole text: the pane that one is in, what it is all about, the signs, the keys by context."""
    lines = [
        *_section(pane, offers, PANES[pane].tells),
        Line(ABOUT),
        Line(),
        Line("Signs", heading=True),
        *(Line(meaning, sign) for sign, meaning in SIGNS),
        Line(),
        Line("Mouse", heading=True),
        *(Line(does, use) for use, does in MOUSE),
    ]
    for context in CONTEXTS:
        if context != pane:
            lines += [Line(), *_section(context, offers)]
    return lines


def _section(context: str, offers: Callable[[Action], bool], tells: str = "") -> list[Line]:
    """The keys of one context under its heading."""
    lines = [Line(CONTEXTS[context], heading=True)]
    if tells:
        lines.append(Line(tells))
    lines += [Line(action.tooltip, key_names(action)) for action in actions_of(context) if offers(action)]
    return [*lines, Line()] if tells else lines
