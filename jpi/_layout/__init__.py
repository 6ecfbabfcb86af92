"""Which rank holds which part of an array: integers only, without JAX and without MPI."""
