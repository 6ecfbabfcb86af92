"""`jax.scipy.cluster` for distributed arrays."""

from jpi.scipy.cluster import vq as vq
