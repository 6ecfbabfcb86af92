"""Factorizations that several ranks compute from the same matrix, with the results of one of them.

The vectors of equal eigenvalues, Q of dependent columns and the pivots of equal numbers depend on
rounding, and ranks may round differently: see `dealt_rows.from_first`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import compress
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._blocks.dealt_rows import from_first
from jpi._evaluation.registry import Call
from jpi._jax import jaxprs
from jpi._mpi.comm import Comm

NAMES = {"eig", "eigh", "geqp3", "geqrf", "hessenberg", "lu", "qr", "schur", "svd", "tridiagonal"}


def computed(call: Call, operands: Sequence[Any], axes: Sequence[str]) -> Sequence[Any]:
    """The results of the primitive of ``call``, from the same operands on ranks along ``axes``.

    Communication: for the primitives of `NAMES`, a broadcast of the results.
    """
    primitive, params = call.primitive, call.params
    comm = call.mesh.subcomm(tuple(axes))
    if primitive.name not in NAMES or comm.size == 1:
        return jaxprs.apply_primitive(primitive, operands, params)
    return _of_first(primitive, params, comm)(*operands)


def _of_first(primitive: Any, params: dict[str, Any], comm: Comm) -> Callable[..., list[Any]]:
    """The primitive, and the derivative that JAX has for it, with the results of rank 0."""

    def bind(*arrays: Any) -> list[Any]:
        return jaxprs.apply_primitive(primitive, arrays, params)

    def apply(equation: Any, operands: Sequence[Any]) -> Sequence[Any]:
        if equation.primitive is primitive:
            return _of_first(primitive, equation.params, comm)(*operands)
        return jaxprs.bind_equation(equation, operands)

    run = jax.custom_jvp(lambda *arrays: from_first(comm, *bind(*arrays)))

    @run.defjvp
    def tangent(primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        results = jax.eval_shape(bind, *primals)
        moves = [jnp.issubdtype(x.dtype, jnp.inexact) for x in results]

        def derivative(*args: Any) -> tuple[Any, Any]:
            found, rates = jax.jvp(bind, args[: len(primals)], args[len(primals) :])
            return found, list(compress(rates, moves))

        traced = jax.make_jaxpr(derivative)(*primals, *tangents)
        found = jaxprs.walk(traced, [*primals, *tangents], apply)
        rates = iter(found[len(results) :])
        return found[: len(results)], [
            next(rates) if is_moving else np.zeros(x.shape, jax.dtypes.float0)
            for x, is_moving in zip(results, moves, strict=True)
        ]

    return run
