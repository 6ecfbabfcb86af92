"""Primitives that run a jaxpr of local arrays, one of their parameters."""

from __future__ import annotations

from typing import Any

from jpi._jax import jaxprs
from jpi._jax import names as _jax
from jpi._ordered.effect import compositions


def primitive_by_jaxpr(name: str) -> Any:
    """A primitive that runs its parameter ``forward``; others register its derivatives."""
    made = _jax.Primitive(name)
    made.multiple_results = True
    made.def_impl(_run)
    made.def_effectful_abstract_eval(_types)
    compositions[made] = _run
    _jax.mlir.register_lowering(made, _jax.mlir.lower_fun(_run, multiple_results=True))
    return made


def _run(*args: Any, forward: _jax.ClosedJaxpr, **params: Any) -> list[Any]:
    return jaxprs.run(forward, args)


def _types(*types: Any, forward: _jax.ClosedJaxpr, **params: Any) -> tuple[Any, Any]:
    return jaxprs.output_types(forward), jaxprs.effects(forward)
