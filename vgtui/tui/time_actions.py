"""What the app does for the keys of time, of a step in its parts, and of A against B."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vgtui.tui.panes.time_bar import TimeBar

if TYPE_CHECKING:
    from vgtui.tui.runner import Runner
    from vgtui.tui.screens.cockpit import Cockpit
    from vgtui.tui.slow_motion import SlowMotion


class TimeActions:
    """Mixin of the app."""

    runner: Runner
    cockpit: Cockpit
    slow_motion: SlowMotion

    if TYPE_CHECKING:

        def push_screen(self, screen: Any, callback: Any) -> Any: ...

    def action_step(self, count: int) -> None:
        """So many steps."""
        self.runner.step(count)

    def action_back(self, count: int) -> None:
        """So many steps back."""
        self.runner.back(count)

    def action_new_data(self) -> None:
        """Other samples of the same data."""
        from vgtui.scenario.edit import with_new_data

        self.runner.edit(with_new_data)

    def action_seek_start(self) -> None:
        """To the beginning."""
        self.runner.seek(0)

    def action_seek_end(self) -> None:
        """To the last step that was made."""
        self.runner.seek(self.runner.frame.last_step)

    def on_time_bar_sought(self, event: TimeBar.Sought) -> None:
        """To a step that was pointed at."""
        self.runner.seek(event.step)

    def on_time_bar_branches_wanted(self) -> None:
        """As the key does."""
        self.action_branches()

    def action_branches(self) -> None:
        """Choose a branch of the run to return to."""
        if not self.runner.frame.branches:
            return
        from vgtui.tui.screens.branches import BranchesScreen

        self.push_screen(BranchesScreen(self.runner.frame), self._return_to)

    def _return_to(self, branch: str | None) -> None:
        if branch is not None:
            self.runner.return_to(int(branch))

    def action_part(self) -> None:
        """The next part of a training step."""
        self.slow_motion.stop()
        self.runner.reveal(1)

    def action_slow_motion(self) -> None:
        """The parts one after the other."""
        self.slow_motion.toggle()

    def action_leave_parts(self) -> None:
        """The step as a whole again."""
        self.slow_motion.stop()
        self.runner.conceal()

    def action_versus(self) -> None:
        """Another network beside this one, or only one again."""
        if self.runner.frame.rival is None:
            self.cockpit.go_to("versus")
        self.runner.toggle_rival()

    def action_exchange(self) -> None:
        """Edit the other one."""
        self.runner.exchange()
