"""The native log."""

import jax

import jpi
from jpi._mpi.library import native


def calls_during(run):
    """The calls that the native layer logged during `run`, in order, and the result of `run`."""
    jpi.wait()
    native.log_start(100)
    try:
        result = jax.block_until_ready(run())
        jpi.wait()
        return native.log_take(), result
    finally:
        native.log_start(0)
