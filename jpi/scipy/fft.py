"""`jax.scipy.fft` for distributed arrays."""

import jax.scipy.fft as _source

from jpi._namespace.generate import namespace as _namespace

__getattr__, __dir__ = _namespace(_source, globals())
