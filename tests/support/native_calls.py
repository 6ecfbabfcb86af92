"""The native targets called directly, with values whose reductions NumPy gives exactly."""

import contextlib
import functools

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np

from jpi._mpi.library import MPI, native

for _name, _target in native.targets().items():
    jax.ffi.register_ffi_target(_name, _target, platform="cpu")

RANK, SIZE = MPI.COMM_WORLD.rank, MPI.COMM_WORLD.size
OPS = native.op_names
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
HALVES = ("float16", "bfloat16")
REALS = ("float32", "float64")
COMPLEXES = ("complex64", "complex128")
REDUCIBLE = ("bool", *INTEGERS, *HALVES, *REALS, *COMPLEXES)

# How large counts are handled: whether MPI_*_c may be used, and the longest call without them.
MODES = {
    "wide": (True, 3),  # a library without MPI_*_c splits here too
    "narrow": (False, 2**31 - 1),
    "large": (False, 3),
    "large from two on": (False, 1),
}


@contextlib.contextmanager
def counting(wide, limit):
    """Within it, all ranks handle large counts in this way."""
    previous = native.set_large_counts(wide), native.set_count_limit(limit)
    try:
        yield
    finally:
        native.set_large_counts(previous[0])
        native.set_count_limit(previous[1])


def dtype_of(name):
    return np.dtype(getattr(ml_dtypes, name, name))


def x64():
    namespace = jax if hasattr(jax, "enable_x64") else jax.experimental
    return namespace.enable_x64(True)


@functools.cache
def world():
    comm = MPI.COMM_WORLD.Dup()
    comm.Set_errhandler(MPI.ERRORS_RETURN)
    return native.add_comm(MPI._handleof(comm), MPI._handleof(comm.Dup()), "test_world")


def call(
    name,
    x,
    shape,
    *,
    comm=None,
    op="SUM",
    root=0,
    send=(),
    recv=(),
    in_place=False,
    peers=(),
    others=(),
):
    """The result of one call, of that shape; ``others`` are the operands beside x."""
    attributes = {
        "comm": np.int32(world() if comm is None else comm),
        "op": np.int32(OPS.index(op)),
        "root": np.int32(root),
        "send": np.array(send, np.int64),
        "recv": np.array(recv, np.int64),
        "peers": np.array(peers, np.int64),
        "site": "a test",
        "purpose": "",
        "statics": np.int64(0),
    }
    envelope = [np.zeros(2, np.int32)] if peers else []
    with x64():
        x = jnp.asarray(x)
        like = [np.zeros(1, np.uint32), jax.ShapeDtypeStruct(shape, x.dtype), *envelope]
        target = jax.ffi.ffi_call(
            f"jpi_{name}",
            [jax.ShapeDtypeStruct(y.shape, y.dtype) for y in like],
            has_side_effect=True,
            input_output_aliases={1: 1} if in_place else None,
        )
        run = jax.jit(lambda *operands: target(*operands, **attributes))
        return np.asarray(run(like[0], x, *envelope, *map(jnp.asarray, others))[1])


def small_values(shape, name, rank):
    """Small integers, so that every reduction of them is exact; the same wherever it is called."""
    x = np.random.default_rng(rank).integers(0, 4, shape)
    if name.startswith("complex"):
        x = x + 1j * np.random.default_rng(rank + 99).integers(0, 4, shape)
    if name == "bool":
        x = x < 2
    return x.astype(dtype_of(name))


def lexicographic(pick):
    def combine(x, y):
        first = (x.real, x.imag) == pick((x.real, x.imag), (y.real, y.imag))
        return x if first else y

    return np.frompyfunc(combine, 2, 1)


def combine_of(op, name):
    if name == "bool":
        op = {"SUM": "LOR", "MAX": "LOR", "BOR": "LOR", "BXOR": "LXOR"}.get(op, op)
        op = {"PROD": "LAND", "MIN": "LAND", "BAND": "LAND"}.get(op, op)
    if name.startswith("complex") and op in ("MAX", "MIN"):
        return lexicographic({"MAX": max, "MIN": min}[op])
    return {
        "SUM": np.add,
        "PROD": np.multiply,
        "MAX": np.maximum,
        "MIN": np.minimum,
        "LAND": np.logical_and,
        "LOR": np.logical_or,
        "LXOR": np.logical_xor,
        "BAND": np.bitwise_and,
        "BOR": np.bitwise_or,
        "BXOR": np.bitwise_xor,
    }[op]


def reduced(shards, op="SUM"):
    dtype = shards[0].dtype
    with np.errstate(over="ignore"):
        y = functools.reduce(combine_of(op, dtype.name), shards)
    return np.asarray(y if len(shards) == 1 or "L" != op[0] else y != 0).astype(dtype)
