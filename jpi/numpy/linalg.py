"""`jax.numpy.linalg` for distributed arrays."""

import sys as _sys

import jax.numpy.linalg as _source

from jpi._array.protocols import stands_for as _stands_for
from jpi._namespace.generate import namespace as _namespace

__getattr__, __dir__ = _namespace(_source, globals())
_stands_for("numpy.linalg", _sys.modules[__name__])
