"""Messages whose type differs from that of the array which receives them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from harness.ranks import RANK, SIZE
from mpi4py import MPI
from support.oracle import assert_same

import jpi

pytestmark = pytest.mark.mpi(min_size=2)

PARTNER = RANK ^ 1
ALONE = PARTNER >= SIZE  # of an odd number of ranks the last one
DIFFERENT = {  # of as many bytes
    "dtype": (("float32", (4,)), ("int32", (4,))),
    "half": (("bfloat16", (4,)), ("float16", (4,))),
    "size": (("float32", (4,)), ("complex64", (2,))),
    "shape": (("float32", (2, 3)), ("float32", (3, 2))),
}


@pytest.fixture
def full(monkeypatch):
    monkeypatch.setattr(jpi.config, "check", "full")


def exchange(x):
    return jpi.sendrecv(x, x, source=PARTNER, dest=PARTNER)


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("case", DIFFERENT)
def test_types_that_differ_are_an_error_on_both_ranks(case):
    if ALONE:
        return
    own, other = (DIFFERENT[case][i % 2] for i in (RANK, PARTNER))
    names = ["{}[{}]".format(dtype, ",".join(map(str, shape))) for dtype, shape in (own, other)]
    with pytest.raises(Exception, match="shape and dtype of the message") as error:
        jax.block_until_ready(exchange(jnp.ones(own[1], own[0])))
    assert f"got {names[0]} of" in str(error.value)
    assert f"for {names[1]} from rank {PARTNER}" in str(error.value)
    next_one = exchange(jnp.full((3,), float(RANK)))
    assert_same(next_one, np.full((3,), PARTNER, np.float32))  # nothing was left over


@pytest.mark.usefixtures("full")
def test_messages_from_anyone_are_those_without_the_check():
    status = MPI.Status()
    if RANK:
        jpi.send(jnp.arange(3.0) + RANK, 0, tag=7 + RANK)
        return
    for _ in range(SIZE - 1):
        received = np.asarray(jpi.recv(jnp.zeros(3), status=status))
        assert status.Get_tag() == 7 + status.Get_source()
        assert_same(received, np.arange(3.0, dtype=np.float32) + status.Get_source())


@pytest.mark.usefixtures("full")
def test_cotangents_go_back():
    if ALONE:
        return
    x = jnp.arange(3.0) + RANK
    found = jax.grad(lambda x: jnp.sum(exchange(x) ** 2) * (1 + RANK))(x)
    assert_same(found, 2 * np.asarray(x) * (1 + PARTNER))
