"""What the app does to let something be taken along: files, the screen, a line to share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vgtui.scenario import library
from vgtui.scenario.errors import UserError
from vgtui.scenario.files import atomic_file
from vgtui.tui.frame import Notice
from vgtui.tui.output import screen_text

if TYPE_CHECKING:
    from vgtui.engine.simulation import Simulation
    from vgtui.tui.recording import Recording
    from vgtui.tui.runner import Runner

SESSION = ".vgtui"
"""How the name of a saved session ends."""

SCREENS = (".svg", ".txt")
RUNS = (".csv", ".jsonl", ".npz", ".py")


class TakeAway:
    """Mixin of the app. saved: the files that were written; recording: of this session, where there is one."""

    runner: Runner
    saved: list[Path]
    recording: Recording | None

    if TYPE_CHECKING:
        notify: Callable[..., None]
        push_screen: Callable[..., Any]
        call_after_refresh: Callable[..., Any]
        call_from_thread: Callable[..., Any]
        export_screenshot: Callable[..., str]
        copy_to_clipboard: Callable[[str], None]
        title: str

    def action_save(self) -> None:
        """Ask where to save."""
        from vgtui.tui.screens.path import PathScreen

        note = "The scenario (.toml), or with its weights and history, to go on with (.vgtui)."
        wrong = f"the name must end with .toml (the scenario) or {SESSION} (the session)"
        self.push_screen(PathScreen("Save", note, Once((SESSION, ".toml"), wrong, self._save)))

    def _save(self, path: Path) -> None:
        if path.suffix == SESSION:
            self.runner.save(path)
        else:
            library.save(self.runner.frame.scenario, path)
            self.notify(f"saved {path}", markup=False)
        self.saved.append(path)

    def action_export(self) -> None:
        """Ask what to write for other programs, and where."""
        from vgtui.tui.screens.path import PathScreen

        note = (
            "The screen (.svg, .txt), the run so far (.csv, .jsonl, .npz), or the network as a script for"
            " PyTorch (.py) or Keras (.keras.py): the ending says which."
        )
        wrong = f"the name must end with one of {', '.join((*SCREENS, *RUNS))} or .keras.py"
        self.push_screen(
            PathScreen("Export", note, Once((*SCREENS, *RUNS), wrong, lambda path: None)), self._export
        )

    def _export(self, path: Path | None) -> None:
        """Once the dialog has gone: the screen as it is then, or the run beside which it goes on."""
        if path is None:
            return
        if path.suffix in SCREENS:
            self.call_after_refresh(self._write_screen, path)
        else:
            self.runner.ask(lambda experiment: self._write_run(experiment.simulation, path))

    def _write_screen(self, path: Path) -> None:
        text = self.export_screenshot(title=self.title) if path.suffix == ".svg" else screen_text(self)
        try:
            with atomic_file(path) as file:
                file.write(text.encode())
        except UserError as error:
            self._tell(Notice(str(error), severity="error"))
        else:
            self._written(path)

    def _write_run(self, simulation: Simulation, path: Path) -> None:
        """In the engine's thread: a copy is exported by a thread of its own, while the run goes on."""
        from vgtui.analysis.export import export, kind_of
        from vgtui.engine.probe import Probe

        copy = Probe.of(simulation)

        def write() -> None:
            try:
                export(copy, kind_of(path) or "", path)
            except UserError as error:
                self.call_from_thread(self._tell, Notice(str(error), severity="error"))
            else:
                self.call_from_thread(self._written, path)

        threading.Thread(target=write, name="export", daemon=True).start()

    def _written(self, path: Path) -> None:
        self.saved.append(path)
        self.notify(f"wrote {path}", markup=False)

    def action_share(self) -> None:
        """The scenario as a line, in the clipboard where the terminal has one, and on the screen."""
        from vgtui.scenario.share import pack
        from vgtui.tui.screens.share import ShareScreen

        try:
            line = pack(self.runner.frame.scenario)
        except UserError as error:
            self._tell(Notice(str(error), severity="error"))
            return
        self.copy_to_clipboard(line)
        self.push_screen(ShareScreen(line))

    if TYPE_CHECKING:

        def _tell(self, notice: Notice) -> None: ...


class Once:
    """Takes a path whose name ends rightly; one that exists only when asked twice."""

    def __init__(self, endings: tuple[str, ...], wrong: str, take: Callable[[Path], None]) -> None:
        self._endings = endings
        self._wrong = wrong
        self._take = take
        self._warned: Path | None = None

    def __call__(self, path: Path) -> None:
        if path.suffix not in self._endings:
            raise UserError(self._wrong)
        if path.is_dir() or not path.absolute().parent.is_dir():
            raise UserError(
                "there is no such folder" if not path.is_dir() else "is a folder", source=str(path)
            )
        if path.exists() and self._warned != path:
            self._warned = path
            raise UserError("exists already; enter again to replace it")
        self._take(path)
