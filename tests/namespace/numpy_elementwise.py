"""`jax.numpy`: elementwise functions of one and of two arrays."""

import numpy as np

from namespace.entries import each, entries

ROW = np.float32([0.5, -1.0, 2.0, -0.25])
COUNT_ROW = np.int32([1, 0, 3, 2])


def with_row(row):
    return lambda f, x, y: [f(x, y), f(x, row)]


ELEMENTWISE = (
    each(
        "abs absolute angle arctan atan arcsinh asinh cbrt ceil conj conjugate copy cos cosh "
        "deg2rad degrees exp exp2 expm1 fabs fix floor frexp i0 imag iscomplex isfinite isinf "
        "isnan isneginf isposinf isreal logical_not modf nan_to_num negative positive rad2deg "
        "radians real rint round around trunc sign signbit sin sinc sinh square tan tanh"
    )
    | each("spacing", is_smooth=False)
    | each("log log10 log1p log2 reciprocal sqrt", lambda f, x: f(x), "positive")
    | each("arccosh acosh", lambda f, x: f(x), "above one")
    | each("arccos acos arcsin asin arctanh atanh", lambda f, x: f(x), "unit")
    | each("bitwise_count bitwise_invert bitwise_not invert", lambda f, x: f(x), "integers")
    | each(
        "add arctan2 atan2 copysign divide divmod equal floor_divide fmax fmin fmod greater "
        "greater_equal heaviside hypot isclose less less_equal logaddexp logaddexp2 logical_and "
        "logical_or logical_xor maximum minimum mod multiply not_equal remainder subtract "
        "true_divide",
        with_row(ROW),
        "matrix",
        "other",
    )
    | each("nextafter", with_row(ROW), "matrix", "other", is_smooth=False)
    | each("power pow float_power", with_row(ROW), "positive", "other")
    | each(
        "bitwise_and bitwise_or bitwise_xor gcd lcm bitwise_left_shift left_shift "
        "bitwise_right_shift right_shift",
        with_row(COUNT_ROW),
        "naturals",
        "naturals",
    )
    | each("ldexp", with_row(COUNT_ROW), "matrix", "naturals")
    | entries("matrix")(
        astype=lambda f, x: [f(x, "int32"), f(x, "complex64")],
        clip=lambda f, x: f(x, -0.5, 0.5),
        piecewise=lambda f, x: f(x, [x > 1, x < 0], [lambda x: x**2, lambda x: -x, 3.0]),
        vectorize=lambda f, x: f(lambda x, y: x * y + 1)(x, 2.0),
        frompyfunc=lambda f, x: f(lambda x, y: x * y + 1, 2, 1)(x, 2.0),
    )
    | entries("matrix", "other")(
        where=lambda f, x, y: [f(x > 0, x, y), f(x > 0, x, 0.0), f(y > 0, ROW, x)],
        select=lambda f, x, y: f([x > 1, y > 0], [x, 2 * y], 3.0),
        choose=lambda f, x, y: f((x > 0).astype("int32"), [x, y], mode="clip"),
    )
)
