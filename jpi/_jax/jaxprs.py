"""Jaxprs: what a traced function consists of, and how to walk through it.

`jax.extend.core` publishes the classes, but not their contents.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import numpy as np
from jax._src.core import eval_jaxpr, jaxprs_in_params

from jpi._jax.callers import is_library
from jpi._jax.names import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, Primitive


def walk(
    closed: ClosedJaxpr,
    args: Sequence[Any],
    apply: Callable[[JaxprEqn, list[Any]], Sequence[Any]],
    constant: Callable[[Any], Any] = lambda x: x,
) -> list[Any]:
    """The results of a jaxpr whose equations are computed by ``apply(equation, operands)``.

    Args:
        constant: makes an operand of a constant of the jaxpr.
    """

    def apply_one(equations: Sequence[JaxprEqn], operands: Sequence[list[Any]]) -> list[Any]:
        return [apply(equations[0], operands[0])]

    return walk_groups(closed, args, [[e] for e in closed.jaxpr.eqns], apply_one, constant)


def walk_groups(
    closed: ClosedJaxpr,
    args: Sequence[Any],
    groups: Sequence[Sequence[JaxprEqn]],
    apply: Callable[[Sequence[JaxprEqn], list[list[Any]]], Sequence[Sequence[Any]]],
    constant: Callable[[Any], Any] = lambda x: x,
) -> list[Any]:
    """As `walk`, for equations in groups: ``apply`` gets those of a group, and their operands."""
    jaxpr = closed.jaxpr
    values = dict(zip(jaxpr.invars, args, strict=True))
    values.update(zip(jaxpr.constvars, map(constant, closed.consts), strict=True))

    def read(atom: Any) -> Any:
        return constant(atom.val) if isinstance(atom, Literal) else values[atom]

    for equations in groups:
        operands = [list(map(read, equation.invars)) for equation in equations]
        with equations[0].ctx.manager:
            every = apply(equations, operands)
        for equation, results in zip(equations, every, strict=True):
            values.update(zip(equation.outvars, results, strict=True))
    return [read(atom) for atom in jaxpr.outvars]


def count(closed: ClosedJaxpr) -> int:
    """The number of operations of a jaxpr and of the jaxprs within it."""
    return sum(1 for _ in equations_within(closed.jaxpr))


def run(closed: ClosedJaxpr, args: Sequence[Any]) -> list[Any]:
    """The results of a jaxpr on arrays or tracers."""
    return eval_jaxpr(closed.jaxpr, closed.consts, *args)


def run_open(closed: ClosedJaxpr, consts: Sequence[Any], args: Sequence[Any]) -> list[Any]:
    """As `run`, with ``consts`` in place of its constants."""
    return eval_jaxpr(closed.jaxpr, consts, *args)


def implementation(primitive: Primitive, params: dict[str, Any]) -> Callable[..., Any] | None:
    """The function that another library than JAX has given as the implementation of a primitive."""
    function: Any = primitive.impl
    module = getattr(getattr(function, "func", function), "__module__", "jax")
    if module.split(".")[0] in ("jax", "jaxlib", "jpi"):
        return None
    return functools.partial(function, **params)


def equations_within(jaxpr: Jaxpr) -> Iterator[JaxprEqn]:
    """The equations of a jaxpr, and of those inside it."""
    for equation in jaxpr.eqns:
        yield equation
        for inner in jaxprs_in_params(equation.params):
            yield from equations_within(inner)


def arrays_within(closed: ClosedJaxpr) -> Iterator[Any]:
    """The arrays that a function refers to, and those that functions inside it do."""
    held = list(closed.consts)
    for equation in equations_within(closed.jaxpr):
        for value in equation.params.values():
            held += getattr(value, "consts", ())
        held += [x.val for x in equation.invars if isinstance(x, Literal) and np.ndim(x.val)]
    yield from filter(lambda x: x is not None, map(as_array, held))


def as_array(x: Any) -> Any:
    """An array that a function refers to, None if it is a number; JAX may wrap those of NumPy."""
    if isinstance(x, jax.Array | np.ndarray | np.generic):
        return x
    return np.asarray(x) if hasattr(x, "__array__") else None


def equations(jaxpr: Jaxpr) -> list[JaxprEqn]:
    return jaxpr.eqns


def inputs(of: Jaxpr | JaxprEqn) -> list[Any]:
    """The input variables; of an equation also the literals."""
    return of.invars


def outputs(of: Jaxpr | JaxprEqn) -> list[Any]:
    return of.outvars


def input_types(closed: ClosedJaxpr) -> list[Any]:
    return closed.in_avals


def output_types(of: ClosedJaxpr | JaxprEqn) -> list[Any]:
    return of.out_avals if isinstance(of, ClosedJaxpr) else [v.aval for v in of.outvars]


def type_in(atom: Any) -> Any:
    """The type of a variable or literal."""
    return atom.aval


def effects(of: ClosedJaxpr | Jaxpr | JaxprEqn) -> Any:
    return of.effects


def function_of(closed: ClosedJaxpr) -> str:
    """The name and line of the function that was traced; "" if it is not one of a user."""
    text = str(closed.jaxpr.debug_info.func_src_info or "")
    return (
        text if " at " in text and not is_library(text.split(" at ")[1].rsplit(":", 1)[0]) else ""
    )


def constants(of: ClosedJaxpr | Jaxpr) -> Sequence[Any]:
    """What a traced function refers to besides its arguments."""
    return getattr(of, "consts", ())


def variables_of_constants(jaxpr: Jaxpr) -> list[Any]:
    """The variables of what a traced function refers to besides its arguments."""
    return jaxpr.constvars


def source(equation: JaxprEqn) -> tuple[Any, Any]:
    """The traceback and the stack of names of an equation."""
    return equation.source_info.traceback, equation.source_info.name_stack


def bind_equation(equation: JaxprEqn, operands: Sequence[Any]) -> list[Any]:
    """The results of applying the primitive of ``equation`` to ``operands``."""
    return apply_primitive(equation.primitive, operands, equation.params)


def apply_primitive(
    primitive: Primitive, operands: Sequence[Any], params: dict[str, Any]
) -> list[Any]:
    """The results, always a list, of a primitive with the parameters found in a jaxpr."""
    bind_params = primitive.get_bind_params(params)
    if isinstance(bind_params, tuple):  # older JAX: (functions, parameters)
        functions, bind_params = bind_params
        results = primitive.bind(*functions, *operands, **bind_params)
    else:
        results = primitive.bind(*operands, **bind_params)
    return list(results) if primitive.multiple_results else [results]


def subfunctions(primitive: Primitive, params: dict[str, Any]) -> tuple[Callable, ...]:
    """The functions (call, derivative rules) of a custom_jvp_call or custom_vjp_call."""
    bind_params = primitive.get_bind_params(params)
    found = bind_params[0] if isinstance(bind_params, tuple) else bind_params["subfuns"]
    return tuple(function.call_wrapped for function in found)


def cotangents(results: Any) -> list[Any]:
    """The cotangents among the results of the backward function of a custom_vjp_call."""
    return results[0] if isinstance(results, tuple) else results  # newer JAX: (cotangents, logs)


def scan_counts(params: dict[str, Any]) -> tuple[int, int]:
    """The number of constants and of carries, which are the first operands of a scan."""
    if "ft_in" in params:  # newer JAX
        consts, carry, _ = params["ft_in"].unpack()
        return len(consts), len(carry)
    return params["num_consts"], params["num_carry"]


def functions_in(equation: JaxprEqn) -> list[Jaxpr]:
    """The jaxprs among the parameters of an equation."""
    return list(jaxprs_in_params(equation.params))
