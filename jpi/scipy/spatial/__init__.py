"""`jax.scipy.spatial` for distributed arrays."""

from jpi.scipy.spatial import transform as transform
