"""Written by tests/stubs; do not edit."""

from collections.abc import Sequence
from typing import Any, overload

from jax import Array
from jax.typing import ArrayLike, DTypeLike

from jpi._array.array import DistArray
from jpi._mpi.mesh import Mesh
from jpi._namespace.annotations import Operand, Spec

@overload
def fft(a: ArrayLike, n: int | None = None, axis: int = -1, norm: str | None = None) -> Array:
    """Compute a one-dimensional discrete Fourier transform along a given axis."""

@overload
def fft(a: Operand, n: int | None = None, axis: int = -1, norm: str | None = None) -> DistArray: ...
@overload
def fft2(
    a: ArrayLike, s: Sequence[int] | None = None, axes: Sequence[int] = ..., norm: str | None = None
) -> Array:
    """Compute a two-dimensional discrete Fourier transform along given axes."""

@overload
def fft2(
    a: Operand, s: Sequence[int] | None = None, axes: Sequence[int] = ..., norm: str | None = None
) -> DistArray: ...
def fftfreq(
    n: int,
    d: Operand = 1.0,
    *,
    dtype: DTypeLike | None = None,
    device: Any = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

@overload
def fftn(
    a: ArrayLike,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str | None = None,
) -> Array:
    """Compute a multidimensional discrete Fourier transform along given axes."""

@overload
def fftn(
    a: Operand,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str | None = None,
) -> DistArray: ...
@overload
def fftshift(x: ArrayLike, axes: int | Sequence[int] | None = None) -> Array:
    """Shift zero-frequency fft component to the center of the spectrum."""

@overload
def fftshift(x: Operand, axes: int | Sequence[int] | None = None) -> DistArray: ...
@overload
def hfft(a: ArrayLike, n: int | None = None, axis: int = -1, norm: str | None = None) -> Array:
    """Compute a 1-D FFT of an array whose spectrum has Hermitian symmetry."""

@overload
def hfft(
    a: Operand, n: int | None = None, axis: int = -1, norm: str | None = None
) -> DistArray: ...
@overload
def ifft(a: ArrayLike, n: int | None = None, axis: int = -1, norm: str | None = None) -> Array:
    """Compute a one-dimensional inverse discrete Fourier transform."""

@overload
def ifft(
    a: Operand, n: int | None = None, axis: int = -1, norm: str | None = None
) -> DistArray: ...
@overload
def ifft2(
    a: ArrayLike, s: Sequence[int] | None = None, axes: Sequence[int] = ..., norm: str | None = None
) -> Array:
    """Compute a two-dimensional inverse discrete Fourier transform."""

@overload
def ifft2(
    a: Operand, s: Sequence[int] | None = None, axes: Sequence[int] = ..., norm: str | None = None
) -> DistArray: ...
@overload
def ifftn(
    a: ArrayLike,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str | None = None,
) -> Array:
    """Compute a multidimensional inverse discrete Fourier transform."""

@overload
def ifftn(
    a: Operand,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str | None = None,
) -> DistArray: ...
@overload
def ifftshift(x: ArrayLike, axes: int | Sequence[int] | None = None) -> Array:
    """The inverse of `jax.numpy.fft.fftshift`."""

@overload
def ifftshift(x: Operand, axes: int | Sequence[int] | None = None) -> DistArray: ...
@overload
def ihfft(a: ArrayLike, n: int | None = None, axis: int = -1, norm: str | None = None) -> Array:
    """Compute a 1-D inverse FFT of an array whose spectrum has Hermitian-symmetry."""

@overload
def ihfft(
    a: Operand, n: int | None = None, axis: int = -1, norm: str | None = None
) -> DistArray: ...
@overload
def irfft(a: ArrayLike, n: int | None = None, axis: int = -1, norm: str | None = None) -> Array:
    """Compute a real-valued one-dimensional inverse discrete Fourier transform."""

@overload
def irfft(
    a: Operand, n: int | None = None, axis: int = -1, norm: str | None = None
) -> DistArray: ...
@overload
def irfft2(
    a: ArrayLike, s: Sequence[int] | None = None, axes: Sequence[int] = ..., norm: str | None = None
) -> Array:
    """Compute a real-valued two-dimensional inverse discrete Fourier transform."""

@overload
def irfft2(
    a: Operand, s: Sequence[int] | None = None, axes: Sequence[int] = ..., norm: str | None = None
) -> DistArray: ...
@overload
def irfftn(
    a: ArrayLike,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str | None = None,
) -> Array:
    """Compute a real-valued multidimensional inverse discrete Fourier transform."""

@overload
def irfftn(
    a: Operand,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str | None = None,
) -> DistArray: ...
@overload
def rfft(a: ArrayLike, n: int | None = None, axis: int = -1, norm: str | None = None) -> Array:
    """Compute a one-dimensional discrete Fourier transform of a real-valued array."""

@overload
def rfft(
    a: Operand, n: int | None = None, axis: int = -1, norm: str | None = None
) -> DistArray: ...
@overload
def rfft2(
    a: ArrayLike, s: Sequence[int] | None = None, axes: Sequence[int] = ..., norm: str | None = None
) -> Array:
    """Compute a two-dimensional discrete Fourier transform of a real-valued array."""

@overload
def rfft2(
    a: Operand, s: Sequence[int] | None = None, axes: Sequence[int] = ..., norm: str | None = None
) -> DistArray: ...
def rfftfreq(
    n: int,
    d: Operand = 1.0,
    *,
    dtype: DTypeLike | None = None,
    device: Any = None,
    spec: Spec = None,
    mesh: Mesh | None = None,
) -> DistArray:
    """Args: spec: the mesh axes over which each dimension is sharded; by default the first dimension over all ranks. mesh: the mesh; the current one by default (see `jpi.use_mesh`)."""

@overload
def rfftn(
    a: ArrayLike,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str | None = None,
) -> Array:
    """Compute a multidimensional discrete Fourier transform of a real-valued array."""

@overload
def rfftn(
    a: Operand,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str | None = None,
) -> DistArray: ...
