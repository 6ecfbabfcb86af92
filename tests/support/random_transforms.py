"""The transforms of random programs: compilers, derivatives, loops and other wrappers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

import jpi
import jpi.numpy
from support.oracle import weighted

if TYPE_CHECKING:
    from support.random_programs import Program

COMPILERS: dict[str, Callable] = {"jpi.jit": jpi.jit, "jax.jit": jax.jit, "eager": lambda f: f}


def slope(numpy: Any, fun: Callable) -> Callable:
    """The gradient of a weighted sum of all results."""
    return jax.grad(lambda parts: weighted(lambda _, *parts: fun(list(parts)), numpy, parts))


def direction(parts: list[Any]) -> list[Any]:
    return jax.tree.map(lambda x: 0.5 * x + 0.25, parts)


def tangent(fun: Callable, parts: list[Any]) -> Any:
    """Value and tangent, without those of integers."""
    value, rates = jax.jvp(fun, (parts,), (direction(parts),))
    is_array = lambda x: isinstance(x, jpi.DistArray)  # noqa: E731
    leaves = jax.tree.leaves(rates, is_leaf=is_array)
    return value, [x for x in leaves if x.dtype != jax.dtypes.float0]


DERIVATIVES: dict[str, Callable] = {
    "value": lambda numpy, fun, parts: fun(parts),
    "gradient": lambda numpy, fun, parts: (fun(parts), slope(numpy, fun)(parts)),
    "tangent": lambda numpy, fun, parts: tangent(fun, parts),
    "curvature": lambda numpy, fun, parts: jax.jvp(
        slope(numpy, fun), (parts,), (direction(parts),)
    ),
}


def with_spmd(program: Program, numpy: Any) -> Callable:
    run = functools.partial(program.run, jax.numpy)
    return jpi.spmd(run) if numpy is jpi.numpy else run


def with_vmap(program: Program, numpy: Any) -> Callable:
    axes = tuple(operand.axis for operand in program.operands)
    return jax.vmap(functools.partial(program.run, numpy), in_axes=axes)


def with_map(program: Program, numpy: Any) -> Callable:
    """The elements along the first axis one after the other."""

    def run(*args: Any) -> Any:
        is_mapped = [operand.axis is not None for operand in program.operands]

        def element(rows: Any) -> Any:
            rest = iter(rows)
            parts = [next(rest) if m else x for x, m in zip(args, is_mapped, strict=True)]
            return program.run(numpy, *parts)

        return jax.lax.map(element, [x for x, m in zip(args, is_mapped, strict=True) if m])

    return run


def with_scan(program: Program, numpy: Any) -> Callable:
    """Twice in a loop that carries the first operand, scaled by the results."""

    def run(first: Any, *args: Any) -> Any:
        def step(x: Any, _: Any) -> Any:
            results = program.run(numpy, x, *args)
            total = weighted(lambda *_: results, numpy, ())
            return x * (1 - 0.1 * jnp.tanh(jnp.asarray(total, x.dtype))), results

        return jax.lax.scan(step, first, None, length=2)

    return run


def with_cond(program: Program, numpy: Any) -> Callable:
    """The branch that is taken; the other one has the first operand halved."""
    run = functools.partial(program.run, numpy)
    return lambda *args: jax.lax.cond(
        jnp.asarray(True), run, lambda x, *rest: run(0.5 * x, *rest), *args
    )


WRAPPERS: dict[str, Callable[[Program, Any], Callable]] = {
    "none": lambda program, numpy: functools.partial(program.run, numpy),
    "jpi.jit": lambda program, numpy: jpi.jit(functools.partial(program.run, numpy)),
    "remat": lambda program, numpy: jax.checkpoint(functools.partial(program.run, numpy)),
    "spmd": with_spmd,
    "vmap": with_vmap,
    "map": with_map,
    "scan": with_scan,
    "cond": with_cond,
}
