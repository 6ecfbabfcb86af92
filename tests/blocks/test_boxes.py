"""Parts of matrices as one vector, on a CPU and by XLA."""

import jax
import numpy as np
import pytest
from support.oracle import random_array

from jpi._blocks import boxes
from jpi._blocks.boxes import pack, unpack

pytestmark = pytest.mark.sweep(1)  # no rank meets another one

GROUPS = [[(0, 2, 1, 4), (3, 5, 0, 2)], [], [(2, 2, 0, 3), (2, 3, 0, 5)]]
PLACES = [((0, 2, 0, 2), (0, 2, 4, 6)), ((1, 2, 3, 6), (4, 5, 3, 6))]
FLAT = {"boxes": tuple(box for group in GROUPS for box in group), "counts": (2, 0, 2)}


def parts_of(x):
    """The numbers in order: groups, matrices, parts."""
    matrices = x.reshape(-1, *x.shape[-2:])
    return np.concatenate(
        [m[a:b, c:d].ravel() for group in GROUPS for m in matrices for a, b, c, d in group]
    )


def put_together(x, other):
    result = np.zeros_like(x)
    for a, b, c, d in FLAT["boxes"]:
        result[..., a:b, c:d] = x[..., a:b, c:d]
    for (i, j, k, m), (a, b, c, d) in PLACES:
        result[..., a:b, c:d] = other[..., i:j, k:m]
    return result


@pytest.mark.parametrize("shape", [(5, 6), (2, 3, 5, 6), (0, 5, 6)], ids=str)
@pytest.mark.parametrize("dtype", ["float32", "complex64", "int8"])
def test_parts_become_a_vector_and_come_back(shape, dtype):
    x = random_array(shape, dtype)
    flat = parts_of(x) if x.size else np.zeros(0, dtype)
    np.testing.assert_array_equal(pack(x, GROUPS), flat)
    np.testing.assert_array_equal(boxes._pack_by_xla(x, **FLAT), flat)
    other = random_array((*shape[:-2], 3, 7), dtype, seed=1)
    back = unpack(flat, GROUPS, other, PLACES, shape)
    np.testing.assert_array_equal(back, put_together(x, other))
    back = boxes._unpack_by_xla(flat, other, places=PLACES, shape=shape, **FLAT)
    np.testing.assert_array_equal(back, put_together(x, other))


def test_each_of_a_batch_has_a_vector():
    x = random_array((3, 5, 6))
    flat = jax.vmap(lambda x: pack(x, GROUPS))(x)
    np.testing.assert_array_equal(flat, [parts_of(m) for m in x])
    back = jax.vmap(lambda flat, x: unpack(flat, GROUPS, x, PLACES, (5, 6)))(flat, x)
    np.testing.assert_array_equal(back, put_together(x, x))
