"""Files of distributed arrays: each rank reads and writes its own block."""

from jpi.io._files import load as load
from jpi.io._files import save as save
