"""A real sshd on the loopback interface, with keys and a configuration of its own, and the program behind it."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from tests.terminal.pseudo_terminal import PseudoTerminal

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
TOOLS = (SSHD, shutil.which("ssh"), shutil.which("ssh-keygen"))


def is_installed() -> bool:
    """Whether there is an OpenSSH to be tried."""
    return all(TOOLS)


class Sshd:
    """Listens while the block lasts, and runs a module for whoever logs in. All that it needs is made in `folder`."""

    def __init__(self, folder: Path, environment: Mapping[str, str], module: str = "vgtui") -> None:
        self.folder = folder
        self.module = module
        self.environment = dict(environment)
        self.port = _free_port()

    def __enter__(self) -> Self:
        for name in ("host", "user"):
            key = self.folder / name
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
        shutil.copy(self.folder / "user.pub", self.folder / "authorized")
        (self.folder / "command").write_text(self._command())
        (self.folder / "config").write_text(self._config())
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # where it locks itself in before anyone has logged in
        assert SSHD is not None
        log = (self.folder / "log").open("wb")
        self.process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(self.folder / "config")], stderr=log)
        end = time.monotonic() + 10
        while not self._listens():
            assert time.monotonic() < end, (self.folder / "log").read_text()
            assert self.process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def _command(self) -> str:
        """What a login runs: the module of this checkout, in the environment that was given, with its arguments."""
        exports = "".join(f"export {key}={shlex.quote(value)}\n" for key, value in self.environment.items())
        program = f"{shlex.quote(sys.executable)} -m {self.module}"
        return f"cd {shlex.quote(os.getcwd())}\n{exports}exec {program} $SSH_ORIGINAL_COMMAND\n"

    def _config(self) -> str:
        return "\n".join(
            [
                f"ListenAddress 127.0.0.1:{self.port}",
                f"HostKey {self.folder}/host",
                f"AuthorizedKeysFile {self.folder}/authorized",
                f"PidFile {self.folder}/pid",
                f"ForceCommand /bin/sh {self.folder}/command",
                "StrictModes no",
                "PasswordAuthentication no",
                "KbdInteractiveAuthentication no",
                "PermitRootLogin yes",
                "PubkeyAuthentication yes",
                "PrintMotd no",
                "PrintLastLog no",
                "UsePAM no",
            ]
        )

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def login(self, *arguments: str, options: tuple[str, ...] = ()) -> PseudoTerminal:
        """A terminal in which the module runs with ARGUMENTS at the other end."""
        return PseudoTerminal(command=[*self.client(*options), "--", *arguments], width=120, height=40)

    def client(self, *options: str, port: int | None = None) -> list[str]:
        """The command that logs in, at another port where there is something between."""
        strict = ("StrictHostKeyChecking=no", f"UserKnownHostsFile={self.folder}/known", "LogLevel=ERROR")
        command = ["ssh", "-tt", "-F", "none", "-p", str(port or self.port), "-i", f"{self.folder}/user"]
        command += [*options]
        command += [part for option in strict for part in ("-o", option)]
        user = os.environ.get("USER") or ("root" if os.geteuid() == 0 else os.getlogin())
        return [*command, f"{user}@127.0.0.1"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
