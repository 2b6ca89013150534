"""A timer that rings once rings, though the machine has had no time for it when it should have."""

from __future__ import annotations

import asyncio
from itertools import count
from types import SimpleNamespace

import pytest
from textual import timer
from textual.app import App

from vgtui.tui.punctual import late_rather_than_never


async def test_a_timer_that_is_late_before_it_begins_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    late_rather_than_never()
    seconds = count(1000.0)
    app: App[None] = App()
    async with app.run_test():
        monkeypatch.setattr(timer, "_time", SimpleNamespace(get_time=lambda: next(seconds)))
        rang = asyncio.Event()
        app.set_timer(0.01, rang.set)
        await asyncio.wait_for(rang.wait(), 10)
