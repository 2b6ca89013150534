"""numba's decorators, put off: what they stand on is only kept, and a warm start never imports numba.

numba meets it when it compiles a face that calls it: it asks for the type of what it finds by that name.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import Any, Self

Function = Callable[..., Any]


class Deferred:
    """What numba is told of only when it types a call of it."""

    def __init__(self, function: Function, options: dict[str, Any]) -> None:
        self.py_func = function
        self.targetoptions = options  # by these two names numba's inliner looks for them
        update_wrapper(self, function)

    def __deepcopy__(self, memo: object) -> Self:
        return self


class Kernel(Deferred):
    """A function that is compiled into those that call it."""

    @cached_property
    def _within(self) -> Any:
        from vgtui.engine import compiling

        return compiling.inner_kernel(self.py_func, self.targetoptions)

    @property
    def _numba_type_(self) -> Any:
        return self._within._numba_type_

    @cached_property
    def _alone(self) -> Any:
        from vgtui.engine import compiling

        return compiling.kernel(self.py_func, self.targetoptions)

    def __call__(self, *arguments: Any) -> Any:
        """Compile it alone, in this process, and call it."""
        return self._alone(*arguments)


class Intrinsic(Deferred):
    """A function that writes the code of a call."""

    @cached_property
    def _numba_type_(self) -> Any:
        from vgtui.engine import compiling

        return compiling.intrinsic_type(self.py_func)


class Choice(Deferred):
    """A function that gives the kernel for arguments of these types."""

    @cached_property
    def _numba_type_(self) -> Any:
        from vgtui.engine import compiling

        return compiling.choice_type(self.py_func, self.targetoptions)


def njit(**options: Any) -> Callable[[Function], Kernel]:
    """numba.njit."""
    return lambda function: Kernel(function, options)


def intrinsic(function: Function) -> Intrinsic:
    """numba.extending.intrinsic."""
    return Intrinsic(function, {})


def chosen(**options: Any) -> Callable[[Function], Choice]:
    """numba.extending.overload, of a function that has no other meaning."""
    return lambda function: Choice(function, options)
