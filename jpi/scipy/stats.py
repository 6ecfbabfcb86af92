"""`jax.scipy.stats` for distributed arrays: its functions, and its distributions as modules."""

import jax.scipy.stats as _source

from jpi._namespace.generate import namespace as _namespace
from jpi._namespace.generate import submodules as _submodules

globals().update(_submodules(_source, __name__))
__getattr__, __dir__ = _namespace(_source, globals())
