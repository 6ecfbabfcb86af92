"""Written by tests/stubs; do not edit."""

from jax.scipy.spatial.transform import Rotation as Rotation
from jax.scipy.spatial.transform import Slerp as Slerp
