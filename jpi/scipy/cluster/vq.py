"""`jax.scipy.cluster.vq` for distributed arrays."""

import jax.scipy.cluster.vq as _source

from jpi._namespace.generate import namespace as _namespace

__getattr__, __dir__ = _namespace(_source, globals())
