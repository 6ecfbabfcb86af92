"""`jax.lax.associative_scan` of distributed arrays, along a sharded axis too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax

from jpi._array.array import DistArray
from jpi._blocks.prefixes import scan_over
from jpi._blocks.redistribute import redistribute
from jpi._call.arguments import common_mesh, is_sharded
from jpi._call.call import call
from jpi._jax.tracebacks import api
from jpi._layout.layout import layout
from jpi._mpi.mesh import Mesh
from jpi._ordered.compile import compiled_when_eager


@api
def associative_scan(fn: Callable, elems: Any, reverse: bool = False, axis: int = 0) -> Any:
    """`jax.lax.associative_scan` on distributed arrays: running results of ``fn``.

    Args:
        fn: an associative function of two trees like ``elems``, of any equal number of elements
            along ``axis``: ``jnp.add``, a product of matrices, a step of a linear recurrence.
        elems: a tree of DistArrays, equally long along ``axis``.
        reverse: whether to run from the last element to the first.
        axis: the axis to scan along.

    Where ``axis`` is sharded, ``fn`` gets plain local arrays that hold some of the whole elements:
    axes that shard other dimensions shard ``axis`` instead. There the gradient with respect to
    other values that ``fn`` uses is wrong: put them into ``elems``, or pass them through
    `jpi.spread`. Where ``axis`` is unsharded, this is ``jpi.spmd(jax.lax.associative_scan)``.

    Communication: shifts of one element by 1, 1, 2, 4, ... ranks.
    Errors: TypeError if not every leaf is a DistArray. ValueError for arrays of different meshes or
    lengths, and for an axis that one of them lacks.
    """
    leaves, tree = jax.tree.flatten(elems, is_leaf=is_sharded)
    if not any(map(is_sharded, leaves)):
        return jax.lax.associative_scan(fn, elems, reverse, axis)
    dim = _dimension(leaves, axis)
    if not any(x._layout.spec[dim] for x in leaves):
        scan = lambda xs: jax.lax.associative_scan(fn, xs, reverse, axis)  # noqa: E731
        return call(scan, (elems,), {})

    def combine(before: list[Any], after: list[Any]) -> list[Any]:
        results = fn(jax.tree.unflatten(tree, before), jax.tree.unflatten(tree, after))
        return jax.tree.leaves(results)

    mesh = common_mesh(leaves, "associative_scan")
    return jax.tree.unflatten(tree, _scan(leaves, combine, mesh, dim, reverse))


def _dimension(leaves: Sequence[Any], axis: int) -> int:
    if not all(map(is_sharded, leaves)):
        raise TypeError(
            "`elems` of associative_scan must hold DistArrays only; got a plain array among them. "
            "Convert it with jpi.numpy.asarray."
        )
    if not all(-x.ndim <= axis < x.ndim for x in leaves):
        raise ValueError(
            f"`axis` must be one of every array in `elems`; got {axis} for shapes "
            f"{[x.shape for x in leaves]}. Scan along an axis that all of them have."
        )
    lengths = {x.shape[axis] for x in leaves}
    dims = {axis % x.ndim for x in leaves}
    if len(lengths) > 1 or len(dims) > 1:
        raise ValueError(
            f"`elems` must be equally long along `axis`, counted alike; got axis {axis} of shapes "
            f"{[x.shape for x in leaves]}. Count from the front, along an axis of one length."
        )
    return dims.pop()


def _scan(
    leaves: Sequence[DistArray], combine: Callable, mesh: Mesh, dim: int, reverse: bool
) -> list[DistArray]:
    axes = mesh.ordered(*(x._layout.axes for x in leaves))
    only = (*((),) * dim, axes)
    targets = [layout(x.shape, mesh.axes, only) for x in leaves]
    bounds = targets[0].offsets(dim)

    def of_blocks(*blocks: Any) -> list[Any]:
        moved = [
            redistribute(block, mesh.comm, x._layout, target)
            for block, x, target in zip(blocks, leaves, targets, strict=True)
        ]
        pairwise = lambda a, b: combine(list(a), list(b))  # noqa: E731
        scanned = jax.lax.associative_scan(pairwise, moved, reverse, dim)
        return scan_over(scanned, combine, mesh, axes, bounds, dim, reverse)

    results = compiled_when_eager(of_blocks)(*(x._shard for x in leaves))
    return [DistArray(x, mesh, target) for x, target in zip(results, targets, strict=True)]
