"""What can be read by blocks: it has a shape, a dtype, and gives a part of itself when indexed."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from jpi._call.arguments import is_sharded
from jpi._layout.layout import Box

_ALIGNMENT = 64  # bytes: a block that begins at a multiple of it, JAX takes without a copy


def is_source(x: Any) -> bool:
    """Whether ``x`` is data elsewhere, of which a part can be read: a dataset, or a memory map.

    An array that is in memory has a buffer (DLPack); a table of pandas looks up labels.
    """
    if isinstance(x, np.memmap):
        return bool(x.ndim)
    if is_sharded(x) or isinstance(x, np.ndarray | np.generic | jax.Array | jax.ShapeDtypeStruct):
        return False
    if any(hasattr(x, name) for name in ("__dlpack__", "__jax_array__", "aval", "iloc")):
        return False
    return all(hasattr(x, name) for name in ("shape", "dtype", "__getitem__"))


def dtype_of(source: Any) -> np.dtype:
    """The dtype of the numbers; TensorStore has types of its own."""
    return np.dtype(getattr(source.dtype, "numpy_dtype", source.dtype))


def read(source: Any, box: Box) -> np.ndarray:
    """A part of ``source``, and no other part, in memory that nothing else uses."""
    index = tuple(slice(*span) for span in box)
    if hasattr(source, "read_into"):
        return _read_into(source, index, box)
    if is_tensorstore(source):
        return _read_tensorstore(source, box)
    if hasattr(source, "read_direct"):
        return _read_hdf5(source, index, box)
    block = source[index]
    if isinstance(block, np.ma.MaskedArray):
        block = _filled(block)
    return np.array(block, order="C")


def _empty(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An array in memory that is aligned as JAX wants it."""
    count = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    memory = np.empty(count + _ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % _ALIGNMENT
    return memory[start : start + count].view(dtype).reshape(shape)


def _shape_of(box: Box) -> tuple[int, ...]:
    return tuple(stop - start for start, stop in box)


def _read_into(source: Any, index: tuple[slice, ...], box: Box) -> np.ndarray:
    block = _empty(_shape_of(box), dtype_of(source))
    if block.size:
        source.read_into(block, box)
    return block


def is_tensorstore(source: Any) -> bool:
    return type(source).__module__.partition(".")[0] == "tensorstore"


def _read_tensorstore(source: Any, box: Box) -> np.ndarray:
    import tensorstore

    block = _empty(_shape_of(box), dtype_of(source))
    if block.size:
        if box:
            zero = (0,) * block.ndim  # a view keeps the places that its numbers had
            inside = tuple(slice(*span) for span in box)
            source = source.translate_to[zero][inside].translate_to[zero]
        tensorstore.array(block).write(source).result()
    return block


def _read_hdf5(source: Any, index: tuple[slice, ...], box: Box) -> np.ndarray:
    dtype = dtype_of(source)
    if dtype.hasobject:
        raise TypeError(
            f"a dataset must hold numbers to be read as an array; {source.name!r} holds {dtype}. "
            "Read it with h5py."
        )
    block = _empty(_shape_of(box), dtype)
    if block.size:
        source.read_direct(block, index, (slice(None),) * block.ndim)
    return block


def _filled(block: np.ma.MaskedArray) -> np.ndarray:
    """The numbers of a block of which some may be missing, as NaN."""
    if not np.ma.is_masked(block):
        return block.data
    if block.dtype.kind not in "fc":
        raise ValueError(
            f"the data must have all its numbers; some of this {block.dtype} variable are masked. "
            "Turn masks off: variable.set_auto_mask(False)."
        )
    return block.filled(np.nan)
