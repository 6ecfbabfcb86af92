"""The native collectives against NumPy. Every rank runs every test, in the same order."""

import contextlib
import functools
import itertools
import re
import threading
from typing import get_args

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.native_calls import (
    COMPLEXES,
    HALVES,
    INTEGERS,
    MODES,
    OPS,
    RANK,
    REALS,
    REDUCIBLE,
    SIZE,
    call,
    combine_of,
    counting,
    dtype_of,
    reduced,
    small_values,
    world,
    x64,
)
from support.native_cases import MOVES, SENT, named, named_counts

import jpi
from jpi._config import Check
from jpi._mpi.library import MPI, native
from jpi._primitives.messages import Known

OPAQUE = ("float8_e4m3fn", "float8_e5m2", "float8_e4m3b11fnuz")
PACKED = ("int4", "uint4", "float4_e2m1fn")


def float64_of(x):
    with np.errstate(all="ignore"):  # NumPy warns about NaNs of ml_dtypes
        return np.asarray(x).astype(np.float64)


def is_valid(op, name):
    return name in ("bool", *INTEGERS) or op in ("SUM", "PROD", "MAX", "MIN")


VALID = [(op, name) for op, name in itertools.product(OPS, REDUCIBLE) if is_valid(op, name)]
INVALID = [(op, name) for op, name in itertools.product(OPS, REDUCIBLE) if not is_valid(op, name)]
INVALID += [("SUM", name) for name in OPAQUE]


@pytest.mark.parametrize("how", ["wide", "large"])
@pytest.mark.parametrize(("op", "name"), VALID)
def test_allreduce_equals_numpy(op, name, how):
    shards = [small_values((2, 4), name, rank) for rank in range(SIZE)]
    with counting(*MODES[how]):
        y = call("allreduce", shards[RANK], (2, 4), op=op)
    np.testing.assert_array_equal(y, reduced(shards, op))


@pytest.mark.parametrize("op", ["MAX", "MIN"])
@pytest.mark.parametrize("name", [*HALVES, *REALS])
def test_extremum_of_nan_equals_jax(op, name):
    values = [np.nan, -np.inf, np.inf, 1.5, -0.5]
    shards = np.array([np.roll(values, rank) for rank in range(SIZE)]).astype(dtype_of(name))
    with x64():
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
    # Every 16-bit pattern on rank 0 is added to a random one on rank 1; other ranks change nothing.
    # XLA's threads flush subnormal float32, so subnormal bfloat16 is left out, and results below
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
        wide = functools.reduce(
            combine_of(op, name), [shard.astype(np.float32) for shard in shards]
        )
        expected = wide.astype(dtype)
    np.testing.assert_allclose(float64_of(y), float64_of(expected), rtol=0, atol=tiny)


@pytest.mark.parametrize("name", [*REDUCIBLE, *OPAQUE])
@pytest.mark.parametrize("case", MOVES)
def test_moves_equal_numpy(case, name):
    MOVES[case](name).check()


@pytest.mark.parametrize("op", ["SUM", "PROD", "MAX", "MIN"])
@pytest.mark.parametrize("name", REDUCIBLE)
def test_rows_that_meet_combine_as_in_numpy(op, name):
    named("accumulate", op)(name).check()


@pytest.mark.parametrize(("op", "name"), INVALID)
def test_invalid_reduction_names_collective_op_dtype(op, name):
    with pytest.raises(jax.errors.JaxRuntimeError) as error:
        call("allreduce", np.ones(2).astype(dtype_of(name)), (2,), op=op)
    assert f"jpi allreduce({op}) of 2 {name} on comm `test_world`" in str(error.value)
    assert f"got {op} on {name}" in str(error.value)


ONES = [1] * SIZE
NAMES, NOTHING = np.zeros(1, np.int32), np.zeros(0, np.float32)
BAD_CALLS = {
    "x of the wrong size": ("allgather", 2, (SIZE,), {"recv": ONES}, "`x` must have 1 elements"),
    "y of the wrong size": ("allgather", 1, (9,), {"recv": ONES}, f"`y` must have {SIZE} elem"),
    "y unlike x": ("allreduce", 2, (3,), {}, "`y` must have 2 elements; got 3"),
    "y off the root": ("gather", 1, (9,), {"recv": ONES}, "`y` must have"),
    "too few counts": ("allgather", 0, (0,), {}, f"one count for each of the {SIZE} ranks; got 0"),
    "half a pair": ("alltoallv", 0, (0,), {"send": [0]}, "2 numbers for each rank that it names"),
    "no such rank": ("alltoallv", 1, (0,), {"send": [SIZE, 1]}, f"got {SIZE} after -1"),
    "a rank twice": ("alltoallv", 2, (0,), {"send": [0, 1, 0, 1]}, "got 0 after 0. Pass each rank"),
    "a part beyond the array": (
        "alltoallw",
        2,
        (2,),
        {"send": [0, 1, 2]},
        "`send` must lie in the array; got 1 and 2 along a dimension of 2",
    ),
    "negative count": ("allgather", 1, (1,), {"recv": [-1] * SIZE}, "negative count; got -1"),
    "root too large": ("gather", 1, (1,), {"recv": ONES, "root": SIZE}, f"got {SIZE}"),
    "too few operands": ("fetch", 1, (1,), {}, "4 operands and 2 results; got 2"),
    "y of another size than named": (
        "fetch",
        1,
        (3,),
        {"others": [NAMES, NAMES]},
        "`y` must have 1 elements; got 3",
    ),
    "fewer rows than named": (
        "deliver",
        1,
        (1,),
        {"others": [NOTHING, NAMES, NAMES]},
        "`rows` must have 1 elements; got 0",
    ),
    "rows unlike the block": (
        "deliver",
        1,
        (1,),
        {"others": [NAMES, NAMES, NAMES]},
        "`rows` must have the dtype of `x`",
    ),
    "owners without places": (
        "fetch",
        1,
        (1,),
        {"others": [NAMES, NAMES[:0]]},
        "the size of `owner`, 1; got 0",
    ),
    "places of another dtype": (
        "fetch",
        1,
        (1,),
        {"others": [NAMES, NOTHING]},
        "must be int32; got XLA type",
    ),
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


@pytest.mark.mpi(min_size=2)  # one rank cannot disagree with itself
def test_mpi_error_names_collective_dtype_count_and_comm(monkeypatch):
    monkeypatch.setattr(jpi.config, "check", "off")
    # The root expects less than the last rank sends, so MPI reports a truncation there.
    comm = MPI.COMM_WORLD.Dup()
    comm.Set_errhandler(MPI.ERRORS_RETURN)
    index = native.add_comm(MPI._handleof(comm), MPI._handleof(comm), "broken")
    counts = [2] + [1] * (SIZE - 1) if RANK == 0 else [3] + [1] * (SIZE - 2) + [2]
    x = np.zeros(counts[RANK], np.float64)
    arguments = {"comm": index, "recv": counts}
    if RANK > 0:
        with contextlib.suppress(jax.errors.JaxRuntimeError):
            call("gather", x, (0,), **arguments)
        return
    with pytest.raises(jax.errors.JaxRuntimeError) as error:
        call("gather", x, (SIZE + 1,), **arguments)
    assert f"gather of 2 float64, root 0 on comm `broken`, rank 0 of {SIZE}: " in str(error.value)
    assert re.search(rf"rank 0 of {SIZE}: \w", str(error.value))  # MPI_Error_string's words follow


def test_freed_comm_is_an_error():
    comm = MPI.COMM_WORLD.Dup()
    index = native.add_comm(MPI._handleof(comm), MPI._handleof(comm), "short_lived")
    call("allreduce", np.ones(1, np.float32), (1,), comm=index)
    native.free_comm(index)
    comm.Free()
    with pytest.raises(jax.errors.JaxRuntimeError, match=r"`short_lived`, which was freed. Do not"):
        call("allreduce", np.ones(1, np.float32), (1,), comm=index)


def test_log_keeps_calls_in_order_with_bytes():
    sent, received = sum(SENT[RANK]), [row[RANK] for row in SENT]
    native.log_start(3)
    call("allreduce", np.ones(5, np.float32), (5,))
    x = np.ones(sent, np.int16)
    counts = {"send": named_counts(SENT[RANK]), "recv": named_counts(received)}
    call("alltoallv", x, (sum(received),), **counts)
    call("allreduce", np.ones(2, bool), (2,))
    call("allreduce", np.ones(7, np.int8), (7,))  # beyond the log's capacity
    log = native.log_take()
    native.log_start(0)
    call("allreduce", np.ones(1, np.float32), (1,))
    assert log == [
        ("allreduce", world(), 5, "float32", 20 * (SIZE > 1)),
        ("alltoallv", world(), sent, "int16", 2 * (sent - SENT[RANK][RANK])),
        ("allreduce", world(), 2, "bool", 2 * (SIZE > 1)),
    ]
    assert native.log_take() == []


def test_types_name_what_the_native_side_names():
    assert get_args(Check) == native.check_levels
    assert get_args(Known) == native.known_peers


def test_count_limit_out_of_range_raises():
    with pytest.raises(ValueError, match="`limit` must be from 1"):
        native.set_count_limit(0)


def test_frames_of_a_running_thread_are_those_of_one_moment():
    ident, stops, found = threading.get_ident(), threading.Event(), []

    def walk():
        while not stops.is_set():
            found.append([code.co_name for code, _ in native.frames_of(ident)])

    def halves(n):
        for _ in range(2):
            yield deep(n - 1)

    def deep(n):
        return sum(halves(n)) if n else 1

    thread = threading.Thread(target=walk)
    thread.start()
    while not any("deep" in names for names in list(found)):  # it has met a call of `deep`
        assert deep(12) == 4096
    stops.set()
    thread.join()
    assert native.frames_of(0) == []
    here = "test_frames_of_a_running_thread_are_those_of_one_moment"
    assert all(names.count(here) == 1 for names in found)
    for names in found:  # each call of `deep` is below its generator
        own = names[: names.index(here)]
        assert own.count("deep") - own.count("halves") in (0, 1)
