"""The native collectives against NumPy. Every rank runs every test, in the same order."""

import contextlib
import functools
import itertools
import re

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

from jpi import _mpi
from jpi._mpi import MPI, native

for _name, _target in native.targets().items():
    jax.ffi.register_ffi_target(_name, _target, platform="cpu")

RANK, SIZE = MPI.COMM_WORLD.rank, MPI.COMM_WORLD.size
OPS = ("SUM", "PROD", "MAX", "MIN", "LAND", "LOR", "LXOR", "BAND", "BOR", "BXOR")
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
HALVES = ("float16", "bfloat16")
REALS = ("float32", "float64")
COMPLEXES = ("complex64", "complex128")
REDUCIBLE = ("bool", *INTEGERS, *HALVES, *REALS, *COMPLEXES)
OPAQUE = ("float8_e4m3fn", "float8_e5m2", "float8_e4m3b11fnuz")
PACKED = ("int4", "uint4", "float4_e2m1fn")

# How a large count is met: MPI_*_c where the library has them, one plain call, or the detours.
MODES = {"default": (True, 2**31 - 1), "narrow": (False, 2**31 - 1), "large": (False, 3)}


def dtype_of(name):
    return np.dtype(getattr(ml_dtypes, name, name))


@contextlib.contextmanager
def mode(name):
    wide, limit = MODES[name]
    previous = native.set_large_counts(wide), native.set_count_limit(limit)
    try:
        yield
    finally:
        native.set_large_counts(previous[0])
        native.set_count_limit(previous[1])


@pytest.fixture(autouse=True)
def x64():
    namespace = jax if hasattr(jax, "enable_x64") else jax.experimental
    with namespace.enable_x64(True):
        yield


@functools.cache
def world():
    comm = MPI.COMM_WORLD.Dup()
    comm.Set_errhandler(MPI.ERRORS_RETURN)
    return native.add_comm(MPI._handleof(comm), "test_world")


def call(
    name, x, shape, *, comm=None, op="SUM", root=0, send=(), recv=(), in_place=False, peers=()
):
    comm = world() if comm is None else comm
    x = jnp.asarray(x)
    results = [jax.ShapeDtypeStruct((1,), np.uint32), jax.ShapeDtypeStruct(shape, x.dtype)]
    target = jax.ffi.ffi_call(
        f"jpi_{name}",
        results,
        has_side_effect=True,
        input_output_aliases={1: 1} if in_place else None,
    )
    attributes = {
        "comm": np.int32(comm),
        "op": np.int32(OPS.index(op)),
        "root": np.int32(root),
        "send": np.array(send, np.int64),
        "recv": np.array(recv, np.int64),
        "peers": np.array(peers, np.int64),
    }
    _, y = jax.jit(lambda token, x: target(token, x, **attributes))(np.zeros(1, np.uint32), x)
    return np.asarray(y)


def float64_of(x):
    with np.errstate(all="ignore"):  # NumPy warns of a NaN among ml_dtypes
        return np.asarray(x).astype(np.float64)


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


def oracle(op, name):
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


def reduced(shards, op):
    dtype = shards[0].dtype
    with np.errstate(over="ignore"):
        y = functools.reduce(oracle(op, dtype.name), shards)
    return np.asarray(y if len(shards) == 1 or "L" != op[0] else y != 0).astype(dtype)


def is_valid(op, name):
    return name in ("bool", *INTEGERS) or op in ("SUM", "PROD", "MAX", "MIN")


VALID = [(op, name) for op, name in itertools.product(OPS, REDUCIBLE) if is_valid(op, name)]
INVALID = [(op, name) for op, name in itertools.product(OPS, REDUCIBLE) if not is_valid(op, name)]
INVALID += [("SUM", name) for name in OPAQUE]


@pytest.mark.parametrize("how", ["default", "large"])
@pytest.mark.parametrize(("op", "name"), VALID)
def test_allreduce_equals_numpy(op, name, how):
    shards = [small_values((2, 4), name, rank) for rank in range(SIZE)]
    with mode(how):
        y = call("allreduce", shards[RANK], (2, 4), op=op)
    np.testing.assert_array_equal(y, reduced(shards, op))


@pytest.mark.parametrize("how", MODES)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (7,), (2, 3, 2)])
def test_allreduce_in_place_equals_numpy(shape, how):
    shards = [small_values(shape, "float32", rank) for rank in range(SIZE)]
    with mode(how):
        y = call("allreduce", shards[RANK], shape, in_place=True)
    np.testing.assert_array_equal(y, reduced(shards, "SUM"))


@pytest.mark.parametrize("op", ["MAX", "MIN"])
@pytest.mark.parametrize("name", [*HALVES, *REALS])
def test_extremum_of_nan_equals_jax(op, name):
    values = [np.nan, -np.inf, np.inf, 1.5, -0.5]
    shards = np.array([np.roll(values, rank) for rank in range(SIZE)]).astype(dtype_of(name))
    expected = {"MAX": jnp.max, "MIN": jnp.min}[op](jnp.asarray(shards), axis=0)
    y = call("allreduce", shards[RANK], (5,), op=op)
    np.testing.assert_array_equal(float64_of(y), float64_of(expected))


@pytest.mark.parametrize("op", ["MAX", "MIN"])
@pytest.mark.parametrize("name", COMPLEXES)
def test_extremum_of_complex_nan_equals_numpy(op, name):
    # jax.numpy drops a complex NaN or not by its position; numpy propagates it.
    values = [complex(np.nan, 1), 2 + 1j, complex(3, np.nan), 1 - 2j]
    shards = np.array([np.roll(values, rank) for rank in range(SIZE)]).astype(name)
    y = call("allreduce", shards[RANK], (4,), op=op)
    expected = {"MAX": np.max, "MIN": np.min}[op](shards, axis=0)
    np.testing.assert_array_equal(np.isnan(y), np.isnan(expected))
    np.testing.assert_array_equal(y[~np.isnan(y)], expected[~np.isnan(y)])


@pytest.mark.parametrize("op", ["MAX", "MIN"])
@pytest.mark.parametrize("name", [*HALVES, *REALS, *COMPLEXES])
def test_extremum_of_signed_zeros_agrees_on_all_ranks(op, name):
    x = np.array([0.0, -0.0] if RANK % 2 else [-0.0, 0.0]).astype(dtype_of(name))
    y = call("allreduce", x, (2,), op=op)
    assert len(set(MPI.COMM_WORLD.allgather(y.tobytes()))) == 1


@pytest.mark.parametrize("op", ["SUM", "PROD"])
@pytest.mark.parametrize("name", HALVES)
def test_allreduce_of_halves_rounds_as_numpy(op, name):
    # Every 16-bit pattern on rank 0 meets a random one on rank 1; other ranks change nothing.
    # XLA's threads flush subnormal float32, so bfloat16 ones are left out, and what is below
    # `tiny` may differ.
    dtype, tiny = dtype_of(name), np.finfo(np.float32).tiny
    patterns = np.arange(2**16, dtype=np.uint16).view(dtype)
    magnitude = np.abs(float64_of(patterns))
    patterns = patterns[(magnitude == 0) | (magnitude >= tiny) | np.isnan(magnitude)]
    shuffled = np.random.default_rng(0).permutation(patterns)
    neutral = np.full(patterns.shape, op == "PROD", dtype)
    shards = [patterns, shuffled, *[neutral] * SIZE][:SIZE]
    y = call("allreduce", shards[RANK], patterns.shape, op=op)
    with np.errstate(all="ignore"):
        wide = functools.reduce(oracle(op, name), [shard.astype(np.float32) for shard in shards])
        expected = wide.astype(dtype)
    np.testing.assert_allclose(float64_of(y), float64_of(expected), rtol=0, atol=tiny)


def ragged(rank, extra=0):
    """Uneven counts, some of them zero."""
    return [(3 * rank + 2 * other + extra) % 5 for other in range(SIZE)]


MOVES = [(name, "default") for name in (*REDUCIBLE, *OPAQUE)]
MOVES += itertools.product(("bool", "float32", "complex128"), ("narrow", "large"))


@pytest.mark.parametrize(("name", "how"), MOVES)
def test_allgatherv_concatenates(name, how):
    counts = ragged(1)
    shards = [small_values(n, name, rank) for rank, n in enumerate(counts)]
    with mode(how):
        y = call("allgather", shards[RANK], (sum(counts),), recv=counts)
    np.testing.assert_array_equal(y, np.concatenate(shards))


@pytest.mark.parametrize("root", [0, SIZE - 1])
@pytest.mark.parametrize(("name", "how"), MOVES)
def test_gatherv_concatenates_on_root(name, root, how):
    counts = ragged(2)
    shards = [small_values(n, name, rank) for rank, n in enumerate(counts)]
    expected = np.concatenate(shards)[: None if root == RANK else 0]
    with mode(how):
        y = call("gather", shards[RANK], expected.shape, root=root, recv=counts)
    np.testing.assert_array_equal(y, expected)


@pytest.mark.parametrize("extra", range(3))
@pytest.mark.parametrize(("name", "how"), MOVES)
def test_alltoallv_exchanges_blocks(name, extra, how):
    def block(source, target):
        return small_values(ragged(source, extra)[target], name, SIZE * source + target)

    x = np.concatenate([block(RANK, rank) for rank in range(SIZE)])
    expected = np.concatenate([block(rank, RANK) for rank in range(SIZE)])
    recv = [ragged(rank, extra)[RANK] for rank in range(SIZE)]
    with mode(how):
        y = call("alltoallv", x, expected.shape, send=ragged(RANK, extra), recv=recv)
    np.testing.assert_array_equal(y, expected)


@pytest.mark.parametrize("how", MODES)
@pytest.mark.parametrize("name", ["allgather", "gather", "alltoallv"])
def test_empty_buffers_pass(name, how):
    nothing = [0] * SIZE
    with mode(how):
        y = call(name, np.zeros((0, 3), np.float32), (0, 3), send=nothing, recv=nothing)
    assert y.shape == (0, 3)


def test_blocks_longer_than_one_datatype_arrive_whole():
    counts = [1000 + rank for rank in range(SIZE)]
    shards = [np.arange(n) + 10_000.0 * rank for rank, n in enumerate(counts)]
    previous = native.set_large_counts(False), native.set_count_limit(37)
    try:
        y = call("allgather", shards[RANK], (sum(counts),), recv=counts)
    finally:
        native.set_large_counts(previous[0])
        native.set_count_limit(previous[1])
    np.testing.assert_array_equal(y, np.concatenate(shards))


@pytest.mark.parametrize(("op", "name"), INVALID)
def test_invalid_reduction_names_collective_op_dtype(op, name):
    with pytest.raises(jax.errors.JaxRuntimeError) as error:
        call("allreduce", np.ones(2).astype(dtype_of(name)), (2,), op=op)
    assert f"jpi allreduce({op}) of 2 {name} on comm `test_world`" in str(error.value)
    assert f"got {op} on {name}" in str(error.value)


ONES = [1] * SIZE
BAD_CALLS = {
    "x of the wrong size": ("allgather", 2, (SIZE,), {"recv": ONES}, "`x` must have 1 elements"),
    "y of the wrong size": ("allgather", 1, (9,), {"recv": ONES}, f"`y` must have {SIZE} elem"),
    "y unlike x": ("allreduce", 2, (3,), {}, "`y` must have 2 elements; got 3"),
    "y off the root": ("gather", 1, (9,), {"recv": ONES}, "`y` must have"),
    "too few counts": ("alltoallv", 0, (0,), {}, f"one count for each of the {SIZE} ranks; got 0"),
    "negative count": ("allgather", 1, (1,), {"recv": [-1] * SIZE}, "negative count; got -1"),
    "root too large": ("gather", 1, (1,), {"recv": ONES, "root": SIZE}, f"got {SIZE}"),
    "no such comm": ("allreduce", 1, (1,), {"comm": 10**6}, "got 1000000"),
}


@pytest.mark.parametrize("case", BAD_CALLS)
def test_bad_call_is_an_error_not_a_crash(case):
    name, n, shape, attributes, text = BAD_CALLS[case]
    with pytest.raises(jax.errors.JaxRuntimeError) as error:
        call(name, np.zeros(n, np.float32), shape, **attributes)
    assert f"jpi {name}" in str(error.value)
    assert text in str(error.value)


@pytest.mark.parametrize("name", PACKED)
def test_packed_dtype_is_an_error(name):
    with pytest.raises(jax.errors.JaxRuntimeError, match=f"got {name}, which XLA packs"):
        call("allreduce", np.ones(2).astype(dtype_of(name)), (2,))


@pytest.mark.skipif(SIZE == 1, reason="one rank cannot disagree with itself")
def test_mpi_error_names_collective_dtype_count_and_comm():
    # The root expects less than the last rank sends, so MPI reports a truncation there.
    comm = MPI.COMM_WORLD.Dup()
    comm.Set_errhandler(MPI.ERRORS_RETURN)
    index = native.add_comm(MPI._handleof(comm), "broken")
    counts = [2] + [1] * (SIZE - 1) if RANK == 0 else [3] + [1] * (SIZE - 2) + [2]
    call("gather", np.zeros(1), (SIZE if RANK == 0 else 0,), comm=index, recv=[1] * SIZE)
    x = np.zeros(counts[RANK], np.float64)
    arguments = {"comm": index, "recv": counts}
    if RANK > 0:
        with contextlib.suppress(jax.errors.JaxRuntimeError):
            call("gather", x, (0,), **arguments)
        return
    with pytest.raises(jax.errors.JaxRuntimeError) as error:
        call("gather", x, (SIZE + 1,), **arguments)
    assert f"gather of 2 float64 on comm `broken`, rank 0 of {SIZE}: " in str(error.value)
    assert re.search(rf"rank 0 of {SIZE}: \w", str(error.value))  # MPI_Error_string's words follow


def test_freed_comm_is_an_error():
    comm = MPI.COMM_WORLD.Dup()
    index = native.add_comm(MPI._handleof(comm), "short_lived")
    call("allreduce", np.ones(1, np.float32), (1,), comm=index)
    native.free_comm(index)
    comm.Free()
    with pytest.raises(jax.errors.JaxRuntimeError, match=r"`short_lived`, which was freed. Do not"):
        call("allreduce", np.ones(1, np.float32), (1,), comm=index)


def test_log_keeps_calls_in_order_with_bytes():
    recv = [ragged(rank)[RANK] for rank in range(SIZE)]
    native.log_start(3)
    call("allreduce", np.ones(5, np.float32), (5,))
    x = np.ones(sum(ragged(RANK)), np.int16)
    call("alltoallv", x, (sum(recv),), send=ragged(RANK), recv=recv)
    call("allreduce", np.ones(2, bool), (2,))
    call("allreduce", np.ones(7, np.int8), (7,))  # beyond the capacity
    log = native.log_take()
    native.log_start(0)
    call("allreduce", np.ones(1, np.float32), (1,))
    moved = sum(ragged(RANK)) - ragged(RANK)[RANK]
    assert log == [
        ("allreduce", world(), 5, "float32", 20 * (SIZE > 1)),
        ("alltoallv", world(), sum(ragged(RANK)), "int16", 2 * moved),
        ("allreduce", world(), 2, "bool", 2 * (SIZE > 1)),
    ]
    assert native.log_take() == []


def test_count_limit_out_of_range_raises():
    with pytest.raises(ValueError, match="`limit` must be from 1"):
        native.set_count_limit(0)


LAUNCHES = {
    "no launcher": ({}, ("", 1, 1)),
    "hydra": ({"PMI_SIZE": "4", "MPI_LOCALNRANKS": "2"}, ("Hydra (MPICH's mpirun)", 4, 2)),
    "open mpi": (
        {"OMPI_COMM_WORLD_SIZE": "3", "OMPI_COMM_WORLD_LOCAL_SIZE": "3"},
        ("Open MPI's mpirun", 3, 3),
    ),
    "srun": (
        {"SLURM_STEP_NUM_TASKS": "8", "SLURM_STEP_TASKS_PER_NODE": "4(x2)"},
        ("srun", 8, 4),
    ),
    "slurm batch script": ({"SLURM_NTASKS": "8", "SLURM_JOB_ID": "1"}, ("", 1, 1)),
    "mpirun in a slurm step": (
        {"SLURM_STEP_NUM_TASKS": "2", "PMI_SIZE": "4", "MPI_LOCALNRANKS": "4"},
        ("Hydra (MPICH's mpirun)", 4, 4),
    ),
}


@pytest.mark.parametrize("case", LAUNCHES)
def test_launched_ranks_reads_the_nearest_launcher(case):
    environment, expected = LAUNCHES[case]
    assert _mpi.launched_ranks(environment) == expected


def test_launch_of_another_mpi_raises():
    with pytest.raises(RuntimeError, match=r"4 ranks that Hydra .* started; got 1 rank"):
        _mpi.check_launch({"PMI_SIZE": "4"}, size=1)
    _mpi.check_launch({"PMI_SIZE": "4"}, size=4)
    _mpi.check_launch({"PMI_SIZE": "1"}, size=1)
    _mpi.check_launch({"PMI_SIZE": "4", "JPI_ALLOW_SINGLETONS": "1"}, size=1)


def test_low_thread_level_warns():
    with pytest.warns(RuntimeWarning, match="THREAD_MULTIPLE"):
        _mpi.check_threads(MPI.THREAD_SERIALIZED)


def test_defaults_yield_only_when_oversubscribed_and_unset():
    few = {"PMI_SIZE": "1", "MPI_LOCALNRANKS": "1"}
    _mpi.set_defaults(few)
    assert "OMPI_MCA_mpi_yield_when_idle" not in few
    many = {"PMI_SIZE": "9999", "MPI_LOCALNRANKS": "9999", "OMPI_MCA_mpi_yield_when_idle": "0"}
    _mpi.set_defaults(many)
    assert many["OMPI_MCA_mpi_yield_when_idle"] == "0"
    assert many["MPIR_CVAR_DEVICE_COLLECTIVES"] == "none"
