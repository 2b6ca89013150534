"""The presets: searched by typing, and each told of before it is opened, with the gradient of its layers."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Label, OptionList, Static

from vgtui.scenario.lesson import readable
from vgtui.scenario.library import course_names
from vgtui.scenario.model import Scenario
from vgtui.tui.hints import named_key
from vgtui.tui.keymap import key_of
from vgtui.tui.profiles import Profiles
from vgtui.tui.screens.choices import Choices
from vgtui.tui.screens.choose import ChooseScreen, Item

ROWS = 3
"""Of the picture of a profile."""

SHORT = 24
"""Rows of the screen below which the list has them, and a preset only its picture and its summary."""

LOOK = 0.5
"""Seconds between two looks at whether the engine is loaded."""


class PresetsScreen(ChooseScreen):
    """Its answer is the name of a preset. `is_ready` says whether the engine is loaded, so that one can be measured."""

    class Measured(Message):
        """A profile is known, or cannot be."""

    def __init__(self, presets: dict[str, Scenario], current: str, is_ready: Callable[[], bool]) -> None:
        course = course_names()
        items = [
            Item(
                name,
                preset.title,
                group="Course" if name in course else "Presets",
                words=f"{preset.summary} {preset.look} {preset.try_this}",
            )
            for name, preset in presets.items()
        ]
        super().__init__("Presets", items, current)
        self._presets = presets
        self._is_ready = is_ready
        self._profiles = Profiles(lambda: self.post_message(self.Measured()))
        self._chosen = current

    def compose(self) -> ComposeResult:
        with Vertical(classes="box tall") as box:
            box.border_title = "Presets"
            box.border_subtitle = f"type to search · ↑↓ · enter open · {key_of('close', 'dialog')} close"
            yield Input(placeholder="type to search", compact=True)
            yield Choices(compact=True)
            yield Label("nothing found", classes="nothing")
            yield Static(classes="preview")

    def on_mount(self) -> None:
        """A profile that waits for the engine comes as soon as there is one."""
        super().on_mount()
        self.call_after_refresh(self.query_one(OptionList).scroll_to_highlight)
        if not self._is_ready():
            self._waiting = self.set_interval(LOOK, self._look)

    def _look(self) -> None:
        if self._is_ready():
            self._waiting.stop()
            self._preview()

    def on_unmount(self) -> None:
        """Nobody waits any more."""
        self._profiles.end()

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._chosen = event.option_id or ""
        self._preview()

    def on_presets_screen_measured(self, event: Measured) -> None:
        """Perhaps it is the one that is chosen."""
        self._preview()

    def on_resize(self) -> None:
        """Another width holds another picture."""
        self._preview()

    def _preview(self) -> None:
        """Tell of the chosen preset."""
        preset = self._presets.get(self._chosen)
        panel = self.query_one(".preview", Static)
        panel.display = preset is not None
        if preset is None:
            return
        short = self.size.height < SHORT
        panel.set_class(short, "-short")
        lines = [Content(preset.summary)]
        lines += [Content.assemble(("look  ", "bold"), preset.look)] if preset.look and not short else []
        if preset.try_this and not short:
            lines.append(Content.assemble(("try   ", "bold"), readable(preset.try_this, named_key)))
        panel.update(Content("\n").join([*self._picture(preset, panel.content_size.width), *lines]))

    def _picture(self, preset: Scenario, width: int) -> list[Content]:
        """The gradient of every layer, once it is measured; till then a line that says why there is none."""
        if not self._is_ready():
            return [
                Content.styled(
                    "the gradient of its layers is measured once the engine is loaded", "$text-muted"
                )
            ]
        if self._profiles.failure:
            return [Content.styled(self._profiles.failure, "$text-error")]
        found = self._profiles.of(self._chosen, preset)
        if found is None:
            return [
                *[Content("")] * ROWS,
                Content.styled("measuring the gradient of its layers …", "$text-muted"),
            ]
        from vgtui.tui.drawing.profile import in_words, profile

        rows = profile(found, max(width, 20), 1 if self.size.height < SHORT else ROWS)
        return [
            *(Content.styled(row, "$primary") for row in rows),
            Content.styled(in_words(found), "$text-muted"),
        ]
