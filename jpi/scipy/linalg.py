"""`jax.scipy.linalg` for distributed arrays."""

import jax.scipy.linalg as _source

from jpi._namespace.generate import namespace as _namespace

__getattr__, __dir__ = _namespace(_source, globals())
