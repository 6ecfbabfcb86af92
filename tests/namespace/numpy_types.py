"""`jax.numpy`: functions of dtypes and shapes, and those that read and write arrays."""

import io

import numpy as np

from namespace.entries import Table, entries


def written(save):
    """The bytes that ``save(file)`` writes, as an array."""
    file = io.BytesIO()
    save(file)
    return np.frombuffer(file.getvalue(), np.uint8)


def read_back(load):
    return load(io.BytesIO(written(lambda file: np.save(file, np.arange(3)))))


TYPES: Table = (
    entries("matrix", is_eager=True)(
        array_repr=lambda f, x: f(np.arange(3.0)),
        array_str=lambda f, x: f(np.arange(3.0)),
        can_cast=lambda f, x: f(x.dtype, "float64"),
        einsum_path=lambda f, x: f("ij,jk,kl->il", x, np.ones((4, 5)), np.ones((5, 6)))[0],
        iscomplexobj=lambda f, x: f(x),
        isrealobj=lambda f, x: f(x),
        isscalar=lambda f, x: f(x),
        iterable=lambda f, x: f(x),
        ndim=lambda f, x: f(x),
        promote_types=lambda f, x: f(x.dtype, "int32"),
        result_type=lambda f, x: f(x, 1, "float16"),
        shape=lambda f, x: f(x),
        size=lambda f, x: [f(x), f(x, 0)],
    )
    | entries(is_eager=True)(
        broadcast_shapes=lambda f: f((7, 1), (3,)),
        isdtype=lambda f: f(np.dtype("float32"), "real floating"),
        issubdtype=lambda f: f(np.float32, np.floating),
        get_printoptions=lambda f: f()["precision"],
        set_printoptions=lambda f: f(precision=8),
        printoptions=lambda f: type(f(precision=3)).__name__,
        load=read_back,
        save=lambda f: written(lambda file: f(file, np.arange(3))),
        savez=lambda f: len(written(lambda file: f(file, x=np.arange(3)))),
        from_dlpack=lambda f: f(np.arange(3.0, dtype="f")),
        fromfile=lambda f: f("absent"),
        fromiter=lambda f: f(range(3), "int32"),
    )
    | entries("mask")(packbits=lambda f, x: [f(x, axis=0), f(x)])
    | entries("bytes")(unpackbits=lambda f, x: [f(x, axis=0), f(x)])
)
