"""The names of JAX that JAX does not publish; no other package of JPI imports them from JAX."""
