"""A jaxpr of global arrays, evaluated on this rank's blocks."""
