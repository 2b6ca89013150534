"""`python -m tests.terminal.crashing`: the program, in which the key `s` breaks the screen and `S` the engine."""

from __future__ import annotations

from vgtui.cli import main
from vgtui.tui.app import VgtuiApp


def break_something(app: VgtuiApp, count: int) -> None:
    if count == 1:
        raise RuntimeError("the screen broke")
    app.runner.ask(lambda experiment: 1 // 0)


if __name__ == "__main__":
    VgtuiApp.action_step = break_something  # type: ignore[method-assign]
    main()
