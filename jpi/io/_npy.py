"""`.npy`: the format of NumPy, a header and then the numbers row by row."""

from __future__ import annotations

import io
from typing import IO

import jax.numpy as jnp
import numpy as np

from jpi.io._rows import Rows, reserve

_FIRST_OF_OTHERS = 256  # the number of the first dtype that is not NumPy's own


def stored(path: str, start: int = 0) -> Rows:
    """The array of a `.npy` file, or of such a file inside of another one, as a source."""
    with open(path, "rb") as file:
        file.seek(start)
        shape, is_reversed, dtype = read_header(file)
        return Rows(path, file.tell(), shape, dtype, is_reversed)


def read_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """The shape, whether the first dimension is the fastest, and the dtype.

    NumPy writes a bfloat16 as two bytes without a meaning, and `jax.numpy.load` reads them so.
    """
    version = np.lib.format.read_magic(file)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read is None:
        raise ValueError(f"a .npy file must be of version 1 or 2; got {version}. Use numpy.load.")
    shape, is_reversed, dtype = read(file)
    if any(size < 0 for size in shape):
        raise ValueError(f"a .npy file must have a shape of sizes; got {shape}. It is damaged.")
    if dtype.hasobject:
        raise TypeError(f"a .npy file must hold numbers; got {dtype}. Use numpy.load.")
    if dtype == np.dtype("V1"):
        raise TypeError(
            "a .npy file must say what its bytes mean; got |V1, as NumPy writes float8. Use "
            "numpy.load(path).view(dtype)."
        )
    return shape, is_reversed, np.dtype(jnp.bfloat16) if dtype == np.dtype("V2") else dtype


def header(shape: tuple[int, ...], dtype: np.dtype) -> bytes:
    """What a `.npy` file of these numbers begins with."""
    file = io.BytesIO()
    described = {
        "descr": np.lib.format.dtype_to_descr(_storable(dtype)),
        "fortran_order": False,
        "shape": shape,
    }
    np.lib.format.write_array_header_1_0(file, described)
    return file.getvalue()


def _storable(dtype: np.dtype) -> np.dtype:
    """A dtype that NumPy can name; for others (bfloat16, float8) so many bytes."""
    is_of_others = dtype.kind == "V" or dtype.num >= _FIRST_OF_OTHERS
    return np.dtype(f"V{dtype.itemsize}") if is_of_others else dtype


def create(path: str, head: bytes, nbytes: int) -> None:
    """Make a file with a header and place for the data."""
    with open(path, "wb") as file:
        file.write(head)
    reserve(path, len(head), nbytes)
