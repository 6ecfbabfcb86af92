"""Programs that run a function inside each control flow and call of JAX.

A program runs on a list with an entry for each rank, through a function from the operands of all
ranks to their results: with one entry here, where the collective gives the result, and with all of
them in the reference.
"""

import jax
import jax.numpy as jnp
from jax import lax


def plain(run, xs):
    return run(xs)


def in_scan(run, xs):
    def step(carry, scale):
        ys = run(carry)
        return [scale * c for c in carry], ys

    return lax.scan(step, xs, jnp.array([0.5, -2.0]))[1]


def zeros_like_results(run, xs):
    return [jnp.zeros(y.shape, y.dtype) for y in jax.eval_shape(run, xs)]


def in_fori(run, xs):
    start = zeros_like_results(run, xs)
    body = lambda i, c: [a + (i + 1) * y for a, y in zip(c, run(xs), strict=True)]  # noqa: E731
    return lax.fori_loop(0, 2, body, start)


def in_cond(run, xs):
    other = lambda xs: run([2 * x for x in xs])  # noqa: E731
    return lax.cond(jnp.array(True), other, lambda xs: [3 * y for y in run(xs)], xs)


def in_switch(run, xs):
    branches = [lambda xs, k=k: run([k * x for x in xs]) for k in (1, 2, 3)]
    return lax.switch(jnp.array(1), branches, xs)


def in_remat(run, xs):
    return jax.checkpoint(lambda xs: [jnp.tanh(y) for y in run(xs)])(xs)


def in_custom_vjp(run, xs):
    @jax.custom_vjp
    def doubled(xs):
        return run(xs)

    def forward(xs):
        ys, pullback = jax.vjp(run, xs)
        return ys, pullback

    doubled.defvjp(forward, lambda pullback, cts: pullback([2 * ct for ct in cts]))
    return doubled(xs)


def in_while(run, xs):
    """The collective in the condition and in the body."""

    def condition(state):
        i, xs, _ = state
        return i < 2 + 0 * jnp.int32(sum(jnp.sum(y) for y in run(xs)))

    def body(state):
        i, xs, _ = state
        return i + 1, [0.5 * x for x in xs], run(xs)

    ys = zeros_like_results(run, xs)
    return lax.while_loop(condition, body, (0, xs, ys))[2]
