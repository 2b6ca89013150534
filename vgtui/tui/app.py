"""The app: keys to requests, frames to panes. Wiring only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.message import Message

from vgtui.engine.limits import HISTORY_MEGABYTES
from vgtui.scenario import library
from vgtui.scenario.model import Scenario
from vgtui.tui.crash import CrashKept
from vgtui.tui.frame import Notice
from vgtui.tui.keymap import CHOSEN, Action, actions_of, bindings_for, key_of
from vgtui.tui.legible import LegibleThemes
from vgtui.tui.letting_go import let_go
from vgtui.tui.memory import Memory
from vgtui.tui.opening import Opening
from vgtui.tui.output import LivePainting
from vgtui.tui.pace import REFRESHES
from vgtui.tui.panes.base import FindingsWanted, LayerSelected, LivePane, Looked, wanted_findings
from vgtui.tui.panes.lesson import LessonStrip
from vgtui.tui.panes.network import Edited, NetworkPane
from vgtui.tui.punctual import late_rather_than_never
from vgtui.tui.quiet_leave import QuietLeave
from vgtui.tui.runner import Runner
from vgtui.tui.screens.cockpit import Cockpit
from vgtui.tui.slow_motion import SlowMotion
from vgtui.tui.styles_ahead import StylesAhead
from vgtui.tui.take_away import TakeAway
from vgtui.tui.time_actions import TimeActions
from vgtui.tui.type_ahead import TypeAhead
from vgtui.tui.wishes import Terminal

if TYPE_CHECKING:
    from textual.command import Provider
    from textual.theme import Theme

    from vgtui.analysis.forensics import NonFinite
    from vgtui.tui.panes.diagnosis import DiagnosisPane
    from vgtui.tui.panes.gradient import GradientPane
    from vgtui.tui.panes.time import CellsWanted
    from vgtui.tui.panes.weight import WeightChosen
    from vgtui.tui.panes.weights import WeightsPane
    from vgtui.tui.recording import Recording


def actions_provider() -> type[Provider]:
    """What the command palette finds, imported when it is first opened."""
    from vgtui.tui.palette import Actions

    return Actions


class News(Message, bubble=False):
    """The runner has a newer frame, or something to say."""

    def can_replace(self, message: Message) -> bool:
        """One that waits is as good as two."""
        return isinstance(message, News)


class VgtuiApp(
    Opening,
    TakeAway,
    TimeActions,
    CrashKept,
    QuietLeave,
    TypeAhead,
    StylesAhead,
    LivePainting,
    LegibleThemes,
    App[None],
):
    """The cockpit over one runner."""

    TITLE = "vgtui"
    CSS_PATH = "vgtui.tcss"
    BINDINGS = bindings_for("app")
    COMMANDS = {actions_provider}

    def __init__(
        self,
        scenario: Scenario,
        session: Path | None = None,
        *,
        resume: bool = False,
        keep: bool = False,
        history_megabytes: float = HISTORY_MEGABYTES,
        memory: Memory | None = None,
        terminal: Terminal | None = None,
        against: Scenario | None = None,
    ) -> None:
        let_go()
        late_rather_than_never()
        super().__init__(driver_class=None if terminal is None else terminal.driver)
        if terminal is not None:
            self.theme = terminal.theme
        self.saved: list[Path] = []
        self.recording: Recording | None = None
        self._memory = memory or Memory()
        self.set_keymap(CHOSEN)
        if self._memory.kept.theme in self.available_themes:
            self.theme = self._memory.kept.theme
        self.runner = Runner(
            scenario,
            self._on_engine_news,
            session=session,
            resume=resume,
            keep=keep,
            history_megabytes=history_megabytes,
            against=against,
        )
        self._guest = "" if against is None else "versus"
        self.cockpit = Cockpit(self.runner.frame, self._memory.kept)
        self.runner.keeper.looks = lambda: self.cockpit.looks
        self.slow_motion = SlowMotion(self, self.runner)

    def get_default_screen(self) -> Cockpit:
        """The cockpit is the only screen that is not a dialog."""
        return self.cockpit

    def pop_screen(self) -> AwaitComplete:
        """Close what is over the cockpit. Textual's own lists close twice when enter is pressed twice at once."""
        return super().pop_screen() if len(self.screen_stack) > 1 else AwaitComplete.nothing()

    # ---- the runner

    def on_ready(self) -> None:
        """The first frame is on the screen: now the engine may be loaded."""
        self.cockpit.state_line.set_speed(self.runner.speed)
        if self._guest:
            self.cockpit.go_to(self._guest)
        self.runner.start()
        self.theme_changed_signal.subscribe(self, self._keep_theme)
        self.app_resume_signal.subscribe(self, lambda _: self.paint_all())
        if self._memory.notice:
            self.notify(self._memory.notice, severity="warning", markup=False)

    def on_unmount(self) -> None:
        """Let the engine's thread end."""
        self.runner.stop()

    def _on_engine_news(self) -> None:
        """Called in the engine's thread."""
        self.post_message(News())

    def on_news(self, event: News) -> None:
        """Show the newest frame, whatever came before it; on the way out there is nothing left to show it."""
        if not self.screen_stack or not self.cockpit.is_running:
            return
        frame = self.runner.frame
        self.cockpit.show(self.once_styled(frame, self._on_engine_news))
        self.runner.want(wanted_findings(self.live_panes))
        self.paint()
        for notice in self.runner.take_notices(frame.serial):
            self._tell(notice)

    def _tell(self, notice: Notice) -> None:
        """Beside the value where an edit was refused, else over the screen; the state line says it too."""
        network = self.cockpit.panes.get("network")
        if notice.nonfinite is not None:
            self._offer_back(notice.nonfinite)
        elif notice.severity == "error" and isinstance(network, NetworkPane) and network.has_focus_within:
            network.complain(notice.text)
        else:
            self.notify(notice.text, severity=notice.severity, markup=False, timeout=6)

    def _offer_back(self, found: NonFinite) -> None:
        """The way back from a value that is no number any more."""
        from vgtui.tui.screens.nonfinite import NonFiniteScreen

        def go(back: bool | None) -> None:
            if back:
                self.runner.seek(found.last_finite_step)

        for pane in self.live_panes:
            pane.repaint()  # what stands behind the question is of that step too
        self.push_screen(NonFiniteScreen(found), go)

    # ---- what the panes ask for

    def on_findings_wanted(self, event: FindingsWanted) -> None:
        """Another pane is on the screen, or one fewer."""
        self.runner.want(wanted_findings(self.live_panes))

    def on_edited(self, event: Edited) -> None:
        """A value was changed in the editor."""
        network = self.cockpit.panes.get("network")
        if isinstance(network, NetworkPane):
            network.complain("")
        self.runner.edit(*event.changes)

    def on_layer_selected(self, event: LayerSelected) -> None:
        """Another layer is told of."""
        self.runner.look_at(layer=event.layer)

    def on_weights_pane_value_wanted(self, event: WeightsPane.ValueWanted) -> None:
        """Another value for one weight."""
        from vgtui.tui.screens.value import ValueScreen

        place = (event.layer, event.row, event.column)

        def set_value(value: float | None) -> None:
            if value is not None:
                self.runner.set_weight(*place, value)

        self.push_screen(ValueScreen(f"W{place[0]}[{place[1]},{place[2]}]", event.value), set_value)

    def on_looked(self, event: Looked) -> None:
        """A pane looks at something else."""
        self.runner.look_at(**event.sight)

    def on_gradient_pane_seeds_wanted(self, event: GradientPane.SeedsWanted) -> None:
        """Networks of other seeds beside this one, or no more."""
        self.runner.toggle_seeds()

    def on_diagnosis_pane_remedies_wanted(self, event: DiagnosisPane.RemediesWanted) -> None:
        """Remedies on copies of the network, or no more."""
        self.runner.toggle_remedies()

    def on_diagnosis_pane_remedy_chosen(self, event: DiagnosisPane.RemedyChosen) -> None:
        """A remedy for the running network."""
        from vgtui.scenario.remedies import REMEDIES

        remedy = next(remedy for remedy in REMEDIES if remedy.name == event.name)
        self.runner.edit(remedy.edit)
        self.notify(f"{remedy.sentence} {key_of('undo')} takes it back.", markup=False)

    def on_weight_chosen(self, event: WeightChosen) -> None:
        """Another weight for the chain rule."""
        self.runner.choose_weight(event.layer, event.row, event.column, event.sample, event.place)

    def on_rearranging_arranged(self, event: Cockpit.Arranged) -> None:
        """The user's own arrangement is found again the next time."""
        self._memory.keep(replace(event.kept, theme=self._memory.kept.theme))

    def _keep_theme(self, theme: Theme) -> None:
        """And so are the colours."""
        self._memory.keep(replace(self._memory.kept, theme=theme.name))

    def on_cells_wanted(self, event: CellsWanted) -> None:
        """Kinds of recurrent cell beside each other, or no longer."""
        self.runner.compare_cells(event.wanted)

    def on_lesson_strip_turned(self, event: LessonStrip.Turned) -> None:
        """A page of the lesson: do what it does, and look where it looks."""
        self.runner.teach(event.place)
        self.cockpit.look(event.place)

    def on_lesson_strip_asked(self, event: LessonStrip.Asked) -> None:
        """A lesson's question."""
        from vgtui.tui.screens.question import QuestionScreen

        self.push_screen(QuestionScreen(event.question), self._answer)

    def _answer(self, guess: str | None) -> None:
        if guess is not None:
            self.cockpit.lesson.answer(guess)

    def on_lesson_strip_ended(self, event: LessonStrip.Ended) -> None:
        """The next lesson of the course, or none."""
        following = library.lesson_after(self.cockpit.lesson.pages)
        if following is None:
            self.notify(f"That was the last page. {key_of('presets')} opens another scenario.", markup=False)
        else:
            self._open_preset(following)

    def offers(self, action: Action) -> bool:
        """Whether the app has got this."""
        return True

    def perform(self, action: Action) -> None:
        """Do what an action's key does, in its own pane."""
        if action.context == "app":
            self.call_later(self.run_action, action.action)
            return
        self.call_later(self.cockpit.go_to(action.context).run_action, action.action)

    def action_act(self, context: str, name: str) -> None:
        """What a key does whose name was clicked."""
        self.perform(next(action for action in actions_of(context) if action.id == name))

    # ---- actions

    def action_toggle_run(self) -> None:
        """Run, or pause."""
        self.runner.toggle()

    def action_restart(self) -> None:
        """From the same seed."""
        self.runner.restart()

    def action_next_seed(self) -> None:
        """From the next seed."""
        self.runner.next_seed()

    def action_speed(self, places: int) -> None:
        """Faster, or slower."""
        self.cockpit.state_line.set_speed(self.runner.change_speed(places))

    def action_refresh(self) -> None:
        """Fewer frames a second, or as many as there may be."""
        pace = self.runner.pace
        slower = [refresh for refresh in REFRESHES if refresh < pace.refresh]
        pace.refresh = slower[0] if slower else REFRESHES[0]
        self.notify(f"{pace.refresh:g} frames a second, at most", timeout=2)

    def action_cure(self) -> None:
        """Change one thing that cures a vanished gradient."""
        self.runner.cure()

    def action_diagnose(self) -> None:
        """What is wrong, and what would help."""
        self.cockpit.go_to("diagnosis")

    def action_explain(self) -> None:
        """Where the value that is chosen in the current pane comes from."""
        pane = self.cockpit.panes[self.cockpit.current]
        awaited = pane.awaited if isinstance(pane, LivePane) else ""
        explanation = pane.explanation() if isinstance(pane, LivePane) and not awaited else None
        if explanation is None:
            self.notify(awaited or "nothing is chosen here that has a formula yet", markup=False)
            return
        from vgtui.tui.screens.explain import ExplainScreen

        self.push_screen(ExplainScreen(explanation))

    def action_undo(self) -> None:
        """Take the last edit back."""
        self.runner.undo()

    def action_redo(self) -> None:
        """Do it again."""
        self.runner.redo()

    def action_pane(self, name: str) -> None:
        """To a pane."""
        self.cockpit.go_to(name)

    def action_next_pane(self, places: int) -> None:
        """To the next pane."""
        self.cockpit.next_pane(places)

    def action_edit(self) -> None:
        """To the network editor."""
        self.cockpit.go_to("network")

    def action_maximise(self) -> None:
        """One pane, or all."""
        self.cockpit.toggle_maximised()

    def action_jump(self) -> None:
        """A letter on each pane."""
        from vgtui.tui.screens.jump import JumpScreen

        self.push_screen(JumpScreen(self.cockpit))

    def action_panes(self) -> None:
        """Every pane in a list."""
        from vgtui.tui.screens.panes import panes_screen

        self.push_screen(panes_screen(self.cockpit), self._show_pane)

    def _show_pane(self, name: str | None) -> None:
        if name is not None:
            self.cockpit.show_pane(name)

    def action_hide_pane(self) -> None:
        """Take the focused pane away."""
        self.cockpit.hide_pane()

    def action_move_pane(self, across: int, down: int) -> None:
        """Put the focused pane one place further."""
        self.cockpit.move_pane(across, down)

    def action_arrangement(self, name: str = "") -> None:
        """A ready-made arrangement; the next one where none is named."""
        self.cockpit.use_arrangement(name)

    def action_lesson(self, places: int) -> None:
        """Turn the lesson's page."""
        self.cockpit.lesson.turn(places)

    def action_show_lesson(self) -> None:
        """Hide the lesson, or show it."""
        self.cockpit.lesson.toggle()

    def action_help(self) -> None:
        """Every key."""
        from vgtui.tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.cockpit.current, self.offers))
