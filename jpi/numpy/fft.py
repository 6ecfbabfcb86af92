"""`jax.numpy.fft` for distributed arrays.

`fftfreq` and `rfftfreq` also take ``spec=`` and ``mesh=``, and make DistArrays.
"""

import sys as _sys

import jax.numpy.fft as _source

from jpi._array.protocols import stands_for as _stands_for
from jpi._namespace.generate import namespace as _namespace
from jpi.numpy._creation import fftfreq as fftfreq
from jpi.numpy._creation import rfftfreq as rfftfreq

__getattr__, __dir__ = _namespace(_source, globals())
_stands_for("numpy.fft", _sys.modules[__name__])
