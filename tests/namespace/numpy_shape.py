"""`jax.numpy`: functions that create, move, index and join arrays."""

import jax.numpy as jnp
import numpy as np

from namespace.entries import COLUMNS, ROWS, Table, each, entries

WINDOWS = "bartlett blackman hamming hanning identity tri"
FEW = np.array([4, 0, -1])

SHAPE: Table = (
    each("atleast_1d atleast_2d atleast_3d fliplr flipud matrix_transpose ravel tril triu")
    | entries("matrix")(
        append=lambda f, x: [f(x, x, axis=0), f(x, 2 * x)],
        array=lambda f, x: f(x),
        array_split=lambda f, x: [f(x, 3), f(x, 3, axis=1)],
        asarray=lambda f, x: f(x),
        broadcast_arrays=lambda f, x: f(x, np.ones((2, 1, 1), "f")),
        broadcast_to=lambda f, x: f(x, (3, *x.shape)),
        column_stack=lambda f, x: f([x, x]),
        concat=lambda f, x: [f([x, 2 * x, x]), f([x, 2 * x], axis=1)],
        concatenate=lambda f, x: [f([x, 2 * x, x]), f([x, 2 * x], axis=1)],
        diag=lambda f, x: [f(x), f(x, k=1), f(x, k=-2)],
        diagonal=lambda f, x: [f(x), f(x, offset=-2)],
        dsplit=lambda f, x: f(x[:, :, None] * np.ones(4, "f"), 2),
        dstack=lambda f, x: f([x, x]),
        expand_dims=lambda f, x: f(x, (0, 2)),
        flip=lambda f, x: [f(x), f(x, axis=0)],
        hsplit=lambda f, x: f(x, [1]),
        hstack=lambda f, x: f([x, x]),
        block=lambda f, x: f([[x, 2 * x], [x, -x]]),
        moveaxis=lambda f, x: f(x, 0, 1),
        pad=lambda f, x: [
            f(x, ((1, 2), (0, 3))),
            f(x, 2, mode="edge"),
            f(x, ((2, 1), (1, 2)), mode="reflect"),
            f(x, ((2, 1), (1, 2)), mode="wrap"),
        ],
        permute_dims=lambda f, x: f(x, (1, 0)),
        repeat=lambda f, x: [
            f(x, 2, axis=0),
            f(x, 3),
            f(x, np.arange(ROWS), axis=0, total_repeat_length=21),
        ],
        reshape=lambda f, x: [f(x, (2, 14)), f(x, -1), f(x, (4, 7)), f(x, (7, 2, 2))],
        resize=lambda f, x: f(x, (5, 6)),
        roll=lambda f, x: [f(x, 2, axis=0), f(x, -3, axis=1), f(x, 5)],
        rollaxis=lambda f, x: f(x, 1),
        rot90=lambda f, x: [f(x), f(x, k=2)],
        split=lambda f, x: [f(x, [2, 3]), f(x, 2, axis=1)],
        squeeze=lambda f, x: f(x[None]),
        stack=lambda f, x: [f([x, 2 * x]), f([x, 2 * x], axis=-1)],
        swapaxes=lambda f, x: f(x, 0, 1),
        tile=lambda f, x: [f(x, 2), f(x, (2, 1))],
        transpose=lambda f, x: f(x),
        unstack=lambda f, x: [f(x), f(x, axis=1)],
        vsplit=lambda f, x: f(x, [1, 5]),
        vstack=lambda f, x: f([x, x]),
        apply_along_axis=lambda f, x: [f(lambda v: v - v.sum(), axis, x) for axis in (0, 1)],
        apply_over_axes=lambda f, x: f(lambda v, axis: v.sum(axis, keepdims=True), x, [0, 1]),
    )
    | entries("vector")(
        diagflat=lambda f, x: [f(x), f(x, 1)],
        meshgrid=lambda f, x: f(x, x),
        ix_=lambda f, x: f((x > 0).astype("int32"), np.arange(2)),
    )
)

INDEXING: Table = (
    entries("matrix")(
        delete=lambda f, x: [f(x, 2, axis=0), f(x, np.array([0, 3]), axis=1), f(x, slice(1, 5))],
        fill_diagonal=lambda f, x: f(x, 3.0, inplace=False),
        insert=lambda f, x: [f(x, 2, 9.0, axis=0), f(x, np.array([0, 3]), 9.0, axis=1)],
        put=lambda f, x: f(x, FEW, np.float32([1, 2, 3]), inplace=False),
        place=lambda f, x: f(x, x > 0, np.float32([1, 2, 3]), inplace=False),
        take=lambda f, x: [f(x, FEW, axis=0), f(x, FEW % COLUMNS, axis=1), f(x, FEW)],
        compress=lambda f, x: f(np.arange(ROWS) % 3 == 0, x, axis=0, size=4),
        extract=lambda f, x: f(x > 0, x, size=5),
    )
    | entries("matrix", "positions")(
        take_along_axis=lambda f, x, i: [f(x, i, axis=0), f(x, i % COLUMNS, axis=1)],
        put_along_axis=lambda f, x, i: f(x, i, 2.5, axis=0, inplace=False),
    )
    | entries("mask")(
        argwhere=lambda f, x: f(x, size=12),
        flatnonzero=lambda f, x: f(x, size=12),
        nonzero=lambda f, x: [f(x, size=12), f(x, size=40, fill_value=-1)],
    )
    | entries("square")(
        diag_indices_from=lambda f, x: f(x),
        tril_indices_from=lambda f, x: f(x),
        triu_indices_from=lambda f, x: f(x, k=1),
    )
    | entries("counts")(
        unravel_index=lambda f, i: f(i, (2, 3)),
        ravel_multi_index=lambda f, i: f((i, i), (6, 7), mode="clip"),
    )
    | entries("vector", is_eager=True)(
        trim_zeros=lambda f, x: f(x),
    )
    | entries()(
        diag_indices=lambda f: f(5),
        mask_indices=lambda f: f(5, jnp.triu, size=15),
        tril_indices=lambda f: f(5, 1),
        triu_indices=lambda f: f(5, -1),
    )
)

CREATION: Table = (
    each("empty_like ones_like zeros_like", lambda f, x: 0 * f(x))
    | each("full_like", lambda f, x: f(x, 2.5))
    | entries()(
        **dict.fromkeys(WINDOWS.split(), lambda f: [f(0), f(1), f(11)]),
        **dict.fromkeys(["zeros", "ones"], lambda f: [f((7, 3)), f(5, "int32")]),
        arange=lambda f: [f(7), f(2.0, 9.0, 0.5)],
        empty=lambda f: 0 * f((7, 3)),
        eye=lambda f: f(7, 5, k=1),
        frombuffer=lambda f: f(b"\x01\x02\x03", "uint8"),
        fromfunction=lambda f: f(lambda i, j: i * 10 + j, (7, 3), dtype="float32"),
        fromstring=lambda f: f("1 2 3", "int32", sep=" "),
        full=lambda f: f((7, 3), 2.5),
        geomspace=lambda f: f(1.0, 100.0, 7),
        indices=lambda f: f((7, 3)),
        kaiser=lambda f: f(11, 2.5),
        linspace=lambda f: f(0.0, 1.0, 7),
        logspace=lambda f: f(0.0, 2.0, 7),
    )
)
