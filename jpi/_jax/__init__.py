"""Everything of JAX that JAX does not publish; nothing else in JPI imports it."""
