"""The chain rule with its numbers plugged in: the product for one weight, factor by factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from vgtui.analysis.notation import gradient_name
from vgtui.tui.drawing.bars import Scale, draw_bars, draw_ticks
from vgtui.tui.drawing.cells import BOLD, CUT, CellBuffer, column, fitted, joined
from vgtui.tui.drawing.chain_rows import (
    GAIN,
    GAINS,
    Link,
    Place,
    from_the_loss,
    gain_columns,
    grown,
    links_of,
    row_of_place,
)
from vgtui.tui.drawing.expected import draw_glyphs
from vgtui.tui.drawing.numbers import compact, from_log10, magnitude, ratio
from vgtui.tui.drawing.palette import Palette

if TYPE_CHECKING:
    from vgtui.analysis.chain_rule import ChainRule
    from vgtui.tui.frame import Rival
    from vgtui.tui.microstep import Revealed

SCALE = Scale(-12.0, 2.0, 2.0)
"""Of the running product."""

NOT_YET = "·"
"""Stands for a number that a step, played in its parts, has not come to."""

MARK = "▸"
"""Stands before the chosen row."""

HEAD, FIXED = 2, 3
"""Rows before those of the links; and with the last line, which has its sentence."""

PRODUCT = 9
MIN_BAR = 6
CULPRIT = "◄ culprit"


class Entry(Struct, frozen=True):
    """The line in which a weight is typed: what stands there, and what was wrong with it."""

    text: str
    error: str = ""


class Columns(Struct, frozen=True):
    """Where the columns start, and how wide they are; a bar of 0 where there is no room."""

    index: int
    name: int
    gain: int
    gain_width: int
    bar: int
    mark: int

    @classmethod
    def fitting(cls, width: int, links: list[Link], gains: int) -> Columns:
        """Narrow panes give up the word `culprit`, then most of the name, then the bar."""
        index = max(len(link.label) for link in links)
        longest = max(len(link.name) for link in links)
        mark = len(CULPRIT) if width >= 76 else 1
        gain_width = 1 + max(GAIN, *(len(gain) for link in links for gain in link.gains))
        fixed = index + 1 + 1 + gains * gain_width + 1 + PRODUCT + 1 + mark
        name = max(min(longest, 7), min(longest, width - fixed - 2 * MIN_BAR))
        bar = width - fixed - name - 2
        return cls(index, name, index + 1 + name + 1, gain_width, bar if bar >= MIN_BAR else 0, mark)


def draw_chain(
    chain: ChainRule, entry: Entry | None, width: int, height: int, palette: Palette,
    revealed: Revealed | None = None, rival: Rival | None = None, chosen: Place | None = None,
) -> CellBuffer:  # fmt: skip
    """The product in one line, then a row a factor, folded when there are more; `entry` is what is typed.

    Where a step is played in its parts, the product grows from the loss, a factor a layer. Where there is another
    network, its letter stands where its product is. chosen: the row that is marked.
    """
    cells = CellBuffer(width, height, palette.text, palette.background)
    line = product_line(chain, width) if revealed is None else partial_line(chain, revealed, width)
    _draw_product(cells, chain, line, palette)
    shown = gain_columns(chain, width)
    links = _links(chain, width, height, chosen)
    if revealed is not None:
        links = from_the_loss(chain, links, revealed)
    if links:
        columns = Columns.fitting(width, links, len(shown))
        _draw_heading(cells, columns, shown, palette)
        _mark(cells, columns, row_of_place(links, chosen), palette)
        _draw_links(cells, columns, links, palette)
        if rival is not None and rival.frame.chain is not None:
            theirs = links_of(rival.frame.chain, shown, height - FIXED, chosen)
            _draw_rival(cells, columns, (links, theirs), len(shown), rival.letter, palette)
    if entry is not None:
        _draw_entry(cells, height - 1, entry, palette)
    elif rival is not None and rival.frame.chain is not None:
        cells.text(height - 1, 0, joined(against(chain, rival), width), palette.text)
    elif revealed is not None and not is_whole(chain, revealed):
        return cells
    elif isinstance(chosen, int):
        cells.text(height - 1, 0, joined(told_of(chain, chosen), width), palette.title)
    else:
        cells.text(height - 1, 0, joined(verdict(chain), width, ", "), palette.muted)
    return cells


def _links(chain: ChainRule, width: int, height: int, chosen: Place | None) -> list[Link]:
    return links_of(chain, gain_columns(chain, width), height - FIXED, chosen)


def place_at(chain: ChainRule, y: int, width: int, height: int, chosen: Place | None) -> Place | None:
    """What row y of the pane stands for; None for the product itself."""
    links = _links(chain, width, height, chosen)
    return links[y - HEAD].place if 0 <= y - HEAD < len(links) else None


def name_of(chain: ChainRule) -> str:
    """dL/dW3[0,2]: the gradient of layer 3's weight from input 2 to output 0; `at t 7` of one time step alone."""
    name = gradient_name(chain)
    if chain.place is None:
        return name
    return f"{name} at {'t' if chain.shared == 'time steps' else 'place'} {chain.place}"


def product_line(chain: ChainRule, width: int) -> str:
    """`dL/dW0[0,1] = 1.04 × 0.21 × … × -0.55 = -3.1e-07`, with as many factors as `width` holds.

    A penalty on the weight is added to the product: `… × -0.55 + 0.002 = 0.0017`.
    """
    head, tail = f"{name_of(chain)} = ", f" = {from_log10(chain.log10, sign=chain.sign)}"
    if chain.penalty:
        sign = "-" if chain.penalty < 0 else "+"
        tail = f" {sign} {compact(abs(chain.penalty))} = {compact(chain.gradient)}"
    last = compact(chain.loss_slope)
    for digits in (3, 2):
        terms = [compact(chain.activation), *(compact(factor.gain, digits) for factor in chain.factors)]
        whole = f"{head}{' × '.join([*terms, last])}{tail}"
        if len(whole) <= width:
            return whole
    for count in range(len(terms) - 1, 0, -1):
        line = f"{head}{' × '.join([*terms[:count], CUT, last])}{tail}"
        if len(line) <= width:
            return line
    return fitted(f"{name_of(chain)}{tail}", width)


def against(chain: ChainRule, rival: Rival) -> list[str]:
    """The other network's product for its weight at the same place, and how many times this one's it is."""
    other = rival.frame.chain
    assert other is not None
    told = f"{rival.letter}: {name_of(other)} = {from_log10(other.log10, sign=other.sign)}"
    return [told, f"{ratio(other.log10 - chain.log10)} of {rival.mine}'s"]


def _draw_rival(
    cells: CellBuffer,
    columns: Columns,
    links: tuple[list[Link], list[Link]],
    gains: int,
    letter: str,
    palette: Palette,
) -> None:
    """The letter at the other network's running product, where its rows stand for the same layers."""
    mine, theirs = links
    if not columns.bar or [link.run for link in mine] != [link.run for link in theirs]:
        return
    place = (2, columns.gain + gains * columns.gain_width + 1)
    sizes = np.array([link.log10 for link in theirs])
    draw_glyphs(cells, place, columns.bar, SCALE.fractions(sizes), letter, palette)


def is_whole(chain: ChainRule, revealed: Revealed) -> bool:
    """Whether the backward pass has come to the layer of the weight."""
    return revealed.backward <= chain.layer


def partial_line(chain: ChainRule, revealed: Revealed, width: int) -> str:
    """`dL/dW0[0,1] = … × 0.054 × 0.284 → 0.0153`: the factors that the backward pass has come to."""
    if is_whole(chain, revealed):
        return product_line(chain, width)
    head = f"{name_of(chain)} = {CUT}"
    if not revealed.loss:
        return fitted(head, width)
    gains = [factor.gain for factor in chain.factors if factor.layer >= revealed.backward]
    terms = [*(compact(gain, 2) for gain in gains), compact(chain.loss_slope)]
    tail = f" = {from_log10(*grown(chain, revealed.backward))} so far"
    while len(terms) > 1 and len(f"{head} × {' × '.join(terms)}{tail}") > width:
        terms = terms[1:]
    return fitted(f"{head} × {' × '.join(terms)}{tail}", width)


def verdict(chain: ChainRule) -> list[str]:
    """Which link does the most harm, and which part of it: the most important part of the sentence first."""
    whose = "whole batch" if chain.sample is None else f"sample {chain.sample} of the batch"
    if chain.culprit is None:
        return [whose]
    factor = chain.factors[chain.culprit]
    parts = [part for part in GAINS if part != "gain"]
    shrinks = not abs(factor.gain) > 1.0
    sizes = [abs(getattr(factor, part)) for part in parts]
    worst = parts[int(np.argmin(sizes) if shrinks else np.argmax(sizes))]
    cause = "time steps" if worst == "time_gain" else worst.removesuffix("_gain")
    means = f"by its {cause}, ×{compact(getattr(factor, worst), 2)}"
    does = "shrinks" if shrinks else "grows"
    told = [f"◄ culprit: layer {factor.layer} {does} it most", means]
    return [*told, whose] if chain.sample is None else [whose, *told]


def told_of(chain: ChainRule, layer: int) -> list[str]:
    """One factor in numbers: its gain, the parts of it that do anything, and the product up to it."""
    index = layer - chain.layer
    factor, before = (
        chain.factors[index],
        [chain.activation, *(one.gain for one in chain.factors[: index + 1])],
    )
    parts = [
        f"{part.removesuffix('_gain')} {compact(getattr(factor, part))}"
        for part in GAINS
        if part != "gain" and (getattr(factor, part) != 1.0 or part == "slope_gain")
    ]
    sign = -1 if sum(value < 0 for value in before) % 2 else 1
    so_far = from_log10(sum(magnitude(value) for value in before), sign=sign)
    told = [f"{MARK} layer {layer}: ×{compact(factor.gain)} = {' × '.join(parts)}", f"so far {so_far}"]
    if chain.culprit is None:
        return told
    culprit = f"culprit: layer {chain.factors[chain.culprit].layer}"
    return [*told, "◄ culprit" if index == chain.culprit else culprit]


def _draw_product(cells: CellBuffer, chain: ChainRule, line: str, palette: Palette) -> None:
    cells.text(0, 0, line, palette.text)
    cells.text(0, 0, fitted(name_of(chain), cells.width), palette.title, attributes=BOLD)
    answer = line.rfind("= ") + 2
    cells.text(0, answer, line[answer:], palette.title, attributes=BOLD)


def _draw_heading(cells: CellBuffer, columns: Columns, shown: list[str], palette: Palette) -> None:
    cells.text(1, 0, "#".rjust(columns.index), palette.muted)
    cells.text(1, columns.index + 1, column("layer", columns.name), palette.muted)
    x = columns.gain
    for part in shown:
        cells.text(1, x, GAINS[part].rjust(columns.gain_width - 1), palette.muted)
        x += columns.gain_width
    if columns.bar:
        draw_ticks(cells, 1, x + 1, columns.bar, SCALE, palette.muted)
        x += columns.bar + 2
    cells.text(1, x, column("product", PRODUCT, right=True), palette.muted)


def _mark(cells: CellBuffer, columns: Columns, row: int, palette: Palette) -> None:
    """The chosen row, under what is written on it."""
    if row >= 0:
        cells.fill(HEAD + row, 0, cells.width, palette.selected)
        cells.text(HEAD + row, columns.index, MARK, palette.title, attributes=BOLD)


def _draw_links(cells: CellBuffer, columns: Columns, links: list[Link], palette: Palette) -> None:
    inks = np.array([palette.vanishing if link.culprit else palette.healthy for link in links], np.uint32)
    cells.lines(2, 0, [link.label.rjust(columns.index) for link in links], palette.muted)
    names = [column(link.name, columns.name) for link in links]
    cells.lines(2, columns.index + 1, names, palette.text)
    parts = max(len(link.gains) for link in links)
    for place in range(parts):
        whole = place == parts - 1
        texts = [_gain(link, place, whole) for link in links]
        ink = palette.text if whole else palette.muted
        start, width = columns.gain + place * columns.gain_width, columns.gain_width - 1
        cells.lines(2, start, [column(text, width, right=True) for text in texts], ink)
    x = columns.gain + parts * columns.gain_width
    sizes = np.array([link.log10 if link.known else np.nan for link in links])
    if columns.bar:
        draw_bars(cells, (2, x + 1), columns.bar, SCALE, (sizes, sizes), inks, palette.faint)
        x += columns.bar + 2
    written = [from_log10(link.log10, sign=link.sign) if link.known else "" for link in links]
    products = [text.rjust(PRODUCT)[:PRODUCT] for text in written]
    cells.lines(2, x, products, palette.text)
    mark = CULPRIT[: columns.mark]
    marks = [mark if link.culprit and link.known else " " * len(mark) for link in links]
    cells.lines(2, x + PRODUCT + 1, marks, palette.vanishing)


def _gain(link: Link, place: int, whole: bool) -> str:
    """A gain; what is no layer has one value only, which stands under the gain of the whole."""
    if not link.known:
        return NOT_YET
    if len(link.gains) == 1:
        return link.gains[0] if whole else ""
    return link.gains[place]


def _draw_entry(cells: CellBuffer, y: int, entry: Entry, palette: Palette) -> None:
    x = cells.text(y, 0, "layer,row,column: ", palette.title, attributes=BOLD)
    x = cells.text(y, x, f"{entry.text}█", palette.text)
    cells.text(y, x + 1, entry.error or "enter · esc", palette.exploding if entry.error else palette.muted)


DIGITS = 20
"""Of a number that is typed, at most: more of them are out of every range, and Python reads no thousands."""


def parse_weight(text: str, shapes: tuple[tuple[int, int], ...]) -> tuple[int, int, int] | str:
    """`layer,row,column` as three numbers within the layers' (rows, columns), or what is wrong with it."""
    parts = text.replace(",", " ").split()
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return "three numbers, as in 0,1,0"
    layer, row, column = (int(part[:DIGITS]) for part in parts)
    if layer >= len(shapes):
        return f"layers go from 0 to {len(shapes) - 1}"
    rows, columns = shapes[layer]
    if not rows:
        return f"layer {layer} has no weights"
    if row >= rows:
        return f"rows of layer {layer} go from 0 to {rows - 1}"
    return (
        (layer, row, column) if column < columns else f"columns of layer {layer} go from 0 to {columns - 1}"
    )
