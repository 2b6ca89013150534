"""From LLVM's bitcode to object code for this processor, as numba would make it, without numba.

What is compiled here runs only once it is loaded (see loading). It keeps everything but its own name to itself, so
that code from many processes meets in one.
"""

from __future__ import annotations

from functools import cache

from llvmlite import binding as llvm

from vgtui.engine.loading import EXTERNAL

LARGE = 300
"""Instructions of a function that is not compiled into others."""


@cache
def target() -> llvm.TargetMachine:
    """This processor, with all that it can do."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    triple = llvm.get_process_triple()
    return llvm.Target.from_triple(triple).create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        reloc="static" if triple.startswith(("x86", "i")) else "default",
        codemodel="jitdefault",
        jit=True,
    )


def object_code(bitcode: bytes, symbol: str) -> bytes:
    """The function `symbol` of a module, to be called from C.

    Raises RuntimeError for bitcode that this LLVM cannot read, ValueError for a function that calls something that
    is not EXTERNAL: it could not be loaded.
    """
    module = llvm.parse_bitcode(bitcode)
    for part in [*module.functions, *module.global_variables]:
        if not part.is_declaration and part.name != symbol:
            part.linkage = "internal"  # so that what it is given and never reads is not passed on
    _inline(module)
    _keep_apart(module)
    _optimize(module)
    remove_unused(module)
    _refuse_unknown(module, symbol)
    return bytes(target().emit_object(module))


def remove_unused(module: llvm.ModuleRef, *, names: bool = False) -> None:
    """Remove what nothing calls and nobody else may call; with `names` also the names of what is internal."""
    passes = llvm.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    passes.add_strip_dead_prototype_pass()
    if names:
        passes.add_strip_symbols_pass()
    passes.run(module, llvm.create_pass_builder(target(), llvm.create_pipeline_tuning_options()))


def _inline(module: llvm.ModuleRef) -> None:
    """What is small goes into its callers, and loops take the form in which they can become vectors."""
    builder = _passes(0, vectorize=False)
    passes = builder.getModulePassManager()
    passes.add_loop_rotate_pass()
    passes.add_instruction_combine_pass()
    passes.add_jump_threading_pass()
    passes.run(module, builder)


def _keep_apart(module: llvm.ModuleRef) -> None:
    """What is large is called even where it has but one caller, whose own loops it would leave no registers."""
    for function in module.functions:
        if sum(1 for block in function.blocks for _ in block.instructions) > LARGE:
            function.add_function_attribute("noinline")


def _optimize(module: llvm.ModuleRef) -> None:
    builder = _passes(3, vectorize=True)
    builder.getModulePassManager().run(module, builder)


def _passes(level: int, *, vectorize: bool) -> llvm.PassBuilder:
    options = llvm.create_pipeline_tuning_options(level)
    options.loop_vectorization = vectorize
    options.slp_vectorization = False
    return llvm.create_pass_builder(target(), options)


def _refuse_unknown(module: llvm.ModuleRef, symbol: str) -> None:
    called = {part.name for part in [*module.functions, *module.global_variables] if part.is_declaration}
    unknown = {name for name in called - EXTERNAL.keys() if not name.startswith("llvm.")}
    if unknown:
        raise ValueError(f"{symbol} needs {', '.join(sorted(unknown))}, which it cannot have")
