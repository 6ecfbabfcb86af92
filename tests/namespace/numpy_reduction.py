"""`jax.numpy`: reductions, orders, sets, products, polynomials."""

import numpy as np

from namespace.entries import Table, each, entries

AXES = (None, 0, 1)
WEIGHTS = np.float32([[1.0, 2.0, 0.5, 3.0]])
KERNEL = np.float32([1.0, -2.0, 0.5])
BINS = np.float32([-2.0, -0.5, 0.0, 1.0, 2.5])


def over_axes(f, x):
    return [f(x), f(x, axis=0), f(x, axis=1, keepdims=True)]


def along_axes(f, x):
    return [f(x, axis=0), f(x, axis=1)]


REDUCTION: Table = (
    each(
        "all any amax amin argmax argmin count_nonzero max mean median min prod ptp std sum var",
        over_axes,
    )
    | each(
        "nanargmax nanargmin nanmax nanmean nanmedian nanmin nanprod nanstd nansum nanvar",
        over_axes,
        "holes",
    )
    | each("percentile", lambda f, x: [f(x, 30.0, axis=axis) for axis in AXES])
    | each("nanpercentile", lambda f, x: [f(x, 30.0, axis=axis) for axis in AXES], "holes")
    | each("quantile", lambda f, x: [f(x, 0.3, axis=axis) for axis in AXES])
    | each("nanquantile", lambda f, x: [f(x, 0.3, axis=axis) for axis in AXES], "holes")
    | each("cumprod cumsum cumulative_prod cumulative_sum sort argsort", along_axes)
    | each("nancumprod nancumsum", along_axes, "holes")
    | each("gradient sort_complex")
    | each("minmax", along_axes)
    | each("top_k", lambda f, x: f(x, 2))
    | entries("matrix", "other")(
        allclose=lambda f, x, y: [f(x, y), f(x, x)],
        array_equal=lambda f, x, y: [f(x, y), f(x, x)],
        array_equiv=lambda f, x, y: [f(x, y), f(x, x)],
    )
    | entries("matrix")(
        argpartition=lambda f, x: f(x, 2, axis=0) * 0,  # the order of the others is unspecified
        histogramdd=lambda f, x: f(x, bins=3),
        average=lambda f, x: [f(x), f(x, axis=0, weights=abs(x) + 1), f(x, axis=1)],
        corrcoef=lambda f, x: f(x, rowvar=False),
        cov=lambda f, x: [f(x), f(x, rowvar=False)],
        diff=lambda f, x: [f(x, axis=0), f(x, n=2, axis=0), f(x)],
        ediff1d=lambda f, x: [f(x), f(x, to_end=np.float32([1]))],
        lexsort=lambda f, x: [f((x[:, 1], x[:, 0])), f(x.T)],
        partition=lambda f, x: f(x, 2, axis=0)[2],
        trapezoid=lambda f, x: [f(x, axis=0), f(x, dx=0.5)],
        unwrap=lambda f, x: f(4 * x, axis=0),
    )
    | entries("triples")(cross=lambda f, x: f(x, 2 * x[::-1] + 1))
)

SEARCHING: Table = (
    entries("vector", "other vector")(
        convolve=lambda f, x, y: [f(x, y), f(x, KERNEL, mode="same"), f(x, KERNEL, mode="valid")],
        correlate=lambda f, x, y: [f(x, y, "full"), f(x, KERNEL, mode="same"), f(x, KERNEL)],
        isin=lambda f, x, y: [f(x, y), f(x, x[:3])],
    )
    | entries("sorted", "vector")(
        searchsorted=lambda f, s, x: [f(s, x), f(s, x, side="right"), f(BINS, x)],
        digitize=lambda f, s, x: [f(x, s), f(x, BINS, right=True)],
        interp=lambda f, s, x: [f(x, s, s**2), f(x, BINS, BINS**2)],
    )
    | entries("vector")(
        histogram=lambda f, x: [f(x), f(x, bins=BINS), f(x, bins=4, range=(-1, 1))],
        histogram_bin_edges=lambda f, x: f(x, bins=6),
        histogram2d=lambda f, x: f(x, -x, bins=4),
    )
    | entries("counts")(
        bincount=lambda f, i: [f(i, length=7), f(i, length=7, weights=i + 0.5)],
        unique=lambda f, i: [f(i, size=8), f(i, size=8, return_counts=True, return_inverse=True)],
        unique_all=lambda f, i: f(i, size=8),
        unique_counts=lambda f, i: f(i, size=8),
        unique_inverse=lambda f, i: f(i, size=8),
        unique_values=lambda f, i: f(i, size=8),
        intersect1d=lambda f, i: f(i, np.arange(4), size=5),
        setdiff1d=lambda f, i: f(i, np.arange(3), size=5),
        setxor1d=lambda f, i: f(i, np.arange(4), size=12),
        union1d=lambda f, i: f(i, np.arange(9), size=12),
    )
)

PRODUCTS: Table = entries("matrix", "other")(
    dot=lambda f, x, y: [f(x, y.T), f(x.T, y), f(x, WEIGHTS[0]), f(x, 2.0)],
    einsum=lambda f, x, y: [f("ij,ik->jk", x, y), f("ij,ij->i", x, y), f("ij->ji", x)],
    inner=lambda f, x, y: f(x, y),
    kron=lambda f, x, y: [f(x, y), f(x, WEIGHTS)],
    matmul=lambda f, x, y: [f(x, y.T), f(x.T, y), f(x, WEIGHTS[0])],
    matvec=lambda f, x, y: f(x, WEIGHTS[0]),
    outer=lambda f, x, y: f(x, y),
    tensordot=lambda f, x, y: [f(x, y, axes=2), f(x, y, axes=([0], [0])), f(x, y, axes=0)],
    vdot=lambda f, x, y: f(x, y),
    vecdot=lambda f, x, y: [f(x, y), f(x, y, axis=0)],
) | entries("matrix")(
    trace=lambda f, x: [f(x), f(x, offset=-1)],
    vecmat=lambda f, x: f(np.ones(7, "f"), x),
)

POLYNOMIALS: Table = (
    each("polyadd polymul polysub", lambda f, x: f(x, KERNEL), "short")
    | each("polyder polyint", lambda f, x: [f(x), f(x, 2)], "short")
    | entries("short")(
        poly=lambda f, x: f(x),
        polydiv=lambda f, x: f(x, KERNEL),
        roots=lambda f, x: abs(f(x, strip_zeros=False)).sum(),
        vander=lambda f, x: [f(x), f(x, 3, increasing=True)],
    )
    | entries("sorted", "vector")(polyfit=lambda f, x, y: f(x, y, 1))
    | entries("short", "matrix")(polyval=lambda f, p, x: f(p, x))
)
