"""What the network answers, drawn: a half-block map, a fitted curve, images with guesses, an answer along time."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from vgtui.analysis.decision import AlongTime, Curve, Decision, Images, Plane, Samples
from vgtui.tui.drawing import figure
from vgtui.tui.drawing.cells import BOLD, CellBuffer, column, joined
from vgtui.tui.drawing.figure import Axis, draw_figure
from vgtui.tui.drawing.heading import draw_heading
from vgtui.tui.drawing.numbers import compact
from vgtui.tui.drawing.palette import Palette
from vgtui.tui.drawing.shades import class_inks, diverging, lay_halves, mixed, picture_ink, upon
from vgtui.tui.drawing.ticks import nice_ticks

BOUNDARY = ord("·")
TWO_CLASSES = ("○●", "□■")
"""The signs of a sample: of the training part, and held back; of class 0 and of class 1."""

VALUES = ("○", "□")
"""The same of a regression."""

LABELS = 7
SHADE = np.array([ord(sign) for sign in " ░▒▓█"], np.uint32)
GUESS = 10
"""Cells of what is said under an image."""


class Look(Struct, frozen=True):
    """How a map is drawn: by sides alone, or by what the answer is; with which of the samples on it."""

    discrete: bool = False
    train: bool = True
    test: bool = True


EVERYTHING = Look()


def draw_decision(
    found: Decision, aside: str, width: int, height: int, palette: Palette, look: Look = EVERYTHING
) -> CellBuffer:
    """Whichever picture it is."""
    cells = CellBuffer(width, height, palette.text, palette.background)
    if isinstance(found, Plane):
        _draw_plane(cells, found, aside, palette, look)
    elif isinstance(found, Curve):
        _draw_curve(cells, found, aside, palette)
    elif isinstance(found, Images):
        _draw_images(cells, found, aside, palette)
    elif isinstance(found, AlongTime):
        _draw_along_time(cells, found, aside, palette)
    return cells


# ---- two inputs


def _draw_plane(cells: CellBuffer, plane: Plane, aside: str, palette: Palette, look: Look) -> None:
    corners = f"{plane.names[0]} {_span(plane.x)} · {plane.names[1]} {_span(plane.y)}"
    words = [_asked(plane), corners], [*_signs(plane.classes, look), *_colours_told(plane)], aside
    draw_map(cells, plane, words, plane.classes, palette, look)


def draw_map(
    cells: CellBuffer,
    plane: Plane,
    words: tuple[list[str], list[str], str],
    classes: int,
    palette: Palette,
    look: Look,
) -> None:
    """The map with the samples of data of so many `classes`. words: the heading's, the legend's, and `aside`."""
    rows = cells.height - 2
    draw_heading(cells, words[0], words[2], palette)
    answer, sure = (nearest(array, 2 * rows, cells.width) for array in (plane.answer, plane.sure))
    sides = _sides(plane, answer)
    colours = _colours(plane, *((sides, np.ones_like(sure)) if look.discrete else (answer, sure)), palette)
    area = slice(1, 1 + rows)
    lay_halves(cells, (1, 0), colours)
    border = boundary(sides)
    cells.codes[area][border] = BOUNDARY
    cells.foreground[area][border] = upon(palette, cells.background[area][border])
    _lay_samples(cells, plane, classes, rows, look, palette)
    cells.text(cells.height - 1, 0, joined(words[1], cells.width), palette.muted)


def nearest(values: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """A map with another number of rows and columns: to each place the value of the nearest."""
    y = np.arange(rows) * values.shape[0] // max(rows, 1)
    x = np.arange(columns) * values.shape[1] // max(columns, 1)
    return values[y[:, None], x]


def boundary(sides: np.ndarray) -> np.ndarray:
    """The cells, (rows, columns) bool, in or beside which two halves, (2 rows, columns), are of different sides."""
    upper, lower = sides[::2], sides[1::2]
    crossed = upper != lower
    crossed[:, 1:] |= upper[:, 1:] != upper[:, :-1]
    return crossed


def _asked(plane: Plane) -> str:
    if plane.classes == 2:
        return "probability of class 1"
    return "the class that is guessed" if plane.classes else "the answer"


def _span(values: np.ndarray) -> str:
    low, high = sorted((float(values[0]), float(values[-1])))
    return f"{compact(low, 2)} to {compact(high, 2)}"


def _sides(plane: Plane, answer: np.ndarray) -> np.ndarray:
    """The class; else one of the two ends of the colours, whichever is nearer."""
    if plane.classes > 2:
        return answer
    return np.where(answer > (plane.low + plane.high) / 2, plane.high, plane.low)


def _colours(plane: Plane, answer: np.ndarray, sure: np.ndarray, palette: Palette) -> np.ndarray:
    if plane.classes <= 2:
        return diverging(
            palette, 0.75 * (2.0 * (answer - plane.low) / ((plane.high - plane.low) or 1.0) - 1.0)
        )
    inks, colours = class_inks(palette), np.full(answer.shape, palette.background, np.uint32)
    for number in range(plane.classes):
        own = answer == number
        colours[own] = mixed(palette.background, inks[number % len(inks)], 0.7 * sure[own])
    return colours


def _lay_samples(
    cells: CellBuffer, plane: Plane, classes: int, rows: int, look: Look, palette: Palette
) -> None:
    """The held back over those that are learned from."""
    samples = plane.samples
    seen = np.where(samples.test, look.test, look.train)
    x = _cell(samples.places[seen, 0], plane.x, cells.width)
    y = 1 + _cell(samples.places[seen, 1], plane.y, rows)
    marks = zip(samples.labels[seen], samples.test[seen], strict=True)
    cells.codes[y, x] = np.array([ord(_sign(classes, label, test)) for label, test in marks], np.uint32)
    cells.foreground[y, x] = upon(palette, cells.background[y, x])
    cells.attributes[y, x] |= BOLD


def _cell(values: np.ndarray, axis: np.ndarray, count: int) -> np.ndarray:
    share = (values - axis[0]) / (axis[-1] - axis[0])
    return np.clip((share * count).astype(np.int64), 0, count - 1)


def _sign(classes: int, label: float, test: bool) -> str:
    if not classes:
        return VALUES[int(test)]
    if classes == 2:
        return TWO_CLASSES[int(test)][int(label)]
    return chr(ord("A" if test else "a") + int(label) % 26)


def _signs(classes: int, look: Look) -> list[str]:
    """What the signs of the samples mean that are shown."""
    if not classes:
        train, test = f"{VALUES[0]} train", f"{VALUES[1]} test"
    elif classes == 2:
        train, test = "class 0 {} 1 {} train".format(*TWO_CLASSES[0]), "{} {} test".format(*TWO_CLASSES[1])
    else:
        last = chr(ord("a") + min(classes, 26) - 1)
        train, test = f"a to {last}: class 0 to {classes - 1}, train", "capitals test"
    return [told for told, seen in ((train, look.train), (test, look.test)) if seen]


def _colours_told(plane: Plane) -> list[str]:
    if not plane.classes:
        return [f"colours from {compact(plane.low)} to {compact(plane.high)}", "· their middle"]
    return ["· one half" if plane.classes == 2 else "· boundary"]


# ---- one input


def _draw_curve(cells: CellBuffer, curve: Curve, aside: str, palette: Palette) -> None:
    draw_heading(cells, [f"the answer over {curve.name}"], aside, palette)
    samples = curve.samples
    values = np.concatenate([curve.answer, samples.labels])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    axes = (
        Axis(float(curve.x[0]), float(curve.x[-1]), nice_ticks(float(curve.x[0]), float(curve.x[-1]), 5)),
        Axis(low, high if high > low else low + 1.0, nice_ticks(low, high, 4, LABELS - 1)),
    )
    curves = [
        _points(samples, False, palette.muted),
        _points(samples, True, palette.test),
        figure.Curve(curve.x, curve.answer, palette.train),
    ]
    draw_figure(cells, (1, 0), (cells.width, cells.height - 2), axes, curves, palette)
    legend = ["⠒ the network", f"{VALUES[0]} train", f"{VALUES[1]} test"]
    cells.text(cells.height - 1, 0, joined(legend, cells.width), palette.muted)


def _points(samples: Samples, test: bool, ink: int) -> figure.Curve:
    own = samples.test == test
    return figure.Curve(
        samples.places[own, 0], samples.labels[own].astype(np.float64), ink, VALUES[int(test)], joined=False
    )


# ---- images


def _draw_images(cells: CellBuffer, found: Images, aside: str, palette: Palette) -> None:
    part = "held back" if found.from_test else "learned from"
    height, width = found.images.shape[1:]
    tall, wide = (height + 1) // 2 + 1, max(width, GUESS) + 1
    across, down = max(1, (cells.width + 1) // wide), max(0, (cells.height - 1) // tall)
    count = min(len(found.images), across * down)
    wrong = int(np.sum(found.guesses[:count] != found.labels[:count]))
    draw_heading(cells, [f"{count} samples, {part}", f"✗ {wrong} of {count} wrong"], aside, palette)
    if not count:
        cells.text(
            1, 0, f"an image of {width}×{height} needs {tall} rows: make the pane larger", palette.muted
        )
        return
    for number in range(count):
        y, x = 1 + number // across * tall, number % across * wide
        _draw_image(cells, y, x, found.images[number], palette)
        _draw_guess(cells, y + tall - 1, x, found, number, palette)


def _draw_image(cells: CellBuffer, y: int, x: int, image: np.ndarray, palette: Palette) -> None:
    """Two rows of the image in one of cells."""
    height, width = image.shape
    width = min(width, cells.width - x)
    spread = float(image.max() - image.min()) or 1.0
    shares = np.zeros((height + height % 2, width))
    shares[:height] = (image[:, :width] - image.min()) / spread
    lay_halves(cells, (y, x), mixed(palette.background, picture_ink(palette), shares))


def _draw_guess(cells: CellBuffer, y: int, x: int, found: Images, number: int, palette: Palette) -> None:
    """`7 ✓ 0.93`; of a wrong one what it is as well: `1 ✗ 7 0.40`."""
    guess, label = (found.class_names[int(one[number])] for one in (found.guesses, found.labels))
    right = guess == label
    text = f"{guess} ✓" if right else f"{guess} ✗ {label}"
    cells.text(
        y, x, f"{text} {found.sure[number]:.2f}", palette.good if right else palette.exploding, width=GUESS
    )


# ---- along time


def _draw_along_time(cells: CellBuffer, found: AlongTime, aside: str, palette: Palette) -> None:
    steps, room = len(found.inputs), max(1, cells.width - 1 - LABELS)
    target = f"class {found.target:.0f}" if found.classes else f"target {compact(found.target)}"
    asked = "its probability" if found.classes else "the answer"
    draw_heading(cells, [target, f"{asked} if nothing came after step t"], aside, palette)
    shown = np.arange(room) * steps // room
    channels = min(found.inputs.shape[1], max(1, (cells.height - 7) // 2))
    top = float(np.abs(found.inputs).max()) or 1.0
    for channel in range(channels):
        level = np.ceil(np.abs(found.inputs[shown, channel]) / top * (len(SHADE) - 1)).astype(np.int64)
        name = found.channels[channel]
        short = name if len(name) < LABELS else name.split()[-1]
        cells.text(1 + channel, 0, column(short, LABELS - 1), palette.muted)
        cells.block(1 + channel, LABELS, SHADE[level][None, :], palette.title)
    y = 1 + channels
    if found.classes:
        guesses = "".join(chr(ord("0") + int(guess) % 10) for guess in found.guesses[shown])
        cells.text(y, 0, "guess", palette.muted)
        cells.text(y, LABELS, guesses, palette.text)
        y += 1
    _draw_answers(cells, y, found, palette)


def _draw_answers(cells: CellBuffer, y: int, found: AlongTime, palette: Palette) -> None:
    steps = np.arange(1.0, len(found.inputs) + 1)
    aim = 1.0 if found.classes else found.target
    values = np.append(found.answer[np.isfinite(found.answer)], aim)
    low, high = (0.0, 1.0) if found.classes else (float(values.min()), float(values.max()))
    high = high if high > low else low + 1.0
    axes = (
        Axis(1.0, float(steps[-1]), nice_ticks(1.0, float(steps[-1]), 5)),
        Axis(low, high, nice_ticks(low, high, 3, LABELS - 1)),
    )
    curves = [
        figure.Curve(steps, np.full(len(steps), aim), palette.good, "·"),
        figure.Curve(steps, found.answer, palette.train),
    ]
    draw_figure(cells, (y, 0), (cells.width - 1, cells.height - y), axes, curves, palette)
