"""Collectives on local arrays: values in every dtype and shape, users' operations, bad input."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpi4py import MPI
from support import operations
from support.operations import OPERATIONS, RANK, SIZE
from support.oracle import assert_same

import jpi
import jpi.collectives


@pytest.fixture(autouse=True)
def x64():
    namespace = jax if hasattr(jax, "enable_x64") else jax.experimental
    with namespace.enable_x64(True):
        yield


def values(shape, dtype, seed):
    """Small integers, so that reductions of them are exact; the same wherever it is called."""
    generator = np.random.default_rng([seed, *shape])
    x = generator.integers(0, 4, shape)
    if dtype.startswith("complex"):
        x = x + 1j * generator.integers(0, 4, shape)
    return jnp.asarray(x < 2 if dtype == "bool" else x).astype(dtype)


def check(name, cases, run):
    """Checks that the collective equals the reference, for each dtype and shape of a block."""
    row = OPERATIONS[name]
    operands = [
        [
            values(row.shape(rank, block), dtype, 0 if row.takes_replicated else rank)
            for rank in range(SIZE)
        ]
        for dtype, block in cases
    ]
    results = run(lambda operands: [row.call(x) for x in operands])([xs[RANK] for xs in operands])
    expected = jax.jit(lambda operands: [row.reference(xs)[RANK] for xs in operands])(operands)
    for result in zip(results, expected, cases, strict=True):
        assert_same(*result)


# All reductions take the same pairs of op and dtype: the allreduce represents them.
SLOW = ("PROD", "MIN", "LOR", "LXOR", "BAND", "BOR", "BXOR")
NAMES = [
    pytest.param(name, marks=pytest.mark.slow)
    if name.split()[-1] in SLOW and not name.startswith("allreduce")
    else name
    for name in OPERATIONS
]


@pytest.mark.parametrize("name", NAMES)
def test_collective_equals_numpy_in_every_dtype(name):
    check(name, [(dtype, (3,)) for dtype in OPERATIONS[name].dtypes], jpi.jit)


@pytest.mark.parametrize("name", operations.DIFFERENTIABLE)
def test_eager_collective_equals_numpy_in_every_shape(name):
    check(name, [("float32", block) for block in [(), (0,), (2, 0), (2, 1, 2)]], lambda f: f)


def test_documentation_is_the_table():
    page = Path(__file__).parents[2] / "docs" / "collectives.md"
    assert page.read_text() == operations.documentation(), f"python -m support.operations > {page}"


def test_mpi4jax_programs_find_their_functions():
    names = (
        "allgather allreduce alltoall barrier bcast gather recv reduce scan scatter send sendrecv"
    )
    offered = {name for name in vars(jpi.collectives) if not name.startswith("_")}
    modules = {"messages", "moves", "reductions"}
    assert set(names.split()) <= offered - modules <= set(vars(jpi))
    assert jpi.broadcast is jpi.bcast


# ---- user-defined operations ----


def larger_magnitude(invec, inoutvec, datatype):
    x = np.frombuffer(invec, np.float32)
    y = np.frombuffer(inoutvec, np.float32)
    y[:] = np.where(np.abs(x) > np.abs(y), x, y)


@pytest.fixture(scope="module")
def user_op():
    return MPI.Op.Create(larger_magnitude, commute=True)


def test_operation_of_a_user_reduces(user_op):
    x = np.float32([RANK + 1, -10.0 * RANK, 0])
    expected = np.float32([SIZE, -10.0 * (SIZE - 1), 0])
    for run in (lambda f: f, jax.jit, jpi.jit):
        assert_same(run(lambda x: jpi.allreduce(x, user_op))(x), expected)
    assert_same(jpi.scan(x, user_op), np.float32([RANK + 1, -10.0 * RANK, 0]))
    batch = jax.vmap(lambda x: jpi.allreduce(x, user_op))(np.stack([x, 2 * x]))
    assert_same(batch, np.stack([expected, 2 * expected]))


def test_operation_of_a_user_has_no_derivative(user_op):
    with pytest.raises(NotImplementedError, match="no derivative for user_op"):
        jax.grad(lambda x: jpi.allreduce(x, user_op))(1.0)


# ---- messages ----


@pytest.mark.mpi(min_size=2)
def test_status_describes_the_message():
    status = MPI.Status()
    x = jnp.arange(3.0, dtype=jnp.float32)
    receive = jpi.jit(lambda x: jpi.recv(x, status=status))
    for tag in (5, 6):
        if RANK == 0:
            jpi.send(x, 1, tag=tag)
        if RANK == 1:
            assert_same(receive(0 * x), x)
            assert (status.source, status.tag, status.Get_count(MPI.FLOAT)) == (0, tag, 3)


def test_messages_from_anyone_all_arrive():
    if RANK:
        jpi.send(jnp.full((RANK,), RANK), 0, tag=RANK)
        return
    total = sum(jpi.recv(jnp.zeros((r,), int), tag=r).sum() for r in range(SIZE - 1, 0, -1))
    assert total == sum(rank**2 for rank in range(SIZE))


def test_sendrecv_receives_another_shape_and_dtype():
    x = jnp.full((RANK + 1,), RANK)
    before = (RANK - 1) % SIZE
    y = jpi.sendrecv(x, jnp.zeros((before + 1,), int), before, (RANK + 1) % SIZE)
    assert_same(y, jnp.full((before + 1,), before))


@pytest.mark.mpi(min_size=2)
def test_shorter_message_than_expected_is_an_error():
    if RANK == 0:
        jpi.send(jnp.ones(2), 1)
    if RANK == 1:
        with pytest.raises(Exception, match=r"recv of 3 .* got \w+\[3\] of \d+ bytes for one of"):
            jpi.recv(jnp.ones(3), 0).block_until_ready()


@pytest.mark.mpi(min_size=2)
def test_longer_message_than_expected_is_an_error_with_advice():
    before, after = (RANK - 1) % SIZE, (RANK + 1) % SIZE
    with pytest.raises(Exception, match=r"(?s)sendrecv of 4 .* dtype of what is received"):
        jpi.sendrecv(jnp.ones(4), jnp.ones(2), before, after).block_until_ready()


# ---- bad input ----

ONES = [1] * SIZE
X = jnp.ones(3)
BAD = {
    "op": (lambda: jpi.allreduce(X, "sum"), TypeError, "`op` of allreduce must be an mpi4py oper"),
    "MAXLOC": (lambda: jpi.scan(X, MPI.MAXLOC), TypeError, "`op` of scan must be one of SUM"),
    "no op": (lambda: jpi.scan(X, MPI.OP_NULL), TypeError, "got a freed one"),
    "BAND of floats": (lambda: jpi.reduce(X, MPI.BAND, 0), TypeError, "got BAND for float32"),
    "SUM of 8-bit floats": (
        lambda: jpi.allreduce(X.astype("float8_e5m2")),
        TypeError,
        "got SUM for float8_e5m2",
    ),
    "root": (lambda: jpi.bcast(X, SIZE), ValueError, f"`root` of bcast must be .* got {SIZE}"),
    "negative root": (lambda: jpi.gather(X, -3), ValueError, "`root` of gather must be .* got -3"),
    "root not whole": (lambda: jpi.reduce(X, MPI.SUM, 0.5), TypeError, "`root` of reduce must"),
    "traced root": (
        lambda: jax.jit(lambda root: jpi.bcast(X, root))(0),
        TypeError,
        "known before the program runs",
    ),
    "blocks": (
        lambda: jpi.alltoall(jnp.ones(SIZE + 1)),
        ValueError,
        f"`x` of alltoall must have the number of ranks = {SIZE} rows",
    ),
    "no blocks": (lambda: jpi.reduce_scatter(1.0, MPI.SUM), ValueError, r"got shape \(\)"),
    "number of counts": (
        lambda: jpi.allgatherv(X, [3] * (SIZE + 1)),
        ValueError,
        "`counts` of allgatherv must hold one number >= 0 per rank",
    ),
    "negative counts": (lambda: jpi.scatterv(X, [-1] * SIZE, 0), ValueError, "one number >= 0"),
    "rows": (lambda: jpi.gatherv(X, [4] * SIZE, 0), ValueError, r"counts\[\d\] = 4 rows"),
    "mismatched counts": (
        lambda: jpi.alltoallv(jnp.ones(SIZE), ONES, [2] * SIZE),
        ValueError,
        "`recv_counts` of alltoallv must agree",
    ),
    "tag": (lambda: jpi.send(X, (RANK + 1) % SIZE, tag=-5), ValueError, "`(tag|dest)` of send"),
    "large tag": (
        lambda: jpi.sendrecv(X, X, RANK, RANK, sendtag=2**40),
        ValueError,
        "`sendtag` of sendrecv must be a tag from 0 to",
    ),
    "send to itself": (lambda: jpi.send(X, RANK), ValueError, "`dest` of send must be another"),
    "recv from itself": (lambda: jpi.recv(X, RANK), ValueError, "`source` of recv must be anoth"),
    "dest": (lambda: jpi.send(X, SIZE), ValueError, f"`dest` of send must be .* got {SIZE}"),
    "status": (lambda: jpi.recv(X, MPI.PROC_NULL, status=1), TypeError, "`status` of recv must"),
    "comm": (lambda: jpi.scan(X, MPI.SUM, comm="world"), TypeError, "`comm` must be an mpi4py"),
    "no comm": (lambda: jpi.bcast(X, 0, comm=MPI.COMM_NULL), ValueError, "`comm` must be a live"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_an_error_on_every_rank(case):
    call, error, words = BAD[case]
    with pytest.raises(error, match=words):
        call()


OTHERS = {  # the arguments after the array
    **dict.fromkeys(["allgather", "alltoall", "allreduce", "spread", "recv"], ()),
    **dict.fromkeys(["bcast", "broadcast", "gather", "scatter"], (0,)),
    **dict.fromkeys(["exscan", "scan", "reduce_scatter"], (MPI.SUM,)),
    **dict.fromkeys(["gatherv", "scatterv"], (ONES, 0)),
    "allgatherv": (ONES,),
    "alltoallv": (ONES, ONES),
    "reduce": (MPI.SUM, 0),
    "reduce_scatterv": (MPI.SUM, ONES),
    "send": (MPI.PROC_NULL,),
    "sendrecv": (X, MPI.PROC_NULL, MPI.PROC_NULL),
}


def test_every_collective_of_an_array_has_a_case():
    functions = {name for name in dir(jpi.collectives) if callable(getattr(jpi.collectives, name))}
    assert functions - {"barrier"} == {*OTHERS}


@pytest.mark.parametrize("name", OTHERS)
def test_an_array_of_all_ranks_is_an_error(name):
    words = (
        r"must get this rank's own array; got a DistArray of shape \(7, 5\).* x\.sum\(\).* x\.shard"
    )
    with pytest.raises(TypeError, match=words):
        getattr(jpi.collectives, name)(jpi.numpy.ones((7, 5)), *OTHERS[name])


@pytest.mark.mpi(min_size=2)
def test_intercommunicator_is_an_error():
    local = MPI.COMM_WORLD.Split(RANK == 0)
    inter = local.Create_intercomm(0, MPI.COMM_WORLD, 1 if RANK == 0 else 0)
    with pytest.raises(ValueError, match="`comm` must be an intracommunicator"):
        jpi.allreduce(X, comm=inter)
    inter.Free()


DISAGREEMENTS = {
    "root": (lambda comm: jpi.bcast(X, min(RANK, 1), comm=comm), "differ in `root`"),
    "op": (
        lambda comm: jpi.allreduce(X, MPI.MAX if RANK else MPI.SUM, comm=comm),
        "differ in `op`",
    ),
    "dtype": (
        lambda comm: jpi.scan(X.astype("int32" if RANK else "float32"), MPI.SUM, comm=comm),
        "differ in `dtype`",
    ),
    "shape": (
        lambda comm: jpi.allreduce(jnp.ones(3 + RANK), comm=comm),
        r"differ in `number of elements`\.\n  rank 0: allreduce\(SUM\) of 3 float",
    ),
    "counts": (
        lambda comm: jpi.allgatherv(
            X[:1], [2 if rank != RANK and RANK == 0 else 1 for rank in range(SIZE)], comm=comm
        ),
        "differ in `counts`",
    ),
}


@pytest.mark.mpi(min_size=2)
@pytest.mark.parametrize("case", DISAGREEMENTS)
def test_ranks_that_disagree_get_an_error(case):
    call, words = DISAGREEMENTS[case]
    comm = MPI.COMM_WORLD.Dup()
    with pytest.raises(Exception, match=words):
        call(comm).block_until_ready()
    comm.Free()


def test_root_is_any_rank():
    for root in range(SIZE):
        assert_same(jpi.bcast(jnp.float32(RANK), root), jnp.float32(root))
