"""The kernels as LLVM's bitcode: what numba makes of them, before it becomes the code of one processor.

numba takes ten times as long for the first half of the way as LLVM for the second, so the package carries what is
half done (see precompiling, which makes it). What is of other sources than these, or of another system, is left
alone: numba is asked for that, and nothing else changes.
"""

from __future__ import annotations

import lzma
from functools import cache
from pathlib import Path

import msgspec
from llvmlite import binding as llvm

from vgtui.engine import machine_code, store

FILE = Path(__file__).with_name("bitcode.xz")


class Function(msgspec.Struct):
    """sources: what it was made of, by the names that the store has for them."""

    sources: list[str]
    bitcode: bytes


class Carried(msgspec.Struct):
    """version: of the LLVM that wrote it, which an older one may not be able to read; system: as LLVM calls it;
    sources: their digests by name; functions: by symbol."""

    version: tuple[int, ...]
    system: str
    sources: dict[str, bytes]
    functions: dict[str, Function]

    def fresh(self, symbol: str) -> bytes | None:
        """The bitcode of a function; None where it is not of these sources, or not for this LLVM or this system."""
        found, digests = self.functions.get(symbol), store.digests()
        if found is None or self.system != llvm.get_process_triple() or self.version > llvm.llvm_version_info:
            return None
        of_these = all(self.sources[name] == digests.get(name) for name in found.sources)
        return found.bitcode if of_these else None


@cache
def carried() -> Carried:
    """What the package carries; nothing, where that cannot be read."""
    try:
        return msgspec.msgpack.decode(lzma.decompress(FILE.read_bytes()), type=Carried)
    except (OSError, EOFError, lzma.LZMAError, msgspec.DecodeError):
        return Carried((), "", {}, {})


def object_code(symbol: str) -> bytes | None:
    """The object code of a function that the package carries; None where it carries none that is any good here."""
    fresh = carried().fresh(symbol)
    return None if fresh is None else machine_code.object_code(fresh, symbol)


def size(symbol: str) -> int:
    """Bytes of a function's bitcode, also of another version: about in proportion to what it takes to compile it."""
    found = carried().functions.get(symbol)
    return 0 if found is None else len(found.bitcode)
