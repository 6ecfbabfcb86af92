"""The constructor of collective primitives: ordered, compiled, batched, lowered to the native side.

Axis 0 holds the *rows* of an array, and counts are in rows, one per rank of the communicator; the
native side gets them in elements.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._jax import names as _jax
from jpi._mpi import ops as _ops
from jpi._mpi.comm import Comm
from jpi._mpi.library import native
from jpi._ordered import compile as _compiled
from jpi._ordered import origins as _sites
from jpi._ordered import tokens as _ordering

PLATFORM = "cpu"

for _name, _target in native.targets().items():
    jax.ffi.register_ffi_target(_name, _target, platform=PLATFORM)


def collective(
    name: str,
    *,
    rows: Callable[..., int] | None = None,
    message: Mapping[str, str],
    may_overwrite: bool = False,
    always_differentiated: bool = False,
) -> _jax.Primitive:
    """A primitive of one operand and one result that runs the native collective ``name``.

    Args:
        rows: the number of rows of the result, from the operand's aval and the parameters; the
            shape of the operand where absent.
        message: what the native side is told besides the communicator (see `_attributes`), by
            the names of the parameters that hold it.
        may_overwrite: operand and result may be the same buffer, where they have the same shape.
        always_differentiated: see `_jax.AlwaysDifferentiated`.
    """

    def results(x: Any, **params: Any) -> list[Any]:
        return [x.update(shape=(rows(x, **params), *x.shape[1:])) if rows else x]

    primitive = ordered_primitive(
        name,
        target=lambda **params: name,
        results=results,
        message=lambda comm, **params: {
            "comm": comm,
            **{attribute: params[parameter] for attribute, parameter in message.items()},
        },
        native_operands=1,
        may_overwrite=may_overwrite,
        always_differentiated=always_differentiated,
    )
    batch(primitive, moves_rows=rows is not None)
    return primitive


def ordered_primitive(
    name: str,
    *,
    target: Callable[..., str],
    results: Callable[..., list[Any]],
    message: Callable[..., Mapping[str, Any]],
    native_operands: int,
    may_overwrite: bool = False,
    always_differentiated: bool = False,
) -> _jax.Primitive:
    """A primitive that runs a native collective in program order.

    Args:
        target: the native collective's name, from the parameters.
        results: the avals of the results, from those of the operands and the parameters.
        message: what the native side is told (see `_attributes`), from the parameters.
        native_operands: how many of the operands, from the first, the native side gets.
    """
    kind = _jax.AlwaysDifferentiated if always_differentiated else _jax.Primitive
    primitive = kind(f"jpi_{name}")
    twin = _jax.Primitive(f"jpi_{name}_with_token")
    twin.multiple_results = True
    _ordering.twins[primitive] = twin

    def lower(
        ctx: Any,
        token: Any,
        *operands: Any,
        aliases: Any,
        origin: _sites.Origin,
        in_place: bool = False,
        **params: Any,
    ) -> Any:
        x, y = ctx.avals_in[1], ctx.avals_out[1]
        if in_place and may_overwrite and (x.shape, x.dtype) == (y.shape, y.dtype):
            aliases = {**aliases, 1: 1}
        rule = jax.ffi.ffi_lowering(
            f"jpi_{target(**params)}", has_side_effect=True, operand_output_aliases=aliases
        )
        attributes = _attributes(**{"row": math.prod(x.shape[1:]), **message(**params)})
        ctx = ctx.replace(avals_in=ctx.avals_in[: 1 + native_operands])
        attributes |= origin._asdict()
        return rule(ctx, token, *operands[:native_operands], **attributes)

    def lower_ordered(ctx: Any, *operands: Any, **params: Any) -> Any:
        token = ctx.tokens_in.get(_ordering.ordered)
        inner = ctx.replace(
            avals_in=[_jax.abstract_token, *ctx.avals_in],
            avals_out=[_jax.abstract_token, *ctx.avals_out],
        )
        origin = _sites.origin(ctx.traceback, ctx.name_stack)
        token, *values = lower(inner, token, *operands, aliases={}, origin=origin, **params)
        tokens = _jax.TokenSet({_ordering.ordered: token})
        ctx.set_tokens_out(ctx.tokens_in.update_tokens(tokens))
        return values

    def lower_twin(ctx: Any, token: Any, *operands: Any, **params: Any) -> Any:
        return lower(ctx, token, *operands, aliases={0: 0}, **params)

    @functools.lru_cache(maxsize=4096)
    def compiled(params: tuple[tuple[str, Any], ...]) -> Callable:
        return jax.jit(
            lambda token, *xs: twin.bind(
                token, *xs, in_place=False, origin=_sites.Origin(), **dict(params)
            )
        )

    def run(*operands: Any, **params: Any) -> Any:
        token, *values = compiled(tuple(params.items()))(_sites.calling_token(), *operands)
        _compiled.remember(token)
        return values if primitive.multiple_results else values[0]

    def evaluate(*avals: Any, **params: Any) -> Any:
        values = results(*avals, **params)
        return values if primitive.multiple_results else values[0], {_ordering.ordered}

    primitive.def_impl(run)
    primitive.def_effectful_abstract_eval(evaluate)
    twin.def_abstract_eval(
        lambda token, *avals, in_place, origin, **params: (token, *results(*avals, **params))
    )
    # A lowering that is shared by calls of one kind would have the site of the first.
    _jax.mlir.register_lowering(primitive, lower_ordered, platform=PLATFORM, cacheable=False)
    _jax.mlir.register_lowering(twin, lower_twin, platform=PLATFORM)
    return primitive


def _attributes(
    *,
    row: int,
    comm: Comm,
    op: _ops.Op = "SUM",
    root: int = 0,
    send: Sequence[int] = (),
    recv: Sequence[int] = (),
    peers: Sequence[int] = (),
) -> dict[str, Any]:
    return {
        "comm": np.int32(comm.index),
        "op": np.int32(_ops.index(op)),
        "root": np.int32(root),
        "send": np.array(send, np.int64) * row,
        "recv": np.array(recv, np.int64) * row,
        "peers": np.array(peers, np.int64),
    }


def composed(
    name: str, function: Callable[..., Any], *, result: Callable[..., tuple[Any, bool]]
) -> _jax.Primitive:
    """A primitive that binds others, and has derivatives of its own.

    Args:
        function: what it does, of the operand and the parameters.
        result: the result's aval and whether there is communication, of the same.
    """
    primitive = _jax.Primitive(f"jpi_{name}")

    @functools.lru_cache(maxsize=4096)
    def compiled(params: tuple[tuple[str, Any], ...]) -> Callable:
        return _compiled.compile_threaded(lambda x: function(x, **dict(params)))

    def run(x: Any, **params: Any) -> Any:
        return compiled(tuple(params.items()))(x)

    def evaluate(x: Any, **params: Any) -> Any:
        aval, communicates = result(x, **params)
        return aval, {_ordering.ordered} if communicates else set()

    primitive.def_impl(run)
    primitive.def_effectful_abstract_eval(evaluate)
    _ordering.composed[primitive] = function
    _jax.mlir.register_lowering(
        primitive, _jax.mlir.lower_fun(function, multiple_results=False), platform=PLATFORM
    )
    return primitive


def local(name: str, function: Callable, *, moves_rows: bool) -> _jax.Primitive:
    """A primitive without communication, whose transpose has some."""
    primitive = _jax.Primitive(f"jpi_{name}")
    primitive.def_impl(function)
    primitive.def_abstract_eval(
        lambda x, **params: x.update(
            shape=jax.eval_shape(functools.partial(function, **params), x).shape
        )
    )
    _jax.mlir.register_lowering(
        primitive, _jax.mlir.lower_fun(function, multiple_results=False), platform=PLATFORM
    )
    batch(primitive, moves_rows=moves_rows)
    return primitive


def batch(primitive: _jax.Primitive, *, moves_rows: bool) -> None:
    """One call for the whole batch: the batch axis goes second where axis 0 holds the rows."""

    def rule(operands: Sequence[Any], dims: Sequence[int], **params: Any) -> tuple[Any, int]:
        (x,), (dim,) = operands, dims
        if moves_rows:
            x, dim = jnp.moveaxis(x, dim, 1), 1
        return primitive.bind(x, **params), dim

    _jax.batching.primitive_batchers[primitive] = rule


def transpose_rule(transpose: Callable[..., Any]) -> Callable[..., list[Any]]:
    """JAX's form of ``transpose``, a function of a cotangent and the parameters.

    It is called for a zero cotangent too. The cotangent of a result may be zero on one rank only,
    where that rank does not use the result, and its part of the transpose must run all the same.
    """

    def rule(cotangent: Any, x: Any, **params: Any) -> list[Any]:
        return [transpose(_jax.ad.instantiate_zeros(cotangent), **params)]

    return rule


def linear(primitive: _jax.Primitive, transpose: Callable[..., Any]) -> None:
    """Declare ``primitive`` linear, with ``transpose`` from cotangent and parameters."""
    _jax.ad.deflinear2(primitive, None)  # for the tangent; its transpose leaves out zeros
    _jax.ad.primitive_transposes[primitive] = transpose_rule(transpose)
