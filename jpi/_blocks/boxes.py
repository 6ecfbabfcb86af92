"""Parts of matrices as one vector, and back: what an exchange sends and receives.

XLA would copy each part, and then all of them. On a CPU native/local/boxes.h copies each row of a
part once.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from jpi._blocks.local_primitives import register, with_batch_first
from jpi._jax import names as _jax

Box = tuple[int, int, int, int]  # rows from and to, columns from and to

pack_p = _jax.Primitive("jpi_pack")
unpack_p = _jax.Primitive("jpi_unpack")


def pack(x: Any, groups: Sequence[Sequence[Box]]) -> Any:
    """Parts of the matrices of a batch, one group after the other, in one dimension.

    A group has the parts of the first matrix, then those of the second, ...
    """
    return pack_p.bind(x, **_parameters(groups))


def unpack(
    flat: Any,
    groups: Sequence[Sequence[Box]],
    kept: Any,
    places: Sequence[tuple[Box, Box]],
    shape: Sequence[int],
) -> Any:
    """Matrices of ``shape`` with the parts that `pack` has made ``flat``.

    Parts of ``kept`` are copied to parts of them, and what is left is zero.

    Args:
        places: the parts of ``kept``, each with its place.
    """
    params = {**_parameters(groups), "places": tuple(places), "shape": tuple(shape)}
    return unpack_p.bind(flat, kept, **params)


def area(box: Box) -> int:
    top, bottom, left, right = box
    return (bottom - top) * (right - left)


def _parameters(groups: Sequence[Sequence[Box]]) -> dict[str, Any]:
    boxes = tuple(tuple(box) for group in groups for box in group)
    return {"counts": tuple(map(len, groups)), "boxes": boxes}


def _groups(counts: Sequence[int], boxes: Sequence[Box]) -> list[Sequence[Box]]:
    ends = itertools.accumulate(counts)
    return [boxes[end - count : end] for count, end in zip(counts, ends, strict=True)]


def _pack_by_xla(x: Any, *, counts: Sequence[int], boxes: Sequence[Box]) -> Any:
    vectors = [jnp.zeros((0,), x.dtype)]
    for group in _groups(counts, boxes):
        parts = [x[..., a:b, c:d].reshape(*x.shape[:-2], (b - a) * (d - c)) for a, b, c, d in group]
        vectors += [jnp.concatenate(parts, -1).ravel()] if parts else []
    return jnp.concatenate(vectors)


def _unpack_by_xla(
    flat: Any,
    kept: Any,
    *,
    counts: Sequence[int],
    boxes: Sequence[Box],
    places: Sequence[tuple[Box, Box]],
    shape: Sequence[int],
) -> Any:
    x, batch, start = jnp.zeros(shape, flat.dtype), math.prod(shape[:-2]), 0
    for group in _groups(counts, boxes):
        sizes = list(map(area, group))
        parts = flat[start : start + batch * sum(sizes)].reshape(*shape[:-2], sum(sizes))
        start += batch * sum(sizes)
        for (a, b, c, d), end, size in zip(group, itertools.accumulate(sizes), sizes, strict=True):
            part = parts[..., end - size : end].reshape(*shape[:-2], b - a, d - c)
            x = x.at[..., a:b, c:d].set(part)
    for (i, j, k, m), (a, b, c, d) in places:
        x = x.at[..., a:b, c:d].set(kept[..., i:j, k:m])
    return x


def _packed_type(x: Any, *, counts: Sequence[int], boxes: Sequence[Box]) -> Any:
    return x.update(shape=(math.prod(x.shape[:-2]) * sum(map(area, boxes)),))


def _one_by_one(primitive: Any) -> Callable[..., Any]:
    """A vector begins with the parts for one rank, so a batch of vectors is not one vector."""

    def batch(operands: Any, dims: Any, **params: Any) -> tuple[Any, int]:
        each = with_batch_first(operands, dims)
        return lax.map(lambda xs: primitive.bind(*xs, **params), each), 0

    return batch


register(
    pack_p,
    "jpi_pack",
    _pack_by_xla,
    *("counts", "boxes"),
    types=_packed_type,
    uses_blas=False,
    batch=_one_by_one(pack_p),
)
register(
    unpack_p,
    "jpi_unpack",
    _unpack_by_xla,
    *("counts", "boxes", "places", "shape"),
    types=lambda flat, kept, shape, **params: flat.update(shape=shape),
    uses_blas=False,
    unsent=("shape",),
    batch=_one_by_one(unpack_p),
)
