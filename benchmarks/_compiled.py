"""A collective as users of JAX run it: called alone, and as the body of a compiled loop."""

from __future__ import annotations

import timeit
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax


class Compiled:
    """`function` of the array `x`, to be checked and timed in both forms.

    `wait` returns when all started work has finished. A call ends with its result, so `wait` is
    needed only where a rank has no result: an operand that is returned is ready at once.
    """

    def __init__(
        self,
        function: Callable[[Any], Any],
        x: jax.Array,
        *,
        jit: Callable[..., Any] = jax.jit,
        wait: Callable[[], Any] = lambda: None,
        hands_through: bool = False,
    ) -> None:
        self._call, self._x, self._wait, self._hands_through = jit(function), x, wait, hands_through
        self._loop = jit(
            _iterated(function), static_argnames="iterations", donate_argnames=("x", "y")
        )

    def result(self) -> jax.Array:
        """Returns the result of one call."""
        return self._call(self._x)

    def result_of_two(self) -> jax.Array:
        """Returns the result of a loop of two iterations; call it before `time_loop`."""
        y = jnp.zeros_like(self.result())
        x, result = self._loop(jnp.copy(self._x), jnp.copy(y), iterations=2)
        self._state = jnp.zeros_like(self._x), y  # sums of zeros stay finite in any loop
        return x if x.shape == y.shape else result

    def time_call(self, calls: int) -> float:
        """Returns the seconds per call."""

        def call() -> None:
            self._call(self._x).block_until_ready()
            if self._hands_through:
                self._wait()

        return timeit.timeit(call, number=calls) / calls

    def time_loop(self, iterations: int) -> float:
        """Returns the seconds per iteration."""

        def loop() -> None:
            self._state = self._loop(*self._state, iterations=iterations)
            jax.block_until_ready(self._state)
            self._wait()

        return timeit.timeit(loop, number=1) / iterations


def _iterated(function: Callable[[Any], Any]) -> Callable[..., tuple[Any, Any]]:
    """A loop over `function`, whose result is the next operand where the shapes agree."""

    def run(x: Any, y: Any, iterations: int) -> tuple[Any, Any]:
        def body(_: Any, state: tuple[Any, Any]) -> tuple[Any, Any]:
            # Each iteration waits for the last one's result: XLA moves a collective of its own out
            # of the loop if its operand never changes.
            x, y = lax.optimization_barrier(state)
            result = function(x)
            return (result, y) if result.shape == x.shape else (x, result)

        return lax.fori_loop(0, iterations, body, (x, y))

    return run
