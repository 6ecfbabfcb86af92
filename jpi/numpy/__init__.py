"""`jax.numpy` for distributed arrays.

Every function of `jax.numpy` is here under its name, made from it: it takes DistArrays where the
original takes arrays, and means the same on the global arrays. Creation functions also take
``spec=`` (the mesh axes over which each dimension is sharded; by default the first dimension over
all ranks) and ``mesh=``, and make a DistArray.
"""

import sys as _sys

import jax.numpy as _source

from jpi._array.protocols import stands_for as _stands_for
from jpi._namespace.generate import namespace as _namespace
from jpi.numpy import fft as fft
from jpi.numpy import linalg as linalg
from jpi.numpy._creation import arange as arange
from jpi.numpy._creation import array as array
from jpi.numpy._creation import asarray as asarray
from jpi.numpy._creation import bartlett as bartlett
from jpi.numpy._creation import blackman as blackman
from jpi.numpy._creation import empty as empty
from jpi.numpy._creation import empty_like as empty_like
from jpi.numpy._creation import eye as eye
from jpi.numpy._creation import from_dlpack as from_dlpack
from jpi.numpy._creation import fromfunction as fromfunction
from jpi.numpy._creation import full as full
from jpi.numpy._creation import full_like as full_like
from jpi.numpy._creation import geomspace as geomspace
from jpi.numpy._creation import hamming as hamming
from jpi.numpy._creation import hanning as hanning
from jpi.numpy._creation import identity as identity
from jpi.numpy._creation import indices as indices
from jpi.numpy._creation import kaiser as kaiser
from jpi.numpy._creation import linspace as linspace
from jpi.numpy._creation import load as load
from jpi.numpy._creation import logspace as logspace
from jpi.numpy._creation import ones as ones
from jpi.numpy._creation import ones_like as ones_like
from jpi.numpy._creation import tri as tri
from jpi.numpy._creation import zeros as zeros
from jpi.numpy._creation import zeros_like as zeros_like
from jpi.numpy._unusual import c_ as c_
from jpi.numpy._unusual import frompyfunc as frompyfunc
from jpi.numpy._unusual import r_ as r_
from jpi.numpy._unusual import save as save
from jpi.numpy._unusual import savez as savez
from jpi.numpy._unusual import vectorize as vectorize

__array_namespace_info__ = _source.__array_namespace_info__
__array_api_version__ = _source.__array_api_version__
__getattr__, __dir__ = _namespace(_source, globals())
_stands_for("numpy", _sys.modules[__name__])
