"""`jax.lax` for distributed arrays.

Every function of `jax.lax` is here under its name, as ``jpi.spmd`` of it. A function that takes a
function of elements along an axis has its own algorithm for a sharded axis. A function with a
parameter ``axis_name``, such as ``psum``, ``psend`` or ``precv``, is not one of MPI: it works along
an axis that `jax.vmap` names. Collectives and messages between ranks are in `jpi.collectives`.
"""

import jax.lax as _source

from jpi._array.associative_scan import associative_scan as associative_scan
from jpi._namespace.generate import namespace as _namespace

__getattr__, __dir__ = _namespace(_source, globals())
