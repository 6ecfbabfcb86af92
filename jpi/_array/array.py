"""DistArray: an array of which each rank holds one block."""

from __future__ import annotations

import operator
from types import EllipsisType
from typing import Any, overload

import jax
import jax.numpy as jnp
import numpy as np

from jpi._array import data_dependent as data_dependent  # registers `nonzero` and its like
from jpi._array.index import getitem, hashable_index
from jpi._array.leaf import Leaf
from jpi._array.masks import is_mask, take
from jpi._array.methods import Methods
from jpi._array.pickling import restored, saved
from jpi._array.pytree import IN_SPMD, register
from jpi._array.update import At
from jpi._blocks.redistribute import redistribute
from jpi._call.call import call
from jpi._call.closure import as_global, is_tracing_globally
from jpi._call.sharded import LATE, whole_or_sharded
from jpi._jax import names as _jax
from jpi._jax.tracebacks import api
from jpi._mpi.mesh import Mesh
from jpi._ordered.compile import compiled_when_eager
from jpi._primitives.moves import gather_p

_Slices = slice | EllipsisType | None


_OUTSIDE = "use jpi.numpy, jpi.spmd(f), or x.gather(); jpi.numpy.asarray makes one of a plain array"


class _Named(type):
    """The name of DistArray in JAX's own errors, which says what to do."""

    def __repr__(cls) -> str:
        return f"<class 'jpi.DistArray'> ({IN_SPMD if is_tracing_globally() else _OUTSIDE})"


@api
class DistArray(Methods, metaclass=_Named):
    """An array with a global shape, split into one block per rank.

    It behaves as a `jax.Array` of the global shape in the functions of `jpi.numpy`, in operators
    and in JAX's transforms; full reductions of it are plain `jax.Array` scalars. Make one with
    `jpi.numpy.asarray`, another creation function, or `jpi.from_shard`.

    Pickling it saves this rank's block, the mesh's axes, the layout and the rank: keep one file per
    rank, and load each on the same rank of a run of the same size.
    """

    __module__ = "jpi"  # pickles name it: where it is public, not where it is defined
    __array_priority__ = 200

    @property
    def T(self) -> DistArray:
        return self.transpose()

    @property
    def mT(self) -> DistArray:
        return call(jnp.matrix_transpose, (self,), {})

    @property
    def real(self) -> DistArray:
        return call(jnp.real, (self,), {})

    @property
    def imag(self) -> DistArray:
        return call(jnp.imag, (self,), {})

    def gather(self, root: int | None = None) -> jax.Array:
        """The whole array as a plain `jax.Array`, on every rank or on ``root`` only.

        Shapes: the global shape; with ``root``, the other ranks get an array without rows.
        Communication: an allgather, the bytes of the array per rank; a gather with ``root``.
        Errors: ValueError if ``root`` is not a rank.
        """
        if is_tracing_globally():
            return as_global(self)
        if root is None:
            return redistribute(self._shard, self.comm, self._layout, self._layout.replicated())
        root = operator.index(root)
        if not 0 <= root < self.comm.size:
            raise ValueError(
                f"`root` must be a rank, 0 to {self.comm.size - 1}; got {root}. "
                "Leave it out to gather on every rank."
            )
        return _gather_on(self, root)

    def redistribute(self, spec: Any, mesh: Mesh | None = None) -> DistArray | jax.Array:
        """The same array, sharded as ``spec`` says; plain, on every rank, if no axis shards it.

        Args:
            spec: the mesh axes over which each dimension is sharded.
            mesh: the mesh whose axes ``spec`` names, over the ranks of this array's communicator;
                the array's own by default.

        Communication: one exchange, in which every rank receives what it does not hold and nothing
        else; none where each new block is part of the rank's old one.
        Errors: ValueError for a spec that does not fit the mesh or the array, and for a mesh over
        another communicator.
        """
        if is_tracing_globally():
            return as_global(self)
        mesh = self._mesh if mesh is None else mesh
        if mesh.comm is not self.comm:
            raise ValueError(
                f"`mesh` must be over the array's communicator, {self.comm.words}; got {mesh} over "
                f"{mesh.comm.words}. Make it with jpi.make_mesh(..., comm=x.comm.mpi)."
            )
        target = mesh.layout(self.shape, spec)
        local = redistribute(self._shard, self.comm, self._layout, target)
        return whole_or_sharded(DistArray, local, mesh, target)

    def block_until_ready(self) -> DistArray:
        """This array, once this rank's block is computed."""
        self._shard.block_until_ready()
        return self

    def astype(self, dtype: Any, copy: bool = False, device: Any = None) -> DistArray:
        x = call(jnp.astype, (self, dtype), {"copy": copy})
        return x if device is None else x.to_device(device)

    def reshape(self, *shape: Any, order: str = "C", out_sharding: None = None) -> DistArray:
        wanted = shape[0] if len(shape) == 1 else shape
        return call(jnp.reshape, (self, wanted), {"order": order, "out_sharding": out_sharding})

    def transpose(self, *axes: Any) -> DistArray:
        order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
        return call(jnp.transpose, (self, order or None), {})

    def flatten(self, order: str = "C", *, out_sharding: None = None) -> DistArray:
        return self.ravel(order=order, out_sharding=out_sharding)

    def compress(self, condition: Any, axis: int | None = None, **kwargs: Any) -> Any:
        return call(jnp.compress, (condition, self), {"axis": axis, **kwargs})

    @overload
    def __getitem__(self, index: _Slices | tuple[_Slices, ...], /) -> DistArray: ...
    @overload
    def __getitem__(self, index: Any, /) -> DistArray | jax.Array: ...
    def __getitem__(self, index: Any, /) -> Any:
        if any(map(is_mask, index if isinstance(index, tuple) else (index,))):
            return take(self, index)
        return call(getitem, (self, hashable_index(index)), {})

    def __setitem__(self, index: Any, value: Any) -> None:
        jnp.zeros(0)[index] = value  # raises the error of JAX's arrays

    @property
    def at(self) -> At:
        """New arrays that differ from this one at an index: ``x.at[index].set(values)``, ..."""
        return At(self)

    def __copy__(self) -> DistArray:
        return self

    def __deepcopy__(self, memo: Any) -> DistArray:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return DistArray._restored, saved(self)

    @classmethod
    def _restored(cls, *saved: Any) -> DistArray:
        return restored(cls, *saved)

    def __repr__(self) -> str:
        box = self._layout.box(self._mesh.coordinates)
        block = ", ".join(f"{start}:{stop}" for start, stop in box)
        return (
            f"DistArray(shape={self.shape}, dtype={getattr(self._typed, 'dtype', None)}, "
            f"spec={self.spec}, rank {self.comm.rank} of {self.comm.size} holds [{block}]:\n"
            f"{'not computed yet' if self._local is LATE else _shown(self._local)})"
        )


def _shown(shard: Any) -> str:
    """The numbers of a block, or what there is in their place: a tracer, a deleted buffer."""
    try:
        if isinstance(shard, _jax.Tracer) or not isinstance(shard, jax.Array):
            return str(shard)
        if shard.is_deleted():
            return "deleted: it was given away by donate_argnums"
        if jnp.issubdtype(shard.dtype, jax.dtypes.prng_key):
            return str(shard)
        return np.array2string(np.asarray(shard), threshold=20)
    except Exception as error:  # a computation that failed, or a mode that forbids the transfer
        return f"{type(error).__name__}: {error}"


class _LeafNamed(_Named, type(jax.Array)):  # type: ignore[misc]
    pass


class _Leaf(DistArray, Leaf, metaclass=_LeafNamed):  # type: ignore[misc]
    """A DistArray as a leaf of a tree. It is not registered as a pytree itself."""

    addressable_shards = Leaf.addressable_shards

    def __copy__(self) -> DistArray:
        return DistArray(self._shard, self._mesh, self._layout)

    def __deepcopy__(self, memo: Any) -> DistArray:
        return self.__copy__()

    sharding = Leaf.sharding  # JAX asks for it, and must not take "none" for an answer


DistArray.kind = DistArray
register(DistArray, _Leaf)


def _root_block(x: DistArray, root: int) -> Any:
    rows = x._mesh.layout(x.shape, x._mesh.default_spec)
    local = redistribute(x._shard, x.comm, x._layout, rows)
    return gather_p.bind(
        local, comm=x._mesh.subcomm(x._mesh.axis_names), counts=rows.counts(0), root=root
    )


_gather_on = compiled_when_eager(_root_block, static_argnums=1)
