"""`jax.numpy` for distributed arrays.

Every function of `jax.numpy` is here under its name, made from it: it takes DistArrays where the
original takes arrays, and means the same on the global arrays. Creation functions take ``spec=``
(the mesh axes over which each dimension is cut; by default the first dimension over all ranks) and
``mesh=`` besides, and make a DistArray.
"""

from typing import Any

import jax.numpy as _source

from jpi.numpy import fft as fft
from jpi.numpy import linalg as linalg
from jpi.numpy._creation import arange as arange
from jpi.numpy._creation import array as array
from jpi.numpy._creation import asarray as asarray
from jpi.numpy._creation import empty as empty
from jpi.numpy._creation import empty_like as empty_like
from jpi.numpy._creation import eye as eye
from jpi.numpy._creation import full as full
from jpi.numpy._creation import full_like as full_like
from jpi.numpy._creation import identity as identity
from jpi.numpy._creation import linspace as linspace
from jpi.numpy._creation import ones as ones
from jpi.numpy._creation import ones_like as ones_like
from jpi.numpy._creation import zeros as zeros
from jpi.numpy._creation import zeros_like as zeros_like
from jpi.numpy._generate import distributed as _distributed


def __getattr__(name: str) -> Any:
    value = globals()[name] = _distributed(_source, name, __name__)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *dir(_source)})
