"""Which panes stand where: columns of panes as data, what a user does to them, and the cells that each gets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from vgtui.scenario.view import MAX_COLUMNS, Column, Place

WIDE = 50
"""Columns of cells that a column of panes takes, before another one is shown beside it."""

NARROWEST = 43
"""Columns of cells that the narrowest one is left."""

Columns = tuple[Column, ...]

READY: dict[str, tuple[str, Columns]] = {
    "teach": (
        "the gradient and where it comes from, with the editor beside it",
        (
            Column((Place("gradient", 11), Place("time", 16), Place("chain", 13)), 13),
            Column((Place("network", 11), Place("loss", 7), Place("weights", 9)), 10),
            Column(
                (Place("activation", 12), Place("decision", 14), Place("curves", 10), Place("diagnosis", 9)),
                10,
            ),
        ),
    ),
    "tune": (
        "the editor and what training makes of it",
        (
            Column((Place("network", 17), Place("decision", 16)), 10),
            Column((Place("curves", 16), Place("gradient", 14), Place("time", 12)), 12),
            Column((Place("diagnosis", 16), Place("weights", 9), Place("theory", 12)), 10),
        ),
    ),
    "inspect": (
        "one weight, and all that its gradient passes through",
        (
            Column((Place("chain", 20), Place("weights", 12)), 12),
            Column((Place("gradient", 12), Place("time", 12), Place("activation", 14)), 10),
            Column((Place("slope", 14), Place("lost", 14), Place("paths", 12)), 10),
        ),
    ),
}
"""The ready-made arrangements by name: what each is for, and its columns. Those to the right need a wide screen."""

DEFAULT = "teach"


class Rows(NamedTuple):
    """How few rows a pane can do with, and more than how many it has no use for."""

    least: int
    most: int


class Box(NamedTuple):
    """The place of a pane, in cells from the upper left corner of all of them; its border is included."""

    x: int
    y: int
    width: int
    height: int


def names_of(columns: Columns) -> tuple[str, ...]:
    """The panes of an arrangement, column by column from the top."""
    return tuple(place.pane for column in columns for place in column.panes)


# ---- the cells


def lay_out(
    columns: Columns, width: int, height: int, rows: Mapping[str, Rows], guest: str | None = None
) -> dict[str, Box]:
    """The boxes of those panes that there is room for; only those in `rows` count.

    Columns that do not fit at the right, and panes that do not fit at the bottom of theirs, are left out. Where
    `guest` is one of them, or in no column, it has the place of the last pane that is shown; a guest that is not in
    `rows` any more is none.
    """
    shown = _fitting(columns, width, height, rows)
    if guest is not None and guest in rows and guest not in names_of(shown):
        shown = _with_guest(shown, guest, height, rows)
    widths = divided(width, [column.width for column in shown], [NARROWEST] * len(shown))
    boxes: dict[str, Box] = {}
    x = 0
    for column, cells in zip(shown, widths, strict=True):
        limits = [rows[place.pane] for place in column.panes]
        least, most = [limit.least for limit in limits], [limit.most for limit in limits]
        y = 0
        heights = divided(height, [place.height for place in column.panes], least, most)
        for place, tall in zip(column.panes, heights, strict=True):
            boxes[place.pane] = Box(x, y, cells, tall)
            y += tall
        x += cells
    return boxes


def divided(
    cells: int, shares: Sequence[float], least: Sequence[int], most: Sequence[int] | None = None
) -> list[int]:
    """`cells` by shares, each part at least `least` and at most `most` as far as that comes out; one gets all."""
    if len(shares) == 1:
        return [cells]
    parts = list(least)
    everything = range(len(parts))
    for _ in range(cells - sum(parts)):
        growing = [k for k in everything if most is None or parts[k] < most[k]] or everything
        parts[min(growing, key=lambda k: (parts[k] + 0.5) / shares[k])] += 1
    return parts


def _fitting(columns: Columns, width: int, height: int, rows: Mapping[str, Rows]) -> Columns:
    """The columns that fit, each with the panes that fit, from the left and from the top."""
    present = _only(columns, rows)[: max(1, width // WIDE)]
    return tuple(replace(column, panes=_from_top(column.panes, height, rows)) for column in present)


def _from_top(places: tuple[Place, ...], height: int, rows: Mapping[str, Rows]) -> tuple[Place, ...]:
    while len(places) > 1 and sum(rows[place.pane].least for place in places) > height:
        places = places[:-1]
    return places


def _with_guest(columns: Columns, guest: str, height: int, rows: Mapping[str, Rows]) -> Columns:
    """The guest in the last place, and as few panes above it gone as may be."""
    if not columns:
        return (Column((Place(guest),)),)
    *others, last = columns
    *above, displaced = last.panes
    while above and sum(rows[place.pane].least for place in above) + rows[guest].least > height:
        above.pop()
    return (*others, replace(last, panes=(*above, Place(guest, displaced.height))))


def _only(columns: Columns, names: Collection[str]) -> Columns:
    """The columns with only these panes; a column without any of them is none."""
    kept = [(column, tuple(place for place in column.panes if place.pane in names)) for column in columns]
    return tuple(replace(column, panes=places) for column, places in kept if places)


# ---- what a user does


def hidden(columns: Columns, name: str) -> Columns:
    """The arrangement without a pane; the last one stays."""
    rest = _only(columns, [other for other in names_of(columns) if other != name])
    return rest or columns


def added(columns: Columns, name: str) -> Columns:
    """The arrangement with one pane more, at the bottom of the column that has the fewest."""
    if name in names_of(columns):
        return columns
    if not columns:
        return (Column((Place(name),)),)
    fewest = min(range(len(columns)), key=lambda k: len(columns[k].panes))
    return _inserted(columns, fewest, len(columns[fewest].panes), _place(columns[fewest], name))


def exchanged(columns: Columns, name: str, other: str) -> Columns:
    """The arrangement with two panes in the place of each other; one of them may have had none."""
    names = {name: other, other: name}
    return tuple(
        replace(column, panes=tuple(replace(p, pane=names.get(p.pane, p.pane)) for p in column.panes))
        for column in columns
    )


def moved(columns: Columns, name: str, across: int, down: int, shown: Collection[str]) -> Columns:
    """The arrangement with a pane one place further: past the next one in its column that is `shown`, or

    into the column beside it at the same height; from an outermost column into a new one. Where there is no
    further place, as it was.
    """
    if name not in names_of(columns):
        return columns
    here = next(k for k, column in enumerate(columns) if name in names_of((column,)))
    places = columns[here].panes
    at = names_of((columns[here],)).index(name)
    if down:
        beyond = places[at + 1 :] if down > 0 else places[:at][::-1]
        other = next((place.pane for place in beyond if place.pane in shown), None)
        return columns if other is None else exchanged(columns, name, other)
    if not 0 <= here + across < len(columns):
        return _to_a_new_column(columns, name, across)
    target = columns[here + across]
    wider = _inserted(columns, here + across, min(at, len(target.panes)), _place(target, name))
    rest = tuple(place for place in places if place.pane != name)
    return tuple(replace(c, panes=rest) if k == here else c for k, c in enumerate(wider) if k != here or rest)


def _to_a_new_column(columns: Columns, name: str, across: int) -> Columns:
    edge = columns[0] if across < 0 else columns[-1]
    if len(edge.panes) == 1 or len(columns) == MAX_COLUMNS:
        return columns
    new = Column((_place(edge, name),), edge.width)
    rest = hidden(columns, name)
    return (new, *rest) if across < 0 else (*rest, new)


def _inserted(columns: Columns, number: int, at: int, place: Place) -> Columns:
    panes = (*columns[number].panes[:at], place, *columns[number].panes[at:])
    return (*columns[:number], replace(columns[number], panes=panes), *columns[number + 1 :])


def _place(column: Column, name: str) -> Place:
    """A place of the usual height in a column."""
    return Place(name, sum(place.height for place in column.panes) / len(column.panes))
