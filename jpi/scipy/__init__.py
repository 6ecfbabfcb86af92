"""`jax.scipy` for distributed arrays."""

from jpi.scipy import cluster as cluster
from jpi.scipy import fft as fft
from jpi.scipy import integrate as integrate
from jpi.scipy import interpolate as interpolate
from jpi.scipy import linalg as linalg
from jpi.scipy import ndimage as ndimage
from jpi.scipy import optimize as optimize
from jpi.scipy import signal as signal
from jpi.scipy import sparse as sparse
from jpi.scipy import spatial as spatial
from jpi.scipy import special as special
from jpi.scipy import stats as stats
