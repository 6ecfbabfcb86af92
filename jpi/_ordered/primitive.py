"""The constructor of collective primitives: ordered, compiled, batched, lowered to the native side.

Axis 0 holds the *rows* of an array, and counts are in rows, one per rank of the communicator or in
pairs with the ranks that they belong to; the native side gets them in elements.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jpi._jax import in_progress, lowering
from jpi._jax import names as _jax
from jpi._jax.differentiation import AlwaysDifferentiated
from jpi._mpi import ops as _ops
from jpi._mpi.comm import Comm
from jpi._mpi.library import native
from jpi._ordered.compile import analyse, compile_threaded, remember
from jpi._ordered.effect import compositions, ordered, twins
from jpi._ordered.origins import Origin, calling_token
from jpi._ordered.origins import origin as origin_of
from jpi._ordered.programs import Size, comm_of, programs

PLATFORM = "cpu"

for _name, _target in native.targets().items():
    jax.ffi.register_ffi_target(_name, _target, platform=PLATFORM)


def collective(
    name: str,
    *,
    target: str | None = None,
    rows: Callable[..., int] | None = None,
    message: Mapping[str, str],
    may_overwrite: bool = False,
    always_differentiated: bool = False,
) -> _jax.Primitive:
    """A primitive of one operand and one result that runs a native collective.

    Args:
        name: the primitive's name.
        target: the native collective, the one called ``name`` by default.
        rows: the number of rows of the result, from the operand's aval and the parameters; the
            shape of the operand where absent.
        message: the names of the parameters whose values the native side gets, besides the
            communicator (see `_attributes`).
        may_overwrite: operand and result may be the same buffer, where they have the same shape.
        always_differentiated: see `AlwaysDifferentiated`.
    """

    def results(x: Any, **params: Any) -> list[Any]:
        return [x.update(shape=(rows(x, **params), *x.shape[1:])) if rows else x]

    primitive = ordered_primitive(
        name,
        target=lambda **params: target or name,
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
        message: what the native side gets (see `_attributes`), from the parameters.
        native_operands: how many of the operands, from the first, the native side gets.
    """
    kind = AlwaysDifferentiated if always_differentiated else _jax.Primitive
    pair = _Pair(
        primitive=kind(f"jpi_{name}"),
        twin=_jax.Primitive(f"jpi_{name}_with_token"),
        target=target,
        results=results,
        message=message,
        native_operands=native_operands,
        may_overwrite=may_overwrite,
    )
    pair.register()
    return pair.primitive


@dataclass(frozen=True, eq=False)
class _Pair:
    """An ordered primitive and its twin with a token; see `ordered_primitive` for the rest."""

    primitive: _jax.Primitive
    twin: _jax.Primitive
    target: Callable[..., str]
    results: Callable[..., list[Any]]
    message: Callable[..., Mapping[str, Any]]
    native_operands: int
    may_overwrite: bool

    def register(self) -> None:
        twins[self.primitive] = self.twin
        self.twin.multiple_results = True
        self.primitive.def_impl(self._run)
        self.primitive.def_effectful_abstract_eval(self._types)
        self.twin.def_impl(self._run_twin)
        self.twin.def_abstract_eval(self._types_of_twin)
        # Calls of one kind must not share a lowering: it would hold the site of the first one.
        _jax.mlir.register_lowering(
            self.primitive, self._lower_ordered, platform=PLATFORM, cacheable=False
        )
        _jax.mlir.register_lowering(self.twin, self._lower_twin, platform=PLATFORM)
        for primitive in (self.primitive, self.twin):
            _jax.mlir.register_lowering(primitive, self._lower_elsewhere)

    def _of(self, values: Sequence[Any]) -> Any:
        return values if self.primitive.multiple_results else values[0]

    def _types(self, *avals: Any, **params: Any) -> Any:
        return self._of(self.results(*avals, **params)), {ordered}

    def _types_of_twin(
        self, token: Any, *avals: Any, in_place: bool, origin: Origin, **params: Any
    ) -> Any:
        return token, *self.results(*avals, **params)

    def _run(self, *operands: Any, **params: Any) -> Any:
        token, *values = self._compiled(operands, params)(calling_token(), *operands)
        remember(token)
        return self._of(values)

    def _run_twin(
        self, token: Any, *operands: Any, in_place: bool, origin: Origin, **params: Any
    ) -> Any:
        """The collective outside a compiled program, where one of JAX's modes has led to it."""
        if jax.config.jax_disable_jit:
            with jax.disable_jit(False):
                return self._compiled(operands, params)(token, *operands)
        raise FloatingPointError(  # `jax_debug_nans` runs the program again
            "a compiled program that communicates has computed a number that `jax_debug_nans` or "
            f"`jax_debug_infs` reports, after its first collective, {self.primitive.name}. Such a "
            "program is not run again, operation by operation, to say where: not all ranks may do "
            "so. Compile its parts with jpi.jit one by one, or leave out jpi.jit."
        )

    def _compiled(self, operands: Sequence[Any], params: dict[str, Any]) -> Callable:
        key = self.twin, tuple(params.items()), tuple(map(_type, operands))
        compiled = programs.find(key)
        if compiled is None:
            bind = functools.partial(self.twin.bind, in_place=False, origin=Origin(), **params)
            compiled = jax.jit(lambda token, *xs: bind(token, *xs))
            programs.keep(key, compiled, Size(operations=1), comm_of(params.values()))
        return compiled

    def _lower_ordered(self, ctx: Any, *operands: Any, **params: Any) -> Any:
        origin = origin_of(*lowering.source(ctx))
        analyse(in_progress.program())

        def lower(ctx: Any, token: Any) -> Any:
            return self._lower(ctx, token, *operands, aliases={}, origin=origin, **params)

        return lowering.with_token_of(ctx, ordered, lower)

    def _lower_twin(self, ctx: Any, token: Any, *operands: Any, **params: Any) -> Any:
        return self._lower(ctx, token, *operands, aliases={0: 0}, **params)

    def _lower_elsewhere(self, ctx: Any, *operands: Any, **params: Any) -> Any:
        platforms = ", ".join(lowering.platforms(ctx))
        raise NotImplementedError(
            f"JPI communicates from CPUs only, and this program is for {platforms}: "
            f"{self.primitive.name}. Set JAX_PLATFORMS=cpu before Python starts, or, to use both, "
            'jax.config.update("jax_default_device", jax.local_devices(backend="cpu")[0]) before '
            "the first array."
        )

    def _lower(
        self,
        ctx: Any,
        *operands: Any,
        aliases: Mapping[int, int],
        origin: Origin,
        in_place: bool = False,
        **params: Any,
    ) -> Any:
        """The native call on ``operands``, the token first."""
        if (count := lowering.device_count(ctx)) > 1:
            raise NotImplementedError(
                f"a program with the collective {self.primitive.name} must be for one device of "
                f"this rank; got {count}, of an operand or of jax.set_mesh. Move the operand with "
                "jax.device_put(x, jax.devices()[0]), and call JPI outside of jax.set_mesh."
            )
        x, y = lowering.operand_and_result(ctx)
        if in_place and self.may_overwrite and (x.shape, x.dtype) == (y.shape, y.dtype):
            aliases = {**aliases, 1: 1}
        attributes = _attributes(**{"row": math.prod(x.shape[1:]), **self.message(**params)})
        return lowering.call_native(
            ctx,
            f"jpi_{self.target(**params)}",
            operands[: 1 + self.native_operands],
            attributes | origin.attributes | {"statics": _signed(origin.statics)},
            aliases,
        )


def _signed(number: int) -> np.int64:
    return np.uint64(number).astype(np.int64)


def _attributes(
    *,
    row: int,
    comm: Comm,
    op: _ops.Op = "SUM",
    root: int = 0,
    send: Any = (),
    recv: Any = (),
    peers: Sequence[int] = (),
) -> dict[str, Any]:
    return {
        "comm": np.int32(comm.index),
        "op": np.int32(_ops.index(op)),
        "root": np.int32(root),
        "send": _elements(send, row),
        "recv": _elements(recv, row),
        "peers": np.array(peers, np.int64),
    }


def _elements(counts: Any, row: int) -> np.ndarray:
    """Counts of rows as counts of elements; a count may come in a pair, after its rank."""
    rows = np.array(counts, np.int64)
    return (rows * ((1, row) if rows.ndim == 2 else row)).ravel()


def composed(
    name: str, function: Callable[..., Any], *, result: Callable[..., tuple[Any, bool]]
) -> _jax.Primitive:
    """A primitive that binds others, and has derivatives of its own.

    Args:
        function: computes the result from the operands and the parameters.
        result: from the same, the result's aval and whether there is communication.
    """
    primitive = _jax.Primitive(f"jpi_{name}")

    def run(*operands: Any, **params: Any) -> Any:
        key = primitive, tuple(params.items()), tuple((x.shape, x.dtype) for x in operands)
        compiled = programs.find(key)
        if compiled is None:
            compiled, size = compile_threaded(functools.partial(function, **params))
            programs.keep(key, compiled, size, comm_of(params.values()))
        return compiled(*operands)

    def evaluate(*operands: Any, **params: Any) -> Any:
        aval, communicates = result(*operands, **params)
        return aval, {ordered} if communicates else set()

    primitive.def_impl(run)
    primitive.def_effectful_abstract_eval(evaluate)
    compositions[primitive] = function
    _jax.mlir.register_lowering(primitive, _jax.mlir.lower_fun(function, multiple_results=False))
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
    _jax.mlir.register_lowering(primitive, _jax.mlir.lower_fun(function, multiple_results=False))
    batch(primitive, moves_rows=moves_rows)
    return primitive


def batch(primitive: _jax.Primitive, *, moves_rows: bool) -> None:
    """One call for the whole batch: the batch axis is second where axis 0 holds the rows."""

    def rule(operands: Sequence[Any], dims: Sequence[int], **params: Any) -> tuple[Any, int]:
        (x,), (dim,) = operands, dims
        if moves_rows:
            x, dim = jnp.moveaxis(x, dim, 1), 1
        return primitive.bind(x, **params), dim

    _jax.batching.primitive_batchers[primitive] = rule


def transpose_rule(transpose: Callable[..., Any]) -> Callable[..., list[Any]]:
    """JAX's form of ``transpose``, a function of a cotangent and the parameters.

    It is called for a zero cotangent too. The cotangent of a result may be zero on one rank only,
    where that rank does not use the result, but its part of the transpose must run too.
    """

    def rule(cotangent: Any, x: Any, **params: Any) -> list[Any]:
        return [transpose(_jax.ad.instantiate_zeros(cotangent), **params)]

    return rule


def linear(primitive: _jax.Primitive, transpose: Callable[..., Any]) -> None:
    """Declare ``primitive`` linear, with ``transpose`` from cotangent and parameters."""
    _jax.ad.deflinear2(primitive, None)  # for the tangent; its transpose leaves out zeros
    _jax.ad.primitive_transposes[primitive] = transpose_rule(transpose)


def _type(operand: Any) -> Any:
    """What a compiled program depends on of an operand: not the value, of a number either."""
    return (operand.shape, operand.dtype) if hasattr(operand, "shape") else type(operand)
