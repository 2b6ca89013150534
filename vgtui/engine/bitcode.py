"""The kernels as LLVM's bitcode: what numba makes of them, before it becomes the code of one processor.

numba takes ten times as long for the first half of the way as LLVM for the second, so the package carries what is
half done (see precompiling, which makes it). It is used only where it is of these very sources and of this system;
otherwise numba is asked, and nothing else changes.
"""

from __future__ import annotations

import lzma
from functools import cache
from pathlib import Path

import msgspec
from llvmlite import binding as llvm

from vgtui.engine import machine_code, store

FILE = Path(__file__).with_name("bitcode.xz")


class Carried(msgspec.Struct):
    """sources: the digest of all that was compiled; system: as LLVM calls it; functions: bitcode by symbol."""

    sources: bytes
    system: str
    functions: dict[str, bytes]

    @property
    def is_ours(self) -> bool:
        """Whether it is of these sources, for this system."""
        return (self.sources, self.system) == (store.digest_of_sources(), llvm.get_process_triple())


@cache
def carried() -> Carried:
    """What the package carries; nothing, where that cannot be read."""
    try:
        return msgspec.msgpack.decode(lzma.decompress(FILE.read_bytes()), type=Carried)
    except (OSError, EOFError, lzma.LZMAError, msgspec.DecodeError):
        return Carried(b"", "", {})


def object_code(symbol: str) -> bytes | None:
    """The object code of a function that the package carries; None where it carries none that is any good here."""
    found = carried().functions.get(symbol) if carried().is_ours else None
    try:
        return None if found is None else machine_code.object_code(found, symbol)
    except RuntimeError:  # an LLVM older than the one that wrote it
        return None


def size(symbol: str) -> int:
    """Bytes of a function's bitcode, also of another version: about in proportion to what it takes to compile it."""
    return len(carried().functions.get(symbol, b""))
