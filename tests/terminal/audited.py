"""`python -m tests.terminal.audited FILE ...`: the program, with everything that it asks of the system written down."""

from __future__ import annotations

import os
import sys

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
TOLD = (
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "os.startfile",
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.truncate",
    "os.scandir", "os.listdir", "socket.connect", "socket.bind", "webbrowser.open", "tempfile.mkstemp",
)  # fmt: skip


def told(event: str, arguments: tuple[object, ...]) -> str | None:
    """A line of what the system is asked for; None where that is of no interest."""
    if event == "open":
        name, _, flags = arguments
        kind = "write" if isinstance(flags, int) and flags & WRITING else "read"
        return None if isinstance(name, int) else f"{kind} {os.fsdecode(name)}"  # type: ignore[arg-type]
    return f"{event} {arguments}".replace("\n", " ") if event in TOLD else None


def main(path: str) -> None:
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        line = told(event, arguments)
        if line is not None:
            os.write(log, f"{line}\n".encode())

    sys.addaudithook(hook)
    from vgtui.cli import main as run

    run()


if __name__ == "__main__":
    main(sys.argv.pop(1))
