"""What the screen says of keys: as the user has them, and a click on one does what it does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from textual.content import Content
from textual.style import Style

from vgtui.tui.keymap import CHOSEN, Action, actions_of, key_names, key_of

ARROWS = frozenset("↑↓←→")


def hint(context: str, *parts: tuple[str, str]) -> Content:
    """What a border says of keys: `hint("loss", ("log", "linear"))` is `l linear`.

    parts: the ids of actions of the context, or of the app, separated by spaces, and what they do together.
    """
    return _hint(context, parts, tuple(CHOSEN.items()))


@lru_cache(maxsize=256)
def _hint(context: str, parts: tuple[tuple[str, str], ...], chosen: tuple[tuple[str, str], ...]) -> Content:
    """The same, once for all frames; chosen: the user's keys, which it depends on."""
    known = {action.id: action for action in (*actions_of("app"), *actions_of(context))}
    told = [Content.assemble(*_keys([known[one] for one in ids.split()], does)) for ids, does in parts]
    return Content(" · ").join(told)


def _keys(actions: list[Action], does: str) -> Iterator[Content]:
    """The first key of each, arrows without a space between them, and the words, which the last one answers."""
    before = ""
    for action in actions:
        name = first_key(action)
        if before and not {before, name} <= ARROWS:
            yield Content(" ")
        yield _clicked(name, action)
        before = name
    yield _clicked(f" {does}", actions[-1])


def first_key(action: Action) -> str:
    """The key that is shown where there is room for one."""
    return key_names(action).split(" ")[0]


def _clicked(text: str, action: Action) -> Content:
    return Content.styled(text, Style.from_meta({"@click": f"app.act('{action.context}', '{action.id}')"}))


def named_key(name: str) -> str | None:
    """The key of an action as a lesson's text names that, `lesson_next` or `time.cells`; None for no action."""
    context, _, action = name.rpartition(".")
    known = {one.id for one in actions_of(context or "app")}
    return key_of(action, context or "app") if action in known else None
