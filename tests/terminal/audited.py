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


def main(path: str) -> None:
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            name, _, flags = arguments
            kind = "write" if isinstance(flags, int) and flags & WRITING else "read"
            if not isinstance(name, int):
                os.write(log, f"{kind} {os.fsdecode(name)}\n".encode())
        elif event in TOLD:
            os.write(log, f"{event} {arguments}\n".replace("\n", " ").encode() + b"\n")

    sys.addaudithook(hook)
    from vgtui.cli import main as run

    run()


if __name__ == "__main__":
    main(sys.argv.pop(1))
