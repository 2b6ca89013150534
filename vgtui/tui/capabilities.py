"""What the terminal at hand can show, as far as the environment tells, and why that is thought of it.

Imported before all else, so it imports nothing that a bare interpreter has not loaded.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    Said = tuple[str, str]
    """What is used, and why."""

UNABLE = ("dumb", "unknown", "network", "emacs")
"""Kinds of terminal that cannot move a cursor."""

MONOCHROME = ("vt52", "vt100", "vt102", "vt125", "vt131", "vt132", "vt200", "vt220", "vt320", "vt420")
"""Kinds that had no colour."""

SIMPLE = ("linux", *MONOCHROME)
"""Kinds that do not pass over every question that they do not know."""

COLOURS = {"truecolor": "24-bit colour", "256": "256 colours", "standard": "16 colours", "none": "no colour"}

CHARACTERS = {"utf-8": "Unicode", "cp437": "the console font's characters, else ASCII", "ascii": "ASCII"}


def refusal(environ: Mapping[str, str]) -> str:
    """Why the app cannot be drawn here and what to do instead; empty where it can."""
    name = environ.get("TERM", "")
    instead = "for numbers instead of a screen: vgtui run SCENARIO"
    if os.name == "nt":
        return ""
    if not name:
        return f"TERM is not set, so it is not known what this terminal can draw; {instead}"
    if name in UNABLE:
        return f"a terminal of the kind {name!r} cannot draw the app; {instead}"
    return ""


def colours(environ: Mapping[str, str]) -> Said:
    """A key of COLOURS."""
    name = environ.get("TERM", "")
    told = environ.get("COLORTERM", "").strip().lower()
    if environ.get("NO_COLOR") is not None:
        return "none", "NO_COLOR is set"
    if name in MONOCHROME or name.endswith(("-m", "-mono")):
        return "none", f"a {name} has none"
    if told in ("truecolor", "24bit"):
        return "truecolor", f"COLORTERM is {told}"
    if name.endswith(("-direct", "-truecolor")):
        return "truecolor", f"TERM is {name}"
    if name.endswith("256color") or "kitty" in name or name == "alacritty":
        return "256", f"TERM is {name}, and COLORTERM does not tell of more"
    return "standard", f"TERM is {name}, which promises no more"


def characters(environ: Mapping[str, str]) -> Said:
    """A key of CHARACTERS."""
    name = environ.get("TERM", "")
    if name == "linux":
        return "cp437", "the font of the Linux console has few others"
    if name in MONOCHROME:
        return "ascii", f"a {name} has no others"
    for key in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = environ.get(key, "")
        if value:
            is_unicode = (
                value.lower().replace("-", "").partition(".")[2].startswith("utf8") or value == "UTF-8"
            )
            return "utf-8" if is_unicode else "ascii", f"{key} is {value}"
    return "utf-8", "no locale is set, and nearly every terminal of today draws it"


def theme(environ: Mapping[str, str], system: str) -> Said:
    """The theme to begin with: one that goes with the terminal's background, of its own colours where they are few."""
    ground = environ.get("COLORFGBG", "").rpartition(";")[2]
    is_light = ground in ("7", "15")
    why = f"COLORFGBG is {environ['COLORFGBG']}" if ground else "nothing tells of another background"
    kind = "light" if is_light else "dark"
    return (f"ansi-{kind}" if system == "standard" else f"textual-{kind}"), why


def original() -> dict[str, str]:
    """The environment as the process got it: Python gives a C locale another name in its own."""
    environ = dict(os.environ)
    if environ.get("LC_CTYPE", "").startswith("C."):
        try:
            with open("/proc/self/environ", "rb") as file:
                given = file.read().decode(errors="replace").split("\0")
        except OSError:
            return environ
        if not any(entry.startswith("LC_CTYPE=") for entry in given):
            del environ["LC_CTYPE"]
    return environ


def choose_colours(system: str) -> None:
    """Have Textual, not yet imported, use so many colours. Without any it is the driver that leaves them out."""
    os.environ.pop("NO_COLOR", None)
    os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor" if system == "none" else system
