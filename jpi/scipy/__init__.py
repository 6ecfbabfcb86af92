"""Parts of `jax.scipy` for distributed arrays."""

from jpi.scipy import sparse as sparse
from jpi.scipy import special as special
