"""Parts of one array, cut together, and their derivative."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from jax.test_util import check_grads

from jpi._blocks.cuts import cut, side_by_side

BOXES = {
    "one": [((1, 3), (0, 4))],
    "the whole": [((0, 5), (0, 4))],
    "the same twice": [((1, 3), (0, 4)), ((1, 3), (0, 4))],
    "shifted": [((0, 3), (1, 4)), ((1, 4), (1, 4)), ((2, 5), (0, 3)), ((1, 4), (0, 3))],
    "the whole and parts": [((0, 5), (0, 4)), ((0, 1), (0, 4)), ((4, 5), (1, 2))],
    "disjoint": [((0, 2), (0, 4)), ((3, 5), (0, 4))],
    "none": [((2, 2), (0, 4)), ((0, 0), (0, 0)), ((1, 5), (0, 4))],
}
PIECES = {"array": None, "rows": (0, [1, 4]), "columns": (1, [3]), "no rows": (0, [0, 2, 2])}


def pieces_of(kind, x):
    """What is cut, as arrays and a function of them."""
    if PIECES[kind] is None:
        return [x], lambda x: x
    dim, places = PIECES[kind]
    return jnp.split(x, places, axis=dim), lambda *pieces: side_by_side(pieces, dim)


def compared(kind, boxes, dtype="float32"):
    """The same function of the pieces, by `cut` and by slices."""
    rng = np.random.default_rng(3)
    x = jnp.asarray(rng.normal(size=(5, 4)), dtype)
    pieces, join = pieces_of(kind, x)
    weights = [jnp.asarray(rng.normal(size=[b - a for a, b in box]), dtype) for box in boxes]

    def combined(parts):
        return sum(jnp.sum(w * p * p) for w, p in zip(weights, parts, strict=True))

    def by_slices(*pieces):
        whole = lax.concatenate(pieces, PIECES[kind][0]) if PIECES[kind] else pieces[0]
        return combined([lax.slice(whole, *zip(*box, strict=True)) for box in boxes])

    return pieces, lambda *pieces: combined(cut(join(*pieces), boxes)), by_slices


@pytest.mark.parametrize("kind", PIECES)
@pytest.mark.parametrize("boxes", BOXES.values(), ids=list(BOXES))
def test_parts_and_their_derivatives_are_those_of_slices(kind, boxes):
    pieces, by_cut, by_slices = compared(kind, boxes)
    every = tuple(range(len(pieces)))
    batch = [jnp.stack([x, 2 * x]) for x in pieces]
    for transform, args in [
        (lambda f: f, pieces),
        (lambda f: jax.grad(f, every), pieces),
        (lambda f: jax.hessian(f, every), pieces),
        (jax.vmap, batch),
        (lambda f: jax.vmap(jax.grad(f, every)), batch),
    ]:
        got, expected = (jax.jit(transform(f))(*args) for f in (by_cut, by_slices))
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, 2e-6, 2e-6), got, expected)


@pytest.mark.parametrize("kind", PIECES)
def test_what_no_part_contains_has_the_derivative_zero(kind):
    pieces, by_cut, _ = compared(kind, [((0, 1), (0, 1))])
    rates = jax.grad(by_cut, tuple(range(len(pieces))))(*pieces)
    assert [rate.shape for rate in rates] == [piece.shape for piece in pieces]
    assert sum(map(np.count_nonzero, rates)) == 1


def test_a_scalar_and_a_batch_of_one_piece_alone():
    assert cut(jnp.float32(3), [(), ()]) == [3, 3]

    def rows(low, own):
        return jnp.stack(cut(side_by_side([low, own], 0), [((0, 2), (0, 3)), ((1, 3), (0, 3))]))

    low, own = jnp.ones((4, 1, 3)), jnp.arange(6.0).reshape(2, 3)
    got = jax.vmap(rows, (0, None))(low, own)
    np.testing.assert_array_equal(got, jnp.stack([rows(x, own) for x in low]))
    check_grads(rows, (low[0], own), order=2)


def wrapped(x, low, high):
    """Rows received around those of ``x``, and columns on around its ends."""
    rows = side_by_side([low, x, high], 0)
    (count, width), dim = rows.shape, 1
    ends = [rows.part(((0, count), span)) for span in ((width - 2, width), (0, 1))]
    return side_by_side([ends[0], rows, ends[1]], dim)


def test_an_array_may_be_in_several_tiles():
    rng = np.random.default_rng(5)
    low, x, high = (jnp.asarray(rng.normal(size=(n, 4)), "float32") for n in (1, 5, 2))
    boxes = [
        ((0, 8), (0, 7)),
        ((1, 6), (2, 6)),
        ((0, 5), (0, 4)),
        ((2, 7), (3, 7)),
        ((3, 3), (0, 7)),
    ]
    assert wrapped(x, low, high).shape == (8, 7)

    def by_cut(x, low, high):
        return sum(jnp.sum(jnp.sin(y) * y.size) for y in cut(wrapped(x, low, high), boxes))

    def by_slices(x, low, high):
        whole = jnp.pad(jnp.concatenate([low, x, high]), ((0, 0), (2, 1)), mode="wrap")
        parts = [lax.slice(whole, *zip(*box, strict=True)) for box in boxes]
        return sum(jnp.sum(jnp.sin(y) * y.size) for y in parts)

    for transform in (lambda f: f, lambda f: jax.grad(f, (0, 1, 2)), lambda f: jax.hessian(f)):
        got, expected = (jax.jit(transform(f))(x, low, high) for f in (by_cut, by_slices))
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, 2e-5, 2e-5), got, expected)
    part = wrapped(x, low, high).part(((1, 8), (1, 7))).part(((0, 5), (0, 6)))
    (whole,) = cut(wrapped(x, low, high), [((0, 8), (0, 7))])
    np.testing.assert_array_equal(cut(part, [((0, 5), (0, 6))])[0], whole[1:6, 1:7])
