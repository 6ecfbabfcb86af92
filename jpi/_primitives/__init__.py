"""The collectives as JAX primitives, with their derivatives."""
