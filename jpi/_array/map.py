"""Functions of blocks, and their results as distributed arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax

from jpi._array.array import DistArray
from jpi._array.assemble import from_shard
from jpi._array.halo import Mode, halo
from jpi._blocks.over_axes import spread_over
from jpi._blocks.redistribute import redistribute
from jpi._call.arguments import ARRAYS, common_mesh, is_sharded
from jpi._jax.tracebacks import api
from jpi._layout.layout import Axes
from jpi._layout.spec import spec_entries
from jpi._mpi.given import compare_given
from jpi._mpi.mesh import Mesh, current_mesh


@api
def map_shards(f: Callable[..., Any], *xs: Any, out_spec: Any = None) -> Any:
    """``f`` of every rank's blocks, with its results as the blocks of distributed arrays.

    Args:
        f: a function of local arrays. It may call collectives of `jpi`.
        xs: its arguments, trees of arrays. For a DistArray, ``f`` gets this rank's block; a plain
            array is a value that all ranks share, and its gradient is summed over them.
        out_spec: one spec for all results; that of the first DistArray among the arguments by
            default. A result is replicated over the axes that the spec does not name: there ``f``
            must return the same on every rank.

    The gradient with respect to other values that ``f`` uses is wrong: pass them as arguments, or
    through `jpi.spread`.

    Shapes: as `jpi.from_shard`: blocks of any sizes follow each other along a sharded dimension.
    Communication: the shapes are gathered (when tracing, under a transform), and blocks that are
    not balanced are rebalanced by one exchange.
    Errors: ValueError if the arguments are on different meshes, or blocks do not fit together.
    """
    if not xs:
        raise TypeError("map_shards must get arrays; got a function only. Call map_shards(f, x).")
    leaves = jax.tree.leaves(xs, is_leaf=is_sharded)
    arrays = [x for x in leaves if is_sharded(x)]
    mesh = common_mesh(arrays, "map_shards") if arrays else current_mesh()
    spec = out_spec
    if spec is None:
        spec = arrays[0].spec if arrays else mesh.default_spec
    differing = [*(x._layout.axes for x in arrays), *spec_entries(spec, mesh.axes)]
    used = mesh.ordered(*differing)
    _compare_plain("map_shards", leaves, mesh)
    blocks = jax.tree.map(lambda x: _block(x, mesh, used), xs, is_leaf=is_sharded)
    return jax.tree.map(lambda y: from_shard(y, spec=spec, mesh=mesh), f(*blocks))


@api
def stencil(
    f: Callable[..., Any],
    x: DistArray,
    width: Any,
    mode: Mode = "periodic",
    *,
    axis: int | Sequence[int] | None = None,
    args: Sequence[Any] = (),
) -> Any:
    """``f`` of every block padded with its neighbours' rows, as an array with the layout of ``x``.

    Args:
        f: a function of the padded block and of ``args``, which returns the block without padding
            (or a tree of such): with ``width`` 1, ``lambda p: p[2:] - p[:-2]``, for instance.
        x: the distributed array.
        width, mode, axis: as in `jpi.halo`.
        args: further arguments of ``f``, trees of arrays. For a DistArray, ``f`` gets this rank's
            block, of one that has the shape of ``x`` the block in the layout of ``x``; a plain
            array is a value that all ranks share, and its gradient is summed over them.

    Shapes: that of ``x``. Communication: that of `jpi.halo`; one exchange for each of the ``args``
    with the shape of ``x`` in another layout.
    Errors: those of `jpi.halo`; ValueError if ``f`` returns another shape than the block's, or the
    arrays are on different meshes.

    Example: ``jpi.stencil(lambda p: (p[2:] - p[:-2]) / (2 * dx), u, 1)``
    """
    padded = halo(x, width, axis, mode)
    leaves = jax.tree.leaves(tuple(args), is_leaf=is_sharded)
    common_mesh([x, *filter(is_sharded, leaves)], "stencil")
    _compare_plain("stencil", leaves, x.mesh)

    def block(arg: Any) -> Any:
        return _block(_laid_out_as(x, arg), x.mesh, x._layout.axes)

    results = f(padded, *jax.tree.map(block, tuple(args), is_leaf=is_sharded))
    return jax.tree.map(lambda y: _in_place_of(x, y, padded.shape), results)


def _compare_plain(function: str, leaves: Sequence[Any], mesh: Mesh) -> None:
    plain = [x for x in leaves if isinstance(x, ARRAYS) and not is_sharded(x)]
    compare_given(f"a plain array in {function}", plain, mesh.comm)


def _in_place_of(x: DistArray, y: Any, padded: tuple[int, ...]) -> DistArray:
    if y.shape != x.shard.shape:
        raise ValueError(
            f"`f` of stencil must return an array of the block's shape {x.shard.shape} for a "
            f"padded block of shape {padded}; got shape {y.shape}. Remove the padding."
        )
    return DistArray(y, x.mesh, x._layout)


def _laid_out_as(x: DistArray, arg: Any) -> Any:
    if not is_sharded(arg) or arg.shape != x.shape:
        return arg
    return DistArray(redistribute(arg._shard, x.comm, arg._layout, x._layout), x.mesh, x._layout)


def _block(x: Any, mesh: Mesh, used: Axes) -> Any:
    """The operand on this rank, where the computation differs along the axes ``used``."""
    if is_sharded(x):
        return spread_over(x.shard, mesh, used, x._layout.axes)
    return spread_over(jax.numpy.asarray(x), mesh, used)
