"""What makes one source serve float64 and float32: numbers that stand in the code take the precision of the arrays.

numba reads every literal as float64, and float32 times float64 is float64: a loop over float32 with one 1.0 in it
would compute in double. So in a function that is given float32, the literals that float32 holds exactly are
float32, but for the base of a power (see engine.narrowing). Any other constant, and a sum that is to be float64, is
made so by `number` or np.float64.
"""

from __future__ import annotations

from vgtui.engine.deferred import intrinsic


@intrinsic
def number(typing_context, like, value):  # type: ignore[no-untyped-def]
    """`value` in the precision of the array or the number `like`."""
    kind = getattr(like, "dtype", like)

    def generate(context, builder, signature, given):  # type: ignore[no-untyped-def]
        return context.cast(builder, given[1], signature.args[1], signature.return_type)

    return kind(like, value), generate


@intrinsic
def by_precision(typing_context, like, double, single):  # type: ignore[no-untyped-def]
    """One constant or another: `double` where `like`, an array or a number, is float64, `single` for float32."""
    from numba import types

    place = 2 if getattr(like, "dtype", like) == types.float32 else 1
    kind = double if place == 1 else single

    def generate(context, builder, signature, given):  # type: ignore[no-untyped-def]
        return given[place]

    return kind(like, double, single), generate


@intrinsic
def exact(typing_context, arena):  # type: ignore[no-untyped-def]
    """The memory of an array as float64: where things stand that are float64 in any precision."""
    from numba import types
    from numba.np.arrayobj import populate_array

    double = types.Array(types.float64, 1, "C")

    def generate(context, builder, signature, given):  # type: ignore[no-untyped-def]
        halved = 0 if signature.args[0] == double else 1
        source = context.make_array(signature.args[0])(context, builder, given[0])
        result = context.make_array(double)(context, builder)
        data = builder.bitcast(source.data, result.data.type)
        size = builder.lshr(builder.extract_value(source.shape, 0), context.get_constant(types.intp, halved))
        populate_array(result, data, [size], [context.get_constant(types.intp, 8)], 8, None)
        return result._getvalue()

    return double(arena), generate
