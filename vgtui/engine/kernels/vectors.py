"""How the tiles of kernels.tiles are written as vector code: imported only where they are compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import reduce
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.np.arrayobj import populate_array

from vgtui.engine.kernels.tiles import LANES, VECTOR_BYTES, Matrix

_I32, _I64 = ir.IntType(32), ir.IntType(64)
_READ, _SECOND, _DATA = 0, 2, 1  # of a prefetch: what for, into which cache, and what

_WIDEST = 64  # bytes of the widest vectors that there are
_ABREAST = 4  # rows that are summed at once: no sum waits for the one before it

Emitted = tuple[Any, Callable[..., ir.Value]]
"""What an intrinsic is to numba: its signature, and what writes its code."""


class _Numbers:
    """The types of a vector of float64 or of float32, `of_bytes` long, and of what counts its lanes."""

    def __init__(self, kind: Any, of_bytes: int = 8 * LANES) -> None:
        double = kind == types.float64
        self.scalar = ir.DoubleType() if double else ir.FloatType()
        self.integer = _I64 if double else _I32
        self.bytes = 8 if double else 4
        self.lanes = of_bytes // self.bytes
        self.vector = ir.VectorType(self.scalar, self.lanes)
        self.mask = ir.VectorType(ir.IntType(1), self.lanes)
        self.counts = ir.VectorType(self.integer, self.lanes)
        self.suffix = f"v{self.lanes}f{8 * self.bytes}"


def _splat(builder: ir.IRBuilder, scalar: ir.Value, kind: ir.VectorType) -> ir.Value:
    """A vector of one value."""
    undefined = ir.Constant(kind, ir.Undefined)
    one = builder.insert_element(undefined, scalar, _I32(0))
    zeros = ir.Constant(ir.VectorType(_I32, kind.count), [_I32(0)] * kind.count)
    return builder.shuffle_vector(one, undefined, zeros)


class _Emitter:
    """Writes the loads, stores and products of one tile, `width` columns wide: None for the whole of its vectors."""

    def __init__(
        self, builder: ir.IRBuilder, numbers: _Numbers, width: ir.Value | None, vectors: int
    ) -> None:
        self.builder = builder
        self.numbers = numbers
        self.vectors = vectors
        kind = ir.FunctionType(numbers.vector, [numbers.vector] * 3)
        self._fma = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fma.{numbers.suffix}")
        self._width = width
        if width is not None:
            self._mask_last(width)

    def _mask_last(self, width: ir.Value) -> None:
        builder, numbers, vector = self.builder, self.numbers, self.numbers.vector
        module, pointer = builder.module, vector.as_pointer()
        load_type = ir.FunctionType(vector, [pointer, _I32, numbers.mask, vector])
        store_type = ir.FunctionType(ir.VoidType(), [vector, pointer, _I32, numbers.mask])
        suffix = numbers.suffix
        self._load = cgutils.get_or_insert_function(module, load_type, f"llvm.masked.load.{suffix}.p0")
        self._store = cgutils.get_or_insert_function(module, store_type, f"llvm.masked.store.{suffix}.p0")
        counted = ir.Constant(numbers.counts, [numbers.integer(i) for i in range(numbers.lanes)])
        left = builder.sub(width, _I64((self.vectors - 1) * numbers.lanes))
        self._whole = builder.icmp_signed("==", left, _I64(numbers.lanes))
        left = left if numbers.integer == _I64 else builder.trunc(left, numbers.integer)
        self._mask = builder.icmp_signed("<", counted, _splat(builder, left, numbers.counts))
        self._zero = ir.Constant(vector, [numbers.scalar(0.0)] * numbers.lanes)

    def _place(self, base: ir.Value, vector: int) -> ir.Value:
        at = self.builder.gep(base, [_I64(vector * self.numbers.lanes)])
        return self.builder.bitcast(at, self.numbers.vector.as_pointer())

    def load_row(self, base: ir.Value) -> list[ir.Value]:
        """The vectors of one row."""
        places = [self._place(base, v) for v in range(self.vectors)]
        whole = places if self._width is None else places[:-1]
        row = [self.builder.load(place, align=self.numbers.bytes) for place in whole]
        if self._width is not None:
            given = [places[-1], _I32(self.numbers.bytes), self._mask, self._zero]
            row.append(self.builder.call(self._load, given))
        return row

    def store_row(self, base: ir.Value, row: list[ir.Value]) -> None:
        """Write the vectors of one row."""
        for v, value in enumerate(row if self._width is None else row[:-1]):
            self.builder.store(value, self._place(base, v), align=self.numbers.bytes)
        if self._width is None:
            return
        last = self._place(base, self.vectors - 1)
        # a masked store costs some processors twenty times a whole one
        with self.builder.if_else(self._whole) as (whole, part):
            with whole:
                self.builder.store(row[-1], last, align=self.numbers.bytes)
            with part:
                self.builder.call(self._store, [row[-1], last, _I32(self.numbers.bytes), self._mask])

    def multiply_add(self, x: ir.Value, y: ir.Value, z: ir.Value) -> ir.Value:
        """x * y + z, rounded once."""
        return self.builder.call(self._fma, [x, y, z])


_ALONE = ("llvm.loop.unroll.disable",)
"""Of a loop that is not to be unrolled: what that saves in a product, it costs before and after."""
_TOGETHER = ("llvm.loop.interleave.count", _I32(4))
"""Of a loop that goes four vectors at a time, a step of each after the other, so that none waits for itself."""


@contextmanager
def _passing(
    builder: ir.IRBuilder, count: ir.Value, *ways: tuple[ir.Value, ir.Value], wish: tuple[Any, ...] = _ALONE
) -> Iterator[list[ir.Value]]:
    """A loop `count` times over what each of `ways` leads to: from a pointer or a number on, so far each time."""
    before, body = builder.block, builder.append_basic_block("passing")
    after = builder.append_basic_block("passed")
    builder.cbranch(builder.icmp_signed(">", count, _I64(0)), body, after)
    builder.position_at_end(body)
    left = builder.phi(_I64)
    places = [builder.phi(start.type) for start, _ in ways]
    yield places
    fewer = builder.sub(left, _I64(1))
    following = [
        builder.add(place, step) if place.type == _I64 else builder.gep(place, [step])
        for place, (_, step) in zip(places, ways, strict=True)
    ]
    starts = [start for start, _ in ways]
    for phi, first, then in zip([left, *places], [count, *starts], [fewer, *following], strict=True):
        phi.add_incoming(first, before)
        phi.add_incoming(then, builder.block)
    again = builder.cbranch(builder.icmp_signed(">", fewer, _I64(0)), body, after)
    again.set_metadata("llvm.loop", _wished(builder.module, *wish))
    builder.position_at_end(after)


def _wished(module: ir.Module, name: str, *values: ir.Constant) -> ir.MDValue:
    """What is said of a loop: that it is the loop itself, which sets it apart from any other, and what it is to be."""
    wish = module.add_metadata([ir.MetaDataString(module, name), *values])
    loop = ir.MDValue(module, [wish], name=str(len(module.metadata)))
    loop.operands = (loop, wish)
    return loop


def tile(array: types.Array, rows: int, vectors: int, whole: bool) -> Emitted:
    """See kernels.tiles.make_tile."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, given: Any) -> ir.Value:
        def pointer(array: int) -> ir.Value:
            data = context.make_array(signature.args[array])(context, builder, given[array]).data
            return builder.gep(data, [given[array + 1]])

        numbers = _Numbers(signature.args[0].dtype)
        emit = _Emitter(builder, numbers, None if whole else given[10], vectors)
        starts, target = pointer(12), pointer(7)
        sums = [[cgutils.alloca_once(builder, numbers.vector) for _ in range(vectors)] for _ in range(rows)]
        for r in range(rows):
            row = emit.load_row(builder.gep(starts, [builder.mul(given[14], _I64(r))]))
            for v in range(vectors):
                builder.store(row[v], sums[r][v])
        offsets = [builder.mul(given[2], _I64(r)) for r in range(rows)]
        runs = (pointer(0), given[16]), (pointer(4), builder.mul(given[11], given[6]))
        with (
            _passing(builder, given[15], *runs) as (first, second),
            _passing(builder, given[11], (first, given[3]), (second, given[6])) as (a, b),
        ):
            factors = emit.load_row(b)
            for r in range(rows):
                x = _splat(builder, builder.load(builder.gep(a, [offsets[r]])), numbers.vector)
                for v in range(vectors):
                    moved = emit.multiply_add(x, factors[v], builder.load(sums[r][v]))
                    builder.store(moved, sums[r][v])
        for r in range(rows):
            row = [builder.load(sums[r][v]) for v in range(vectors)]
            emit.store_row(builder.gep(target, [builder.mul(given[9], _I64(r))]), row)
        return context.get_dummy_value()

    i, kind = types.int64, types.Array(array.dtype, 1, "C")
    return types.void(kind, i, i, i, kind, i, i, kind, i, i, i, i, kind, i, i, i, i), generate


def sum_rows(array: types.Array, vectors: int, whole: bool) -> Emitted:
    """See kernels.tiles.make_sum_rows."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, given: Any) -> ir.Value:
        def pointer(array: int) -> ir.Value:
            data = context.make_array(signature.args[array])(context, builder, given[array]).data
            return builder.gep(data, [given[array + 1]])

        numbers = _Numbers(array.dtype, VECTOR_BYTES)
        emit = _Emitter(builder, numbers, None if whole else given[6], vectors)
        zeros = ir.Constant(numbers.vector, [numbers.scalar(0.0)] * numbers.lanes)
        sums = [[cgutils.alloca_once_value(builder, zeros) for _ in range(vectors)] for _ in range(_ABREAST)]
        start, row, rows = pointer(0), given[2], given[3]
        rest = builder.and_(rows, _I64(_ABREAST - 1))
        whole_rows = builder.sub(rows, rest)
        last = builder.gep(start, [builder.mul(whole_rows, row)])
        steps = builder.udiv(whole_rows, _I64(_ABREAST)), builder.mul(row, _I64(_ABREAST))
        for count, first, step, abreast in ((steps[0], start, steps[1], sums), (rest, last, row, sums[:1])):
            with _passing(builder, count, (first, step)) as (place,):
                for number, total in enumerate(abreast):
                    read = emit.load_row(builder.gep(place, [builder.mul(row, _I64(number))]))
                    for value, sum_ in zip(read, total, strict=True):
                        builder.store(builder.fadd(builder.load(sum_), value), sum_)
        columns = [[builder.load(total[v]) for total in sums] for v in range(vectors)]
        emit.store_row(pointer(4), [reduce(builder.fadd, column) for column in columns])
        return context.get_dummy_value()

    i, kind = types.int64, types.Array(array.dtype, 1, "C")
    return types.void(kind, i, i, i, kind, i, i), generate


EVENS, ODDS, LOWS, HIGHS = [0, 4, 2, 6], [1, 5, 3, 7], [0, 1, 4, 5], [2, 3, 6, 7]
"""Of two vectors of four which numbers make a third, counted through both."""


def turn(array: types.Array) -> Emitted:
    """See kernels.tiles.turn."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, given: Any) -> ir.Value:
        numbers = _Numbers(array.dtype)
        vector = ir.VectorType(numbers.scalar, 4)

        def row(array: int, number: int) -> ir.Value:
            data = context.make_array(signature.args[array])(context, builder, given[array]).data
            start = builder.add(given[array + 1], builder.mul(given[array + 2], _I64(number)))
            return builder.bitcast(builder.gep(data, [start]), vector.as_pointer())

        def mixed(first: ir.Value, second: ir.Value, places: list[int]) -> ir.Value:
            mask = ir.Constant(ir.VectorType(_I32, 4), [_I32(place) for place in places])
            return builder.shuffle_vector(first, second, mask)

        a, b, c, d = (builder.load(row(0, number), align=numbers.bytes) for number in range(4))
        pairs = [(mixed(a, b, places), mixed(c, d, places)) for places in (EVENS, ODDS)]
        columns = [mixed(*pair, places) for places in (LOWS, HIGHS) for pair in pairs]
        for number, column in enumerate(columns):
            builder.store(column, row(3, number), align=numbers.bytes)
        return context.get_dummy_value()

    i, kind = types.int64, types.Array(array.dtype, 1, "C")
    return types.void(kind, i, i, kind, i, i), generate


def move(array: types.Array) -> Emitted:
    """See kernels.tiles.move."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, given: Any) -> ir.Value:
        numbers = _Numbers(array.dtype)
        places = []
        for argument in (0, 2):
            data = context.make_array(signature.args[argument])(context, builder, given[argument]).data
            place = builder.gep(data, [given[argument + 1]])
            places.append(builder.bitcast(place, numbers.vector.as_pointer()))
        source, target = places
        builder.store(builder.load(source, align=numbers.bytes), target, align=numbers.bytes)
        return context.get_dummy_value()

    i, kind = types.int64, types.Array(array.dtype, 1, "C")
    return types.void(kind, i, kind, i), generate


def fetch(array: types.Array) -> Emitted:
    """See kernels.tiles.fetch."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, given: Any) -> ir.Value:
        data = context.make_array(signature.args[0])(context, builder, given[0]).data
        place = builder.bitcast(builder.gep(data, [given[1]]), ir.IntType(8).as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [place.type, _I32, _I32, _I32])
        ask = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(ask, [place, _I32(_READ), _I32(_SECOND), _I32(_DATA)])
        return context.get_dummy_value()

    return types.void(types.Array(array.dtype, 1, "C"), types.int64), generate


def panel(array: types.Array, count: int) -> Emitted:
    """See kernels.tiles.make_panel."""
    kind = types.Array(array.dtype, 1, "C")

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, given: Any) -> ir.Value:
        numbers = _Numbers(array.dtype)
        start = cgutils.alloca_once(builder, numbers.vector, size=_I64(-(-count // LANES)))
        made = context.make_array(kind)(context, builder)
        data = builder.bitcast(start, numbers.scalar.as_pointer())
        room = count * 8 // numbers.bytes
        populate_array(made, data, [_I64(room)], [_I64(numbers.bytes)], _I64(numbers.bytes), None)
        return made._getvalue()

    return kind(array), generate


def transform(array: types.Array, stages: tuple[Matrix, ...], adds: bool) -> Emitted:
    """See kernels.tiles.make_transform."""

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, given: Any) -> ir.Value:
        numbers = _Numbers(array.dtype)
        lanes = VECTOR_BYTES // numbers.bytes
        vector = ir.VectorType(numbers.scalar, lanes)
        kind = ir.FunctionType(vector, [vector] * 3)
        fma = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fma.v{lanes}f{8 * numbers.bytes}")

        def rows(first: int, count: int) -> Iterator[list[ir.Value]]:
            """Of the array that is argument `first`: where the vectors of each row stand."""
            data = context.make_array(array)(context, builder, given[first]).data
            start, row, col = given[first + 1 : first + 4]
            steps = [builder.mul(col, _I64(j)) for j in range(count)]
            for _ in range(count):
                data = builder.gep(data, [start])
                yield [builder.bitcast(builder.gep(data, [step]), vector.as_pointer()) for step in steps]
                start = row

        def combined(factors: tuple[float, ...], terms: list[ir.Value]) -> ir.Value:
            pairs = [pair for pair in zip(factors, terms, strict=True) if pair[0] != 0]
            pairs.sort(key=lambda pair: (abs(pair[0]) != 1, -pair[0]))
            total = None
            for factor, term in pairs:
                constant = ir.Constant(vector, [numbers.scalar(factor)] * lanes)
                if total is None:
                    total = term if factor == 1 else builder.fmul(term, constant)
                elif abs(factor) == 1:
                    total = (builder.fadd if factor == 1 else builder.fsub)(total, term)
                else:
                    total = builder.call(fma, [term, constant, total])
            return total

        def transformed(terms: list[ir.Value]) -> list[ir.Value]:
            for matrix in stages:
                terms = [combined(factors, terms) for factors in matrix]
            return terms

        source = [[builder.load(at, align=numbers.bytes) for at in row] for row in rows(0, len(stages[0][0]))]
        columns = [transformed(list(column)) for column in zip(*source, strict=True)]
        for row, places in zip(zip(*columns, strict=True), rows(4, len(stages[-1])), strict=True):
            for made, at in zip(transformed(list(row)), places, strict=True):
                value = builder.fadd(builder.load(at, align=numbers.bytes), made) if adds else made
                builder.store(value, at, align=numbers.bytes)
        return context.get_dummy_value()

    i, kind = types.int64, types.Array(array.dtype, 1, "C")
    return types.void(kind, i, i, i, kind, i, i, i), generate


def each(typing_context: Any, array: types.Array, pair: Any) -> Emitted:
    """See kernels.tiles.make_each."""
    kind = types.Array(array.dtype, 1, "C")
    function = pair._numba_type_
    typed = function.get_call_type(typing_context, (array.dtype, array.dtype), {})

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, given: Any) -> ir.Value:
        called = context.get_function(function, typed)
        arrays = [context.make_array(kind)(context, builder, value) for value in given[:3]]
        count, one = builder.extract_value(arrays[0].shape, 0), _I64(1)
        together = _TOGETHER[1].constant * _WIDEST // _Numbers(array.dtype).bytes
        rest = builder.and_(count, _I64(together - 1))
        whole = builder.sub(count, rest)
        for many, first, wish in ((whole, _I64(0), _TOGETHER), (rest, whole, _ALONE)):
            with _passing(builder, many, (first, one), wish=wish) as (place,):
                z, *targets = (builder.gep(each.data, [place]) for each in arrays)
                made = called(builder, (builder.load(z), given[3]))
                for number, target in enumerate(targets):
                    builder.store(builder.extract_value(made, number), target)
        return context.get_dummy_value()

    return types.void(kind, kind, kind, array.dtype), generate
