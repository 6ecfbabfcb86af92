"""Fourier transforms: along each dimension while it is unsharded, with another one sharded.

If no other dimension is long enough for that, it transforms along a sharded dimension.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from jax import lax

from jpi._evaluation.registry import Call, rule
from jpi._evaluation.values import Placed, Value, region_of
from jpi._layout.layout import Axes, layout
from jpi._mpi.mesh import Mesh
from jpi._rules._fft_lines import moved, transform_line, transform_whole

Kind = lax.FftType
_COMPLEX = {Kind.RFFT: Kind.FFT, Kind.IRFFT: Kind.IFFT}  # along all dimensions but the last


@rule("fft")
def fft(call: Call, value: Value, *, fft_type: Any, fft_lengths: Any, **params: Any) -> Value:
    lengths = dict(zip(range(value.ndim - len(fft_lengths), value.ndim), fft_lengths, strict=True))
    *others, last = lengths
    placed = value.settle(call.mesh)
    if not math.prod(value.shape):
        whole = placed.placement.replicated()
        placed = Placed(placed.take(region_of(call.mesh, whole)), whole)
    if not any(placed.placement.parts(dim) > 1 for dim in lengths):
        spec = placed.spec
        return Placed(call.bind(placed.local), layout(call.shape, call.mesh.axes, spec))
    complex_kind = _COMPLEX.get(fft_type, fft_type)
    stages = [(fft_type, [last]), (complex_kind, others)]
    if fft_type == Kind.IRFFT:  # half of its last dimension is redundant, so it is the last step
        stages.reverse()
    elif fft_type not in _COMPLEX:
        stages = [(fft_type, [*others, last])]
    for position, (kind, dims) in enumerate(stages):
        later = [dim for _, rest in stages[position + 1 :] for dim in rest]
        placed = _transform(call.mesh, placed, kind, {d: lengths[d] for d in dims}, later)
    return placed


def _transform(
    mesh: Mesh, placed: Placed, kind: Any, lengths: dict[int, int], later: Sequence[int]
) -> Placed:
    """The transform of one kind along some dimensions, in the best order for the layout."""
    todo = list(lengths)
    while todo:
        ready = [dim for dim in todo if placed.placement.parts(dim) == 1][-3:]
        if not ready:
            dim = todo[-1]
            placed = _shard_another(mesh, placed, dim, [*todo, *later])
            if placed.placement.parts(dim) > 1:
                placed = transform_line(mesh, placed, kind, dim, lengths[dim])
                todo.remove(dim)
            continue
        placed = transform_whole(mesh, placed, kind, ready, [lengths[dim] for dim in ready])
        todo = [dim for dim in todo if dim not in ready]
    return placed


def _shard_another(mesh: Mesh, placed: Placed, dim: int, busy: Sequence[int]) -> Placed:
    """``placed`` with ``dim`` unsharded and each of its mesh axes moved to another dimension.

    It is the dimension with the largest blocks, preferably one that is not ``busy``. If none is
    long enough, ``placed`` does not change.
    """
    spec = list(placed.spec)
    axes, spec[dim] = spec[dim], ()
    for name in axes:
        other = _roomiest(mesh, placed.shape, spec, dim, name, busy)
        if other is None:
            return placed
        spec[other] = (*spec[other], name)
    return moved(mesh, placed, tuple(spec))


def _roomiest(
    mesh: Mesh, shape: Sequence[int], spec: Sequence[Axes], dim: int, name: str, busy: Sequence[int]
) -> int | None:
    """The dimension besides ``dim`` that is best for the axis ``name``, if any."""
    room = [
        n // math.prod(mesh.shape[a] for a in axes) for n, axes in zip(shape, spec, strict=True)
    ]
    fitting = [d for d in range(len(shape)) if d != dim and room[d] >= mesh.shape[name]]
    return max(fitting, key=lambda d: (d not in busy, room[d]), default=None)
