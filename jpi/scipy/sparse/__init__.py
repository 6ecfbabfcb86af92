"""`jax.scipy.sparse` for distributed arrays."""

from jpi.scipy.sparse import linalg as linalg
