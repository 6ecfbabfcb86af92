"""How a module of JAX becomes a module of JPI."""
