"""Faces of operations: compiled one by one, only when a program needs them, and called by address.

Every operation has three faces, forward, backward and push (its tangent), and all have one signature, so the
machine calls whatever address an instruction holds and never has to be compiled anew for a new kind of layer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from vgtui.engine import store
from vgtui.engine.deferred import Intrinsic, intrinsic
from vgtui.engine.kernels import KERNEL
from vgtui.engine.signatures import CELL, CURVE, FACE, KIND_NAMES, LOSS, OPTIMIZER, PRODUCT, Signature

_ONE_AT_A_TIME = threading.RLock()


class Face:
    """One function; loaded from the store, where it is compiled for an arena's numbers, when it is first needed."""

    known: dict[str, Face] = {}

    def __init__(
        self,
        function: Callable[..., Any],
        signature: Signature = FACE,
        name: str = "",
        options: dict[str, Any] = KERNEL,
    ) -> None:
        self.function = function
        self.signature = signature
        self.options = options
        self.name = f"{function.__module__}.{name or function.__name__}".removeprefix("vgtui.engine.")
        self._addresses: dict[str, int] = {}
        self._callable: dict[str, Any] = {}
        Face.known[self.name] = self

    def is_loaded(self, numbers: str) -> bool:
        """Whether it can be called at once."""
        return numbers in self._addresses

    def address(self, numbers: str = "float64") -> int:
        """Where the machine calls it for an arena of these numbers."""
        if numbers not in self._addresses:
            fetch([self], numbers)
        return self._addresses[numbers]

    def load(self, numbers: str) -> bool:
        """Make it callable, if it is in the store."""
        from vgtui.engine import loading

        with _ONE_AT_A_TIME:
            code = None if self.is_loaded(numbers) else store.read(self.symbol(numbers))
            if code is not None:
                self._addresses[numbers] = loading.load(code, self.symbol(numbers))
            return self.is_loaded(numbers)

    def compile(self, numbers: str) -> None:
        """Compile it, keep it in the store if anything can be kept, and make it callable."""
        from vgtui.engine import loading

        with _ONE_AT_A_TIME:
            code = self._object_code(numbers)
            store.write(self.symbol(numbers), code)
            self._addresses[numbers] = loading.load(code, self.symbol(numbers))

    def _object_code(self, numbers: str) -> bytes:
        """Out of the bitcode that the package carries, or where it carries none, of what numba makes."""
        from vgtui.engine import bitcode

        code = bitcode.object_code(self.symbol(numbers))
        if code is None:
            from vgtui.engine import compiling, machine_code

            code = machine_code.object_code(compiling.bitcode(self, numbers), self.symbol(numbers))
        return code

    def symbol(self, numbers: str) -> str:
        """What it is called where it is compiled."""
        return f"{self.name}-{numbers}"

    def __call__(self, *arguments: Any) -> Any:
        """Call it from Python. Its precision is that of the first array that has the arena's numbers."""
        return self.bound(*arguments)()

    def bound(self, *arguments: Any) -> Callable[[], Any]:
        """A call with these arguments, to be made any number of times: arrays are looked at when it is made."""
        own = arguments[self.signature.own]
        numbers = KIND_NAMES[own.dtype]
        if numbers not in self._callable:
            self._callable[numbers] = self.signature.callable_at(self.address(numbers))
        return partial(_call, self._callable[numbers], self.signature.passed(arguments, numbers), arguments)


def _call(function: Callable[..., Any], passed: list[Any], held: tuple[Any, ...]) -> Any:
    """A call by what C takes; `held`: the arrays that it points into."""
    return function(*passed)


def face(function: Callable[..., Any]) -> Face:
    """Make a function of the signature FACE a face."""
    return Face(function)


def compile_here(
    faces: list[Face], numbers: str, report: Callable[[Face], object] = lambda face: None
) -> None:
    """Compile in this process, and `report` each face: those last that other processes are compiling already."""
    left = faces
    for wait in (False, True):
        for face in left:
            with store.claim(face.symbol(numbers), wait=wait) as mine:
                if mine and not face.load(numbers):
                    face.compile(numbers)
            if mine:
                report(face)
        left = [face for face in left if not face.is_loaded(numbers)]


_compile_missing: Callable[[list[Face], str], None] = compile_here


@contextmanager
def compiling_by(compile_missing: Callable[[list[Face], str], None]) -> Iterator[None]:
    """Have faces that are not in the store put there by this, instead of compiling them where they are needed."""
    global _compile_missing  # noqa: PLW0603
    before, _compile_missing = _compile_missing, compile_missing
    try:
        yield
    finally:
        _compile_missing = before


def fetch(faces: Iterable[Face], numbers: str) -> None:
    """Make faces callable for an arena of these numbers, compiling those that are not compiled yet."""
    missing = [
        face for face in dict.fromkeys(faces) if not face.is_loaded(numbers) and not face.load(numbers)
    ]
    if not missing:
        return
    _compile_missing(missing, numbers)
    compile_here(
        [face for face in missing if not face.is_loaded(numbers) and not face.load(numbers)], numbers
    )


def calling(signature: Signature) -> Intrinsic:
    """An intrinsic call(address, *arguments) of a function that has this signature."""

    @intrinsic
    def call(typing_context, address, *arguments):  # type: ignore[no-untyped-def]
        from vgtui.engine import compiling

        return compiling.call(signature, arguments)

    return call


call = calling(FACE)
call_product = calling(PRODUCT)
call_cell = calling(CELL)
call_curve = calling(CURVE)
call_loss = calling(LOSS)
call_optimizer = calling(OPTIMIZER)
