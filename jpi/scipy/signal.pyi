"""Written by tests/stubs; do not edit."""

from builtins import bool as _bool
from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from jax import Array
from jax.typing import ArrayLike

from jpi._array.array import DistArray
from jpi._namespace.annotations import Operand

@overload
def convolve(
    in1: ArrayLike, in2: ArrayLike, mode: Any = "full", method: str = "auto", precision: Any = None
) -> Array:
    """Convolution of two N-dimensional arrays."""

@overload
def convolve(
    in1: Operand, in2: Operand, mode: Any = "full", method: str = "auto", precision: Any = None
) -> DistArray: ...
@overload
def convolve2d(
    in1: ArrayLike,
    in2: ArrayLike,
    mode: Any = "full",
    boundary: str = "fill",
    fillvalue: float = 0,
    precision: Any = None,
) -> Array:
    """Convolution of two 2-dimensional arrays."""

@overload
def convolve2d(
    in1: Operand,
    in2: Operand,
    mode: Any = "full",
    boundary: str = "fill",
    fillvalue: float = 0,
    precision: Any = None,
) -> DistArray: ...
@overload
def correlate(
    in1: ArrayLike, in2: ArrayLike, mode: Any = "full", method: str = "auto", precision: Any = None
) -> Array:
    """Cross-correlation of two N-dimensional arrays."""

@overload
def correlate(
    in1: Operand, in2: Operand, mode: Any = "full", method: str = "auto", precision: Any = None
) -> DistArray: ...
@overload
def correlate2d(
    in1: ArrayLike,
    in2: ArrayLike,
    mode: Any = "full",
    boundary: str = "fill",
    fillvalue: float = 0,
    precision: Any = None,
) -> Array:
    """Cross-correlation of two 2-dimensional arrays."""

@overload
def correlate2d(
    in1: Operand,
    in2: Operand,
    mode: Any = "full",
    boundary: str = "fill",
    fillvalue: float = 0,
    precision: Any = None,
) -> DistArray: ...
@overload
def csd(
    x: ArrayLike,
    y: ArrayLike | None,
    fs: ArrayLike = 1.0,
    window: str = "hann",
    nperseg: int | None = None,
    noverlap: int | None = None,
    nfft: int | None = None,
    detrend: str = "constant",
    return_onesided: _bool = True,
    scaling: str = "density",
    axis: int = -1,
    average: str = "mean",
) -> tuple[Array, Array]:
    """Estimate cross power spectral density (CSD) using Welch's method."""

@overload
def csd(
    x: Operand,
    y: Operand | None,
    fs: Operand = 1.0,
    window: str = "hann",
    nperseg: int | None = None,
    noverlap: int | None = None,
    nfft: int | None = None,
    detrend: str = "constant",
    return_onesided: _bool = True,
    scaling: str = "density",
    axis: int = -1,
    average: str = "mean",
) -> tuple[DistArray | Array, DistArray | Array]: ...
@overload
def detrend(
    data: ArrayLike,
    axis: int = -1,
    type: str = "linear",
    bp: int | Sequence[int] | np.ndarray = 0,
    overwrite_data: None = None,
) -> Array:
    """Remove linear or piecewise linear trends from data."""

@overload
def detrend(
    data: Operand,
    axis: int = -1,
    type: str = "linear",
    bp: int | Sequence[int] | np.ndarray = 0,
    overwrite_data: None = None,
) -> DistArray: ...
@overload
def fftconvolve(
    in1: ArrayLike, in2: ArrayLike, mode: Any = "full", axes: Sequence[int] | None = None
) -> Array:
    """Convolve two N-dimensional arrays using Fast Fourier Transform (FFT)."""

@overload
def fftconvolve(
    in1: Operand, in2: Operand, mode: Any = "full", axes: Sequence[int] | None = None
) -> DistArray: ...
@overload
def istft(
    Zxx: ArrayLike,
    fs: ArrayLike = 1.0,
    window: str = "hann",
    nperseg: int | None = None,
    noverlap: int | None = None,
    nfft: int | None = None,
    input_onesided: _bool = True,
    boundary: _bool = True,
    time_axis: int = -1,
    freq_axis: int = -2,
) -> tuple[Array, Array]:
    """Perform the inverse short-time Fourier transform (ISTFT)."""

@overload
def istft(
    Zxx: Operand,
    fs: Operand = 1.0,
    window: str = "hann",
    nperseg: int | None = None,
    noverlap: int | None = None,
    nfft: int | None = None,
    input_onesided: _bool = True,
    boundary: _bool = True,
    time_axis: int = -1,
    freq_axis: int = -2,
) -> tuple[DistArray | Array, DistArray | Array]: ...
@overload
def stft(
    x: ArrayLike,
    fs: ArrayLike = 1.0,
    window: str = "hann",
    nperseg: int = 256,
    noverlap: int | None = None,
    nfft: int | None = None,
    detrend: _bool = False,
    return_onesided: _bool = True,
    boundary: str | None = "zeros",
    padded: _bool = True,
    axis: int = -1,
) -> tuple[Array, Array, Array]:
    """Compute the short-time Fourier transform (STFT)."""

@overload
def stft(
    x: Operand,
    fs: Operand = 1.0,
    window: str = "hann",
    nperseg: int = 256,
    noverlap: int | None = None,
    nfft: int | None = None,
    detrend: _bool = False,
    return_onesided: _bool = True,
    boundary: str | None = "zeros",
    padded: _bool = True,
    axis: int = -1,
) -> tuple[DistArray | Array, DistArray | Array, DistArray | Array]: ...
@overload
def welch(
    x: ArrayLike,
    fs: ArrayLike = 1.0,
    window: str = "hann",
    nperseg: int | None = None,
    noverlap: int | None = None,
    nfft: int | None = None,
    detrend: str = "constant",
    return_onesided: _bool = True,
    scaling: str = "density",
    axis: int = -1,
    average: str = "mean",
) -> tuple[Array, Array]:
    """Estimate power spectral density (PSD) using Welch's method."""

@overload
def welch(
    x: Operand,
    fs: Operand = 1.0,
    window: str = "hann",
    nperseg: int | None = None,
    noverlap: int | None = None,
    nfft: int | None = None,
    detrend: str = "constant",
    return_onesided: _bool = True,
    scaling: str = "density",
    axis: int = -1,
    average: str = "mean",
) -> tuple[DistArray | Array, DistArray | Array]: ...
