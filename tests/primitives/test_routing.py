"""Rows fetched from and delivered to ranks named by the data, against NumPy on all blocks."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpi4py import MPI
from support.native_calls import MODES, counting
from support.native_log import calls_during
from support.oracle import assert_same, random_array

import jpi
from jpi._blocks.keys import ordered_bits
from jpi._primitives.routing import deliver, exchange_sorted, fetch

pytestmark = pytest.mark.sweep(3)

COMM = jpi.Comm()
RANK, SIZE = COMM.rank, COMM.size
OPS = ("set", "add", "mul", "min", "max")
METHOD = {"mul": "multiply"}


class Case:
    """Blocks and rows of all ranks, with names for the rows."""

    def __init__(self, sizes, counts, row=(3,), dtype=np.float32, seed=0, misses=True, batch=()):
        draw = np.random.default_rng(seed)
        low = -1 if misses else 0
        self.starts = np.cumsum([0, *sizes])
        self.blocks = [self.data((n, *row), dtype, 2 * r, batch) for r, n in enumerate(sizes)]
        self.rows = [self.data((n, *row), dtype, 2 * r + 1, batch) for r, n in enumerate(counts)]
        self.owners = [draw.integers(low, SIZE - low, n).astype(np.int32) for n in counts]
        self.offsets = [draw.integers(low, max(sizes) - low, n).astype(np.int32) for n in counts]

    @staticmethod
    def data(shape, dtype, seed, batch):
        return random_array((*batch, *shape), np.float32, seed).astype(dtype)

    @property
    def own(self):
        """This rank's block, rows, owners and offsets."""
        lists = (self.blocks, self.rows, self.owners, self.offsets)
        return tuple(jnp.asarray(values[RANK]) for values in lists)

    def places(self):
        """The index of each rank's rows in the array of all blocks; out of bounds if not in it."""
        places = []
        for owners, offsets in zip(self.owners, self.offsets, strict=True):
            is_rank = (owners >= 0) & (owners < SIZE)
            owners = np.where(is_rank, owners, 0)
            sizes = np.diff(self.starts)[owners]
            is_there = is_rank & (offsets >= 0) & (offsets < sizes)
            places.append(np.where(is_there, self.starts[owners] + offsets, self.starts[-1]))
        return places

    def blocks_of(self, array):
        return [array[a:b] for a, b in zip(self.starts, self.starts[1:], strict=False)]

    def fetched(self, blocks):
        """The rows that each rank fetches, in jax.numpy."""
        array = jnp.concatenate(blocks)
        return [array.at[p].get(mode="fill", fill_value=0) for p in self.places()]

    def delivered(self, blocks, rows, op, **options):
        """The blocks of all ranks after the delivery, in jax.numpy."""
        array, rows = jnp.concatenate(blocks), jnp.concatenate(rows)
        at = array.at[np.concatenate(self.places())]
        result = getattr(at, METHOD.get(op, op))(rows, mode="drop", **options)
        return self.blocks_of(result)


UNEVEN = [4, 0, 3, 7, 1, 2][:SIZE]
ROWS = [6, 5, 0, 9, 3, 1][:SIZE]


def weights(like):
    return random_array(like.shape, np.float32, seed=77 + like.shape[0])


def total(results):
    return sum(jnp.sum(y * weights(y)) for y in results)


counts = st.lists(st.integers(0, 9), min_size=SIZE, max_size=SIZE)


@settings(max_examples=25)
@given(
    sizes=counts,
    rows=counts,
    row=st.sampled_from([(), (2,), (0,), (2, 3)]),
    seed=st.integers(0, 99),
)
def test_rows_arrive_as_in_numpy(sizes, rows, row, seed):
    case = Case(sizes, rows, row, seed=seed)
    x, y, owner, offset = case.own
    received = np.asarray(fetch(x, owner, offset, COMM))
    base = np.asarray(deliver(x, y, owner, offset, COMM))
    array = np.concatenate([*case.blocks, np.zeros((1, *row), np.float32)])
    np.testing.assert_array_equal(received, array[case.places()[RANK]])
    for places, moved in zip(case.places(), case.rows, strict=True):
        for place, one in zip(places, moved, strict=True):
            array[place] = one
    np.testing.assert_array_equal(base, case.blocks_of(array)[RANK])


DTYPES = ("bool", "int8", "uint16", "int32", "float16", "bfloat16", "float32", "complex64")


@pytest.mark.parametrize("dtype", [*DTYPES, "float8_e4m3fn"])
def test_every_dtype_travels(dtype):
    case = Case(UNEVEN, ROWS, dtype=jnp.dtype(dtype))
    x, y, owner, offset = case.own
    assert_same(fetch(x, owner, offset, COMM), case.fetched(case.blocks)[RANK])
    assert_same(
        deliver(x, y, owner, offset, COMM), case.delivered(case.blocks, case.rows, "set")[RANK]
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_operations_equal_those_of_jax(dtype):
    case = Case(UNEVEN, ROWS, dtype=jnp.dtype(dtype))
    if dtype in ("float16", "float32"):  # minimum and maximum propagate NaN
        case.rows[0][::2, 0] = np.nan
        case.blocks[0][1, 1] = np.nan
    x, y, owner, offset = case.own
    for op in OPS if dtype != "bool" else ("set", "min", "max"):
        expected = case.delivered(case.blocks, case.rows, op)[RANK]
        assert_same(deliver(x, y, owner, offset, COMM, op), expected, what=op)


def test_long_runs_travel_as_pairs(comm):
    n, other = 1000, (RANK + 1) % SIZE
    x = jnp.arange(float(n)) + n * RANK
    owner, offset = jnp.full((n,), other, jnp.int32), jnp.arange(n, dtype=jnp.int32)
    calls, y = calls_during(lambda: fetch(x, owner, offset, COMM))
    np.testing.assert_array_equal(y, np.arange(n) + n * other)
    assert [(name, nbytes) for name, *_, nbytes in calls] == [("fetch", 4 * n * (SIZE > 1))]


@pytest.mark.parametrize("first", [-3, 995])
def test_runs_that_leave_the_block_are_truncated(first):
    n = 1000
    x = jnp.arange(float(n)) + n * RANK
    owner, offset = jnp.full((8,), SIZE - 1, jnp.int32), first + jnp.arange(8, dtype=jnp.int32)
    is_there = (offset >= 0) & (offset < n)
    expected = np.where(is_there, offset + n * (SIZE - 1), 0)
    np.testing.assert_array_equal(fetch(x, owner, offset, COMM), expected)
    y = deliver(x, -jnp.ones(8), owner, offset, COMM)
    changed = np.asarray(x)
    if RANK == SIZE - 1:
        changed = changed.copy()
        changed[np.asarray(offset)[np.asarray(is_there)]] = -1
    np.testing.assert_array_equal(y, changed)


LOSSES = {
    "fetch": lambda case, x, y, o, p: fetch(x * x, o, p, COMM),
    **{
        op: lambda case, x, y, o, p, op=op: deliver(x * x, y * y, o, p, COMM, op)
        for op in ("set", "add", "min", "max")
    },
    "mul of distinct rows": lambda case, x, y, o, p: deliver(
        x * x, y * y, o, p, COMM, "mul", unique=True
    ),
}


def reference(name, case, blocks, rows):
    blocks, rows = [x * x for x in blocks], [y * y for y in rows]
    if name == "fetch":
        return case.fetched(blocks)
    op, options = name.split()[0], {"unique_indices": " " in name}
    return case.delivered(blocks, rows, op, **options)


def make_distinct(case):
    """Makes all destinations distinct: the rows of each rank go to its own block."""
    for rank, owners in enumerate(case.owners):
        owners[:] = rank
        case.offsets[rank][:] = np.arange(len(owners))


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", LOSSES)
def test_gradients_equal_those_of_the_global_program(name, order):
    case = Case(UNEVEN, ROWS)
    if " " in name:
        make_distinct(case)
    for rows in case.rows:  # ties, between rows and with the block
        rows[::2] = 0.5
    case.blocks[0][1] = 0.5

    def own(x, y, o, p):
        return total([LOSSES[name](case, x, y, o, p)])

    def everyone(blocks, rows):
        return total(reference(name, case, blocks, rows))

    def gradient(f):
        first = jax.grad(f, argnums=(0, 1))
        if order == 1:
            return first
        inner = lambda x, y, *rest: total(jax.tree.leaves(first(x, y, *rest)))  # noqa: E731
        return jax.grad(inner, argnums=(0, 1))

    expected = jax.jit(gradient(everyone))(list(map(jnp.asarray, case.blocks)), case.rows)
    expected = [values[RANK] for values in expected]
    for transform in (jpi.jit, jax.jit)[:order]:
        assert_same(transform(gradient(own))(*case.own), tuple(expected), what=name)


def test_base_of_a_product_has_a_gradient_though_rows_meet():
    case = Case(UNEVEN, ROWS)
    x, y, owner, offset = case.own
    actual = jax.grad(lambda x: total([deliver(x, y, owner, offset, COMM, "mul")]))(x)
    expected = jax.grad(lambda blocks: total(case.delivered(blocks, case.rows, "mul")))
    assert_same(actual, expected(list(map(jnp.asarray, case.blocks)))[RANK])
    with pytest.raises(NotImplementedError, match="unique_indices=True"):
        jax.grad(lambda y: total([deliver(x, y, owner, offset, COMM, "mul")]))(y)


def test_ranks_with_a_constant_stay_in_step():
    case = Case(UNEVEN, ROWS)
    x, y, owner, offset = case.own

    def loss(x, y):
        base = x if RANK % 2 == 0 else jax.lax.stop_gradient(x)
        rows = y if RANK % 2 else jax.lax.stop_gradient(y)
        return total([deliver(base, rows, owner, offset, COMM)]) * (RANK != 0)

    actual = jpi.jit(jax.grad(loss, argnums=(0, 1)))(x, y)
    assert actual[0].shape == x.shape
    if RANK % 2 == 0:
        assert not np.any(actual[1])


BATCHES = {
    "the blocks": (0, None, None, None),
    "the rows": (None, 1, None, None),
    "blocks and rows": (1, 0, None, None),
    "owners": (None, None, 0, None),
    "offsets": (None, None, None, 1),
    "names": (None, None, 0, 1),
    "all": (1, 2, 1, 0),
}


@pytest.mark.parametrize("mapped", BATCHES)
def test_a_batch_is_one_call(mapped):
    dims, batch = BATCHES[mapped], 3
    cases = [Case(UNEVEN, ROWS, seed=seed, dtype=np.float32) for seed in range(batch)]
    for seed, case in enumerate(cases):
        case.blocks = [x + seed for x in case.blocks]
        case.rows = [y * (1 + seed) for y in case.rows]
    operands = [
        np.stack([case.own[i] for case in cases], dim) if dim is not None else cases[0].own[i]
        for i, dim in enumerate(dims)
    ]

    def each(i, b):
        return operands[i] if dims[i] is None else np.take(operands[i], b, dims[i])

    for name, loss in LOSSES.items():
        if " " in name or (name == "fetch" and mapped == "the rows"):
            continue
        fun = functools.partial(loss, None)
        calls, actual = calls_during(lambda: jpi.jit(jax.vmap(fun, dims))(*operands))  # noqa: B023
        assert len(calls) == 1
        expected = [fun(*(jnp.asarray(each(i, b)) for i in range(4))) for b in range(batch)]
        assert_same(actual, jnp.stack(expected), what=name)


def test_offsets_of_a_batch_do_not_wrap_into_the_block():
    x = jnp.ones((2, 3, 1))
    owner = jnp.zeros((2, 1), jnp.int32)
    offset = jnp.full((2, 1), 2**31 - 1, jnp.int32)
    y = jax.vmap(lambda x, o, p: fetch(x, o, p, COMM))(x, owner, offset)
    np.testing.assert_array_equal(y, np.zeros((2, 1, 1)))


def test_delivery_in_a_loop_keeps_order():
    x, _, owner, offset = Case(UNEVEN, ROWS).own

    def loss(x):
        def step(x, _):
            rows = fetch(x, owner, offset, COMM)
            return deliver(x, rows, offset % SIZE, owner, COMM, "add"), None

        return total([jax.lax.scan(step, x, length=3)[0]])

    value, gradient = jpi.jit(jax.value_and_grad(loss))(x)
    again, same = jax.value_and_grad(loss)(x)
    assert_same((value, gradient), (again, same))
    direction = jnp.asarray(random_array(x.shape, seed=RANK + 5))
    slope = MPI.COMM_WORLD.allreduce(float(jnp.sum(gradient * direction)))
    rate = MPI.COMM_WORLD.allreduce(float(jax.jvp(loss, (x,), (direction,))[1]))
    assert slope == pytest.approx(rate, rel=1e-4, abs=1e-4)


# ---- sorted keys ----

KEYS = "uint8 int8 uint16 int16 uint32 int32 float16 bfloat16 float32".split()
LONGEST = [0, 3, 700, 9000]  # of the runs between two ranks, which are merged in other ways


def sorted_runs(name, longest):
    """For each rank its sorted numbers, and how many go to each rank; some go to none."""
    draw = np.random.default_rng(longest)
    counts = draw.integers(0, longest, (SIZE, SIZE), endpoint=True).astype(np.int32)
    counts[:, -1] //= 3
    high = 100 if "int8" in name else 5000
    numbers = [np.sort(draw.integers(0, high, n.sum() + 2)) for n in counts]
    if not name.startswith("u"):
        numbers = [x - high // 2 for x in numbers]
    if "float" in name:
        numbers = [np.where(x > 0.4 * high, np.nan, x) for x in numbers]
        numbers = [np.where(np.arange(x.size) < 2, -np.inf, x) for x in numbers]
    return [jnp.asarray(x).astype(name) for x in numbers], counts


def runs_to(rank, xs, counts):
    """The runs that arrive at a rank, in one vector."""
    return np.concatenate(
        [np.split(x, np.cumsum(n))[rank] for x, n in zip(xs, counts, strict=True)]
    )


@pytest.mark.parametrize("how", MODES)
@pytest.mark.parametrize("longest", LONGEST)
@pytest.mark.parametrize("name", KEYS)
def test_exchanged_keys_are_merged(name, longest, how):
    xs, counts = sorted_runs(name, longest)
    expected = np.sort(runs_to(RANK, xs, counts).astype(np.float32)).astype(xs[0].dtype)
    keys = ordered_bits(xs[RANK])
    with counting(*MODES[how]):
        y = exchange_sorted(keys, counts[RANK], COMM, len(expected), name)
        merged = exchange_sorted(keys, counts[RANK], COMM, len(expected), keys.dtype)
        jax.block_until_ready((y, merged))  # while all ranks count in this way
    assert y.dtype == name
    np.testing.assert_array_equal(y.astype(np.float32), expected.astype(np.float32))
    np.testing.assert_array_equal(merged, ordered_bits(jnp.asarray(expected)))


def test_exchanged_keys_of_a_batch_are_merged():
    xs, counts = sorted_runs("float32", 50)
    n = len(runs_to(RANK, xs, counts))
    shifts = jnp.arange(3.0)[:, None]

    def one(shift):
        return exchange_sorted(ordered_bits(xs[RANK] + shift), counts[RANK], COMM, n, "float32")

    expected = np.sort(runs_to(RANK, xs, counts)) + shifts
    np.testing.assert_array_equal(jax.jit(jax.vmap(one))(shifts), expected)
