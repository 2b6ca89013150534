"""A user whom the system knows no home of: nothing is kept, and nothing goes wrong."""

from __future__ import annotations

import pwd

import pytest

import vgtui
from vgtui.engine import store
from vgtui.scenario.errors import SessionError
from vgtui.tui import crash, unfinished
from vgtui.tui.beginning import begin
from vgtui.tui.memory import Kept
from vgtui.tui.wishes import Wishes


@pytest.fixture(autouse=True)
def no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(number: int) -> None:
        raise KeyError(number)

    for name in ("HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)


def test_the_app_begins_and_remembers_the_screen_until_it_ends() -> None:
    memory = begin("relu-he", Wishes(keep=True)).memory
    memory.keep(Kept(theme="nord"))
    assert memory.kept.theme == "nord"


def test_a_session_is_not_kept_and_none_is_offered() -> None:
    assert unfinished.age_of_newest() is None
    with pytest.raises(SessionError, match="there is no home folder"):
        unfinished.claim_new()


def test_the_report_of_a_crash_is_among_the_last_words() -> None:
    words = crash.last_words("Traceback: it broke", vgtui.load_scenario("relu-he"), keep=True)
    assert "it broke" in words
    assert "there is no home folder" in words


def test_kernels_are_kept_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "folder", store.folder.__wrapped__)
    store.write("face", b"code")
    assert store.read("face") is None
    with store.claim("face", wait=True) as mine:
        assert mine
