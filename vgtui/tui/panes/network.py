"""The network editor: the scenario as rows under a cursor; every edit takes effect at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from vgtui.scenario import edit
from vgtui.scenario.model import Scenario
from vgtui.scenario.schema import fields
from vgtui.tui.drawing.palette import Palette
from vgtui.tui.drawing.pens import BOLD
from vgtui.tui.frame import Frame
from vgtui.tui.hints import hint
from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.ledger import Change, Folds, Row, Run, assign, holder_of, rows, turns, typed_value
from vgtui.tui.panes.own_file import EXPECTED, OWN_FILE, and_fitting, judged_by, own_file
from vgtui.tui.panes.settings import written
from vgtui.tui.panes.sliding import Sliding

if TYPE_CHECKING:
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.panes.typing_line import TypingLine

FIRST_ROW = "layer 0/activation"
"""Where the cursor stands at first: what a newcomer should try to change."""


class Edited(Message):
    """The scenario is to be changed: by the first of `changes` that holds."""

    def __init__(self, *changes: Change) -> None:
        super().__init__()
        self.changes = changes


class Ledger(Sliding):
    """The rows, and the cursor among them."""

    BINDINGS = bindings_for("network")

    @dataclass
    class Typing(Message):
        """The value of a row is to be typed, or chosen."""

        row: Row

    def __init__(self) -> None:
        super().__init__()
        self._scenario: Scenario | None = None
        self.takes_files = True
        self._folds = Folds()
        self._rows: list[Row] = []
        self._cursor = 0
        self._top = 0

    @property
    def row(self) -> Row:
        """The row under the cursor."""
        return self._rows[self._cursor]

    def is_news(self, before: Frame) -> bool:
        """Only another scenario is."""
        return self.frame is not None and self.frame.scenario is not before.scenario

    def show(self, frame: Frame) -> None:
        """Take the frame's scenario over, the cursor staying where it was."""
        if frame.scenario is not self._scenario:
            self._scenario = frame.scenario
            self._refold(self.row.place if self._rows else FIRST_ROW)
        super().show(frame)

    def _refold(self, place: str, otherwise: int | None = None) -> None:
        """List the rows anew, with the cursor on the row called `place`, or else near where it was."""
        assert self._scenario is not None
        listed = rows(self._scenario, self._folds)
        self._rows = [row for row in listed if self.takes_files or row.label != OWN_FILE]
        places = [row.place for row in self._rows]
        near = self._cursor if otherwise is None else otherwise
        self._cursor = places.index(place) if place in places else near
        self._cursor = max(1, min(self._cursor, len(self._rows) - 1))

    def _fold(self, place: str, **changes: Any) -> None:
        self._folds = replace(self._folds, **changes)
        self._refold(place)
        self.redraw()

    # ---- drawing

    def has_content(self) -> bool:
        """There is always a scenario; but the first paint does not wait for numpy."""
        return self.frame is not None and self.frame.serial > 0

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The rows that fit, scrolled so that the cursor and a little around it are seen."""
        from vgtui.tui.drawing.cells import CellBuffer

        cells = CellBuffer(width, height, palette.text, palette.background)
        self.begin_sliding()
        margin = min(2, max(0, (height - 1) // 2))
        low, high = self._cursor - height + 1 + margin, self._cursor - margin
        self._top = max(0, min(max(low, min(self._top, high)), len(self._rows) - height))
        label_width = 19 if width >= 44 else 16 if width >= 34 else 13
        for y, row in enumerate(self._rows[self._top : self._top + height]):
            self._draw_row(cells, y, row, label_width, self._top + y == self._cursor)
        self._draw_marks(cells, height)
        return cells

    def _draw_row(self, cells: CellBuffer, y: int, row: Row, label_width: int, current: bool) -> None:
        colours = self.palette
        if row.kind == "heading":
            end = cells.text(y, 0, row.label, colours.title, attributes=BOLD)
            cells.text(y, max(end + 2, label_width + 2), row.value, colours.muted)
            return
        if current:
            cells.fill(y, 0, cells.width, colours.selected)
        mark = "›" if current else " "
        cells.text(y, 0, mark, colours.title, attributes=BOLD)
        if row.kind == "layer":
            opened = row.run is not None and row.run.first in self._folds.opened
            cells.text(y, 1, f"{'▾' if opened else '▸'} {row.label}", colours.text, attributes=BOLD)
            cells.text(y, label_width + 2, row.value, colours.text)
        elif row.kind == "more":
            end = cells.text(y, 3, "more:", colours.muted)
            cells.text(y, end + 1, row.value, colours.muted)
        else:
            self._draw_value(cells, y, row, label_width, current)

    def _draw_value(self, cells: CellBuffer, y: int, row: Row, label_width: int, current: bool) -> None:
        colours = self.palette
        cells.text(y, 3, row.label, colours.text if current else colours.muted, width=label_width - 3)
        value = row.value if self.dragged_to is None or not current else self.dragged_to
        end = cells.text(y, label_width + 2, value, colours.text, attributes=BOLD if current else 0)
        if not current or row.setting is None:
            return
        self.draw_arrows(cells, y, (label_width, end + 1) if self.has_focus and row.setting.turns else ())
        self.draw_slider(cells, y, label_width + 2, row.setting.read(holder_of(self._scenario, row)))

    def _draw_marks(self, cells: CellBuffer, height: int) -> None:
        """At the right edge: whether there are rows above and below."""
        if self._top > 0:
            cells.text(0, cells.width - 1, "↑", self.palette.muted)
        if self._top + height < len(self._rows):
            cells.text(height - 1, cells.width - 1, "↓", self.palette.muted)

    def on_focus(self) -> None:
        self.call_later(self.redraw)  # once it has the focus

    def on_blur(self) -> None:
        self.call_later(self.redraw)

    def on_click(self, event: Click) -> None:
        """A click chooses the row; on the row that is chosen, it edits the value."""
        place = event.get_content_offset(self)
        if place is None or self._top + place.y >= len(self._rows):
            return
        turned = self.arrow_at(place.x, place.y)
        if turned:
            self.action_change(turned)
        if turned or self.slider_at(place.x, place.y):
            return
        again = self._cursor == self._top + place.y
        self._go(self._top + place.y)
        if again:
            self.action_edit_value()

    @property
    def stops(self) -> tuple[Any, ...]:
        """Of the setting under the cursor."""
        return () if self.row.setting is None else self.row.setting.stops

    def is_on_cursor(self, y: int) -> bool:
        """Whether a row of the pane is that of the cursor."""
        return self._top + y == self._cursor

    def slid(self, value: Any) -> None:
        """Set it, where that is another one."""
        row = self.row
        if row.setting is not None and row.setting.read(holder_of(self._scenario, row)) != value:
            self.post_message(Edited(lambda scenario: assign(scenario, row, value)))

    def row_groups(self) -> list[tuple[int, Callable[[], object]]]:
        """The headings and the layers."""
        shown = enumerate(self._rows[self._top : self._top + self.content_size.height])
        return [(y, partial(self._go, self._top + y)) for y, row in shown if row.kind in ("heading", "layer")]

    def scrolled(self, places: int) -> None:
        """As the arrows do."""
        self.action_move_cursor(places)

    # ---- moving

    def _go(self, cursor: int) -> None:
        forward = cursor >= self._cursor
        cursor = max(1, min(cursor, len(self._rows) - 1))
        while self._rows[cursor].kind == "heading":
            cursor += 1 if forward or cursor <= 1 else -1
        self._cursor = cursor
        self.redraw()

    def action_move_cursor(self, rows: int) -> None:
        """So many rows down."""
        self._go(self._cursor + rows)

    def action_move_page(self, pages: int) -> None:
        """So many pages down."""
        self._go(self._cursor + pages * max(1, self.size.height - 2))

    def action_toggle_fold(self) -> None:
        """Equal layers as one row, or each by itself."""
        self._fold(self.row.place, apart=not self._folds.apart)

    # ---- editing

    def action_change(self, direction: int) -> None:
        """The value before, or after; a layer's row is folded, or unfolded."""
        row = self.row
        if row.kind == "layer" and row.run is not None:
            opened = (
                self._folds.opened | {row.run.first}
                if direction > 0
                else self._folds.opened - {row.run.first}
            )
            self._fold(row.place, opened=opened)
        elif row.kind == "more":
            self._fold(row.place, full=self._folds.full | {row.group})
        elif row.setting is not None and row.setting.turns:
            self.post_message(Edited(*turns(row, direction)))

    def action_edit_value(self) -> None:
        """Type or choose the value; fold or unfold a layer's row."""
        row = self.row
        if row.kind == "value":
            self.post_message(self.Typing(row))
        elif row.run is not None and row.kind == "layer":
            self._fold(row.place, opened=self._folds.opened ^ {row.run.first})
        else:
            self._fold(row.place, full=self._folds.full | {row.group})

    @property
    def _run(self) -> Run:
        """The layers under the cursor; below them, the last."""
        last = next(row.run for row in reversed(self._rows) if row.run is not None)
        return self.row.run or last

    def action_add_layer(self) -> None:
        """A layer after this one."""
        position = self._run.last + 1
        self.post_message(Edited(lambda scenario: edit.add_layer(scenario, position)))

    def action_duplicate_layer(self) -> None:
        """This layer twice."""
        position = self._run.last
        self.post_message(Edited(lambda scenario: edit.duplicate_layer(scenario, position)))

    def action_remove_layer(self) -> None:
        """This layer away; of several equal ones, one."""
        position = self._run.last
        self.post_message(Edited(lambda scenario: edit.remove_layer(scenario, position)))

    def action_move_layer(self, places: int) -> None:
        """This layer so many places towards the output."""
        position = self._run.last if places > 0 else self._run.first
        self.post_message(Edited(lambda scenario: edit.move_layer(scenario, position, position + places)))


class NetworkPane(Vertical):
    """The rows; under them, once it is needed, the line in which a value is typed and what is said of it."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.set_reactive(Widget.auto_links, False)
        self.border_subtitle = hint(
            "network", ("less more", "change"), ("type", "type"), ("add", "add"), ("remove", "remove")
        )
        self.ledger = Ledger()
        self._scenario: Scenario | None = None
        self._line: TypingLine | None = None
        self._typed: Row | None = None

    def compose(self) -> ComposeResult:
        self.ledger.takes_files = getattr(self.app, "TAKES_FILES", True)
        yield self.ledger

    def on_descendant_focus(self) -> None:
        """Its border is that of a pane with the focus while one of its own has it."""
        self.set_class(self.has_focus_within, "-focused")

    on_descendant_blur = on_descendant_focus

    def show(self, frame: Frame) -> None:
        """Take the frame's scenario over."""
        is_typed = self._line is not None and self._line.is_open
        if self._scenario is not None and frame.scenario is not self._scenario and not is_typed:
            self.complain("")
        self._scenario = frame.scenario
        self.ledger.show(frame)
        self._renew()
        if self._line is None and frame.loaded:
            self.call_later(self._add_line)  # in a turn of the loop of its own: a lesson comes in this one

    def _renew(self) -> None:
        """An edit from before came into force: what is typed begins from the value as it is now."""
        row = self.ledger.row
        if self._line is not None and self._typed is not None and self._typed.place == row.place:
            self._line.renew(typed_value(self._scenario, row))

    async def _add_line(self) -> None:
        """Once there are numbers, or for who types before: the panes are on the screen sooner without it."""
        from vgtui.tui.panes.typing_line import TypingLine

        if self._line is None:
            self._line = TypingLine()
            await self.mount(self._line)

    def complain(self, text: str) -> None:
        """Say beside the value what is wrong with it; nothing when it is right."""
        if self._line is not None:
            self._line.say(text, wrong=True)

    @on(Ledger.Typing)
    async def _begin(self, event: Ledger.Typing) -> None:
        row = event.row
        assert row.setting is not None
        if row.setting.choices:
            self._choose(row)
        else:
            await self._type(row)

    def _choose(self, row: Row) -> None:
        from vgtui.tui.screens.choose import ChooseScreen, Item

        assert row.setting is not None
        assert self._scenario is not None
        current = row.setting.read(holder_of(self._scenario, row))
        choices = [one for one in row.setting.choices if self.ledger.takes_files or one != "file"]
        items = [Item(written(choice), written(choice)) for choice in choices]
        by_name = dict(zip((item.key for item in items), choices, strict=True))

        def chosen(key: str | None) -> None:
            if key == "file":
                unfolded = rows(self._scenario, Folds(full=frozenset({"data"})))
                other = next(other for other in unfolded if other.label == OWN_FILE)
                self.call_later(self._type, other)
            elif key is not None and row.label == "loss":
                self.post_message(Edited(lambda scenario: assign(scenario, row, key), judged_by(key)))
            elif key is not None:
                self._change(row, lambda scenario: assign(scenario, row, by_name[key]))

        self.app.push_screen(ChooseScreen(row.label, items, written(current)), chosen)

    async def _type(self, row: Row) -> None:
        await self._add_line()
        assert self._line is not None
        assert row.setting is not None
        self._typed = row
        field = fields(type(holder_of(self._scenario, row)))[row.setting.name]
        expected = EXPECTED if row.label == OWN_FILE else field.expected
        self._line.ask(row.label, typed_value(self._scenario, row), expected)

    def on_typing_line_left(self, event: TypingLine.Left) -> None:
        """Typing has ended."""
        row, text, self._typed = self._typed, event.text, None
        self.screen.set_focus(self.ledger)
        if row is None or text is None:
            return
        if row.label == OWN_FILE:
            self._change(row, lambda scenario: own_file(scenario, text))
        else:
            self._change(row, lambda scenario: assign(scenario, row, text.strip() or None))

    def _change(self, row: Row, change: Change) -> None:
        """Of the data; where the network does not fit it, the network's answer is changed too."""
        self.post_message(Edited(change, *([and_fitting(change)] if row.group == "data" else [])))
