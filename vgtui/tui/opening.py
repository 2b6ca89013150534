"""What the app does to open something else: a preset, a file, a session, what was cut off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vgtui.scenario import library
from vgtui.tui.take_away import SESSION

if TYPE_CHECKING:
    from vgtui.tui.runner import Runner


class Opening:
    """Mixin of the app."""

    runner: Runner

    if TYPE_CHECKING:
        push_screen: Callable[..., Any]

    def action_command_palette(self: Any) -> None:
        """Every action by its words."""
        from vgtui.tui.palette import Palette

        if not Palette.is_open(self):
            self.push_screen(Palette(id="--command-palette"))

    def search_themes(self: Any) -> None:
        """Every theme by its name."""
        from textual.theme import ThemeProvider

        from vgtui.tui.palette import Palette

        self.push_screen(Palette(providers=[ThemeProvider], placeholder="Search for themes…"))

    def action_presets(self) -> None:
        """Choose a preset."""
        from vgtui.tui.screens.presets import PresetsScreen

        presets = library.presets()
        current = next((name for name in presets if presets[name] == self.runner.frame.scenario), "")
        screen = PresetsScreen(presets, current, lambda: self.runner.frame.record is not None)
        self.push_screen(screen, self._open_preset)

    def _open_preset(self, name: str | None) -> None:
        if name is not None:
            self.runner.open(library.load_scenario(name))

    def action_open(self) -> None:
        """Ask for a file to open."""
        from vgtui.tui.screens.path import PathScreen

        note = "A scenario (.toml), or a session (.vgtui) to go on with."
        self.push_screen(PathScreen("Open", note, self._open_path))

    def _open_path(self, path: Path) -> None:
        if path.suffix == SESSION:
            self.runner.load(path)
        else:
            self.runner.open(library.load_scenario(path), str(path))

    def action_resume(self) -> None:
        """Go on with what was cut off."""
        self.runner.resume()
