"""From functions to LLVM's bitcode, by numba: nothing imports this before something is to be compiled.

What is compiled here takes C's arguments, and becomes the code of a processor elsewhere (see machine_code).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.core.codegen import CPUCodeLibrary, JITCPUCodegen
from numba.core.compiler_lock import global_compiler_lock
from numba.core.dispatcher import _FunctionCompiler
from numba.core.registry import cpu_target
from numba.extending import intrinsic, overload
from numba.np.arrayobj import populate_array

from vgtui.engine.faces import Face
from vgtui.engine.machine_code import remove_unused
from vgtui.engine.narrowing import Literals
from vgtui.engine.signatures import OWN, Array, Signature

_WITHIN = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False}
"""For what is called by compiled code alone: no way in from Python or from C, and no counting of references."""


# ---- what numba makes of functions that are deferred


def kernel(function: Callable[..., Any], options: dict[str, Any]) -> Any:
    """numba's own callable."""
    return njit(**options, pipeline_class=Literals)(function)


def inner_kernel(function: Callable[..., Any], options: dict[str, Any]) -> Any:
    """The same, without a way in from Python or from C: to be compiled into others."""
    return kernel(function, {**options, **_WITHIN})


def intrinsic_type(function: Callable[..., Any]) -> types.Type:
    """The type of a function that writes code."""
    return _type_of(intrinsic(function))


def choice_type(choose: Callable[..., Any], options: dict[str, Any]) -> types.Type:
    """The type of a function that is another one for other arguments."""

    def chosen(*arguments: Any) -> None: ...

    overload(chosen, jit_options={**options, "pipeline_class": Literals}, strict=False)(choose)
    return _type_of(chosen)


def _type_of(function: Callable[..., Any]) -> types.Type:
    context = cpu_target.typing_context
    context.refresh()
    return context.resolve_value_type(function)


# ---- bitcode


class _Library(CPUCodeLibrary):  # type: ignore[misc]
    """Functions that are linked with others, and neither optimised with them nor run in this process."""

    def _optimize_final_module(self) -> None: ...

    def get_pointer_to_function(self, name: str) -> int:
        return 0

    def _finalize_specific(self) -> None: ...


class _Codegen(JITCPUCodegen):  # type: ignore[misc]
    """numba's code for this processor, without loading what only goes into something else."""

    _library_class = _Library

    def _add_module(self, module: Any) -> None: ...

    def set_env(self, env_name: str, env: Any) -> None: ...


_CODEGEN = _Codegen("vgtui")


@contextmanager
def _unloaded(context: Any) -> Iterator[None]:
    context.refresh()  # numba's own runtime is loaded
    before = context._internal_codegen
    context._internal_codegen = _CODEGEN
    try:
        yield
    finally:
        context._internal_codegen = before


class _Compiler(_FunctionCompiler):  # type: ignore[misc]
    def _customize_flags(self, flags: Any) -> Any:
        flags.no_compile = True
        flags.enable_pyobject = False
        return flags


@global_compiler_lock  # type: ignore[misc]
def bitcode(face: Face, numbers: str) -> bytes:
    """A face for an arena of these numbers, to be called from C under the name of its symbol; not yet optimised."""
    signature, symbol = face.signature, face.symbol(numbers)
    given, result = [_type(kind, numbers) for kind in signature.arguments], _type(signature.result, numbers)
    options = {**face.options, **_WITHIN}
    context = cpu_target.target_context
    with _unloaded(context):
        found = _Compiler(face.function, cpu_target, options, {}, Literals).compile(tuple(given), result)
        library = found.library
        library.add_ir_module(_entrance(context, library, found.fndesc, signature, symbol))
        library._final_module.get_function(found.fndesc.llvm_func_name).linkage = "internal"
        library.finalize()
    remove_unused(library._final_module, names=True)
    return bytes(library._final_module.as_bitcode())


def _type(kind: Array | str | None, numbers: str) -> types.Type:
    if isinstance(kind, Array):
        return types.Array(
            getattr(types, numbers if kind.numbers == OWN else kind.numbers), len(kind.shape), "C"
        )
    return types.none if kind is None else getattr(types, kind)


def _entrance(context: Any, library: Any, compiled: Any, signature: Signature, symbol: str) -> ir.Module:
    """The function that C calls: it makes arrays of pointers and sizes, and calls the one that was compiled."""
    module = library.create_ir_module("entrance")
    kind = context.call_conv.get_function_type(compiled.restype, compiled.argtypes)
    inner = ir.Function(module, kind, compiled.llvm_func_name)
    result = ir.VoidType() if signature.result is None else context.get_value_type(compiled.restype)
    function = ir.Function(
        module, ir.FunctionType(result, _taken(context, signature, compiled.argtypes)), symbol
    )
    builder = ir.IRBuilder(function.append_basic_block())
    passed = iter(function.args)
    arguments = [
        _array(context, builder, argument, kind, passed) if isinstance(kind, Array) else next(passed)
        for kind, argument in zip(signature.arguments, compiled.argtypes, strict=True)
    ]
    _, answer = context.call_conv.call_function(
        builder, inner, compiled.restype, compiled.argtypes, arguments
    )
    builder.ret_void() if signature.result is None else builder.ret(answer)
    return module


def _taken(context: Any, signature: Signature, arguments: tuple[types.Type, ...]) -> list[ir.Type]:
    """The types that C passes."""
    taken = []
    for kind, argument in zip(signature.arguments, arguments, strict=True):
        if isinstance(kind, Array):
            taken.append(context.get_data_type(argument.dtype).as_pointer())
            taken += [ir.IntType(64)] * kind.shape.count(None)
        else:
            taken.append(context.get_value_type(argument))
    return taken


def _array(
    context: Any, builder: ir.IRBuilder, kind: types.Array, told: Array, passed: Iterator[ir.Value]
) -> ir.Value:
    """numba's array out of what C passes."""
    integer, made, data = ir.IntType(64), context.make_array(kind)(context, builder), next(passed)
    shape = [next(passed) if size is None else integer(size) for size in told.shape]
    width = kind.dtype.bitwidth // 8
    strides = [integer(width)]
    for size in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], size))
    populate_array(made, data, shape, strides, integer(width), None)
    return made._getvalue()


# ---- calls by address


def call(signature: Signature, arguments: tuple[types.Type, ...]) -> tuple[Any, Callable[..., Any]]:
    """What the intrinsic call(address, *arguments) is to numba."""
    given = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], types.BaseTuple) else arguments
    kinds = [
        actual if isinstance(kind, Array) else getattr(types, kind)
        for kind, actual in zip(signature.arguments, given, strict=True)
    ]
    result = types.none if signature.result is None else getattr(types, signature.result)

    def generate(context: Any, builder: ir.IRBuilder, typed: Any, values: Any) -> ir.Value:
        passed = []
        for place, (kind, actual) in enumerate(zip(signature.arguments, kinds, strict=True)):
            value = builder.extract_value(values[1], place)
            passed += _apart(context, builder, kind, actual, value) if isinstance(kind, Array) else [value]
        answer = ir.VoidType() if signature.result is None else context.get_value_type(result)
        function = ir.FunctionType(answer, [value.type for value in passed]).as_pointer()
        found = builder.call(builder.inttoptr(values[0], function), passed)
        return context.get_dummy_value() if signature.result is None else found

    return result(types.int64, types.StarArgTuple(kinds)), generate


def _apart(
    context: Any, builder: ir.IRBuilder, told: Array, kind: types.Array, value: ir.Value
) -> list[ir.Value]:
    """numba's array as C passes it."""
    array = context.make_array(kind)(context, builder, value)
    sizes = [builder.extract_value(array.shape, axis) for axis, size in enumerate(told.shape) if size is None]
    return [array.data, *sizes]
