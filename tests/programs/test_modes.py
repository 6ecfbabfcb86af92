"""JAX's own modes: they are for the user's code, and JPI works in each as JAX does."""

import contextlib

import jax
import jax.numpy
import numpy as np
import pytest
from support.launcher import run_python
from support.oracle import assert_same, random_array

import jpi
import jpi.numpy as jnp

pytestmark = pytest.mark.sweep

Y = random_array((7, 4))


def loop(m, x):
    return jax.lax.scan(lambda c, _: (c + m.sum(x * c), None), 1.0, None, length=3)[0]


PROGRAMS = {
    "operator": lambda m, x: x + 1,
    "sum": lambda m, x: m.sum(x, axis=0),
    "sort": lambda m, x: m.sort(x, axis=0)[1:],
    "roll": lambda m, x: m.roll(x, 2, axis=0)[::2],
    "gradient": lambda m, x: jax.grad(lambda x: m.sum(x * x))(x),
    "loop": loop,
    "branch": lambda m, x: jax.lax.cond(True, lambda x: m.sum(x), lambda x: m.max(x), x),
    "fft": lambda m, x: m.fft.irfftn(x + 0j, s=(5, 1)),
    "median": lambda m, x: m.median(x, axis=0),
    "percentile": lambda m, x: m.percentile(x, 30.0),
    "standard deviation": lambda m, x: m.std(x, axis=0),
    "largest": lambda m, x: jax.grad(lambda x: m.max(x))(x),
}


@contextlib.contextmanager
def debug(name):
    jax.config.update(name, True)
    try:
        yield
    finally:
        jax.config.update(name, False)


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_run_uncompiled(name):
    x, expected = jnp.asarray(Y), PROGRAMS[name](jax.numpy, jax.numpy.asarray(Y))
    with jax.disable_jit():
        assert_same(PROGRAMS[name](jnp, x), expected)
        for compiled in (jax.jit, jpi.jit):
            assert_same(compiled(lambda x: PROGRAMS[name](jnp, x))(x), expected)


def test_an_uncompiled_function_sees_values():
    seen = []
    with jax.disable_jit():
        jpi.jit(lambda x: seen.append(float(jnp.sum(x))))(jnp.ones(3))
    assert seen == [3.0]


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_run_under_strict_promotion(name):
    x, y = jnp.asarray(Y), jax.numpy.asarray(Y)
    for mode in (
        lambda: jax.numpy_rank_promotion("raise"),
        lambda: jax.numpy_dtype_promotion("strict"),
    ):
        with mode():
            try:
                expected = PROGRAMS[name](jax.numpy, y)
            except Exception as error:
                with pytest.raises(type(error)):
                    PROGRAMS[name](jnp, x)
            else:
                assert_same(PROGRAMS[name](jnp, x), expected)


def test_a_large_sort_is_not_a_promotion_of_the_user():
    y = random_array((20000,))
    with jax.numpy_rank_promotion("raise"), jax.numpy_dtype_promotion("strict"):
        assert_same(jnp.sort(jnp.asarray(y)), np.sort(y))


def test_promotions_of_the_user_are_errors():
    x, row = jnp.asarray(Y), np.ones(4, "f4")
    with jax.numpy_rank_promotion("raise"), pytest.raises(ValueError, match="rank_promotion"):
        x + row
    with jax.numpy_dtype_promotion("strict"), pytest.raises(ValueError, match="promotion"):
        x + jnp.arange(4)


def test_jpi_transfers_nothing_of_its_own():
    x = jnp.asarray(Y)
    with jax.transfer_guard("disallow"):
        assert_same(jnp.arange(9), jax.numpy.arange(9))
        results = [
            jnp.sum(x, axis=0),
            jnp.sort(x, axis=0),
            x.gather(),
            jpi.allreduce(x.shard.sum()),
        ]
    assert_same(results[:3], [jax.numpy.sum(Y, axis=0), np.sort(Y, axis=0), jax.numpy.asarray(Y)])


@pytest.mark.parametrize(("mode", "number"), [("nans", np.nan), ("infs", np.inf)])
def test_a_number_that_a_mode_reports_is_an_error(mode, number):
    x = jnp.asarray(Y)
    use = lambda x, n: jnp.sum(x) * n  # noqa: E731
    with debug(f"jax_debug_{mode}"):
        assert_same(jpi.jit(use)(x, 2.0), jax.numpy.sum(Y) * 2)
        assert_same(jnp.sort(x, axis=0), np.sort(Y, axis=0))
        for compiled in (jpi.jit, jax.jit):
            with pytest.raises(FloatingPointError):
                compiled(use)(x, number)


def test_programs_are_compiled_ahead_of_time():
    x, f = jnp.asarray(Y), lambda x: jnp.sort(x, axis=0).sum()
    compiled = jpi.jit(f).lower(x).compile()
    assert compiled.cost_analysis() is not None
    for _ in range(3):
        assert_same(compiled(x), f(x))


def test_the_methods_of_a_compiled_function_are_those_of_jax():
    traces = []

    @jpi.jit
    def total(x):
        traces.append(x.shape)
        return jnp.sum(x)

    x = jnp.asarray(Y)
    assert total.eval_shape(x) == jax.eval_shape(lambda: jnp.float32(0))
    total(x)
    count = len(traces)
    total(x)
    assert len(traces) == count
    total.clear_cache()
    assert_same(total(x), jax.numpy.sum(Y))
    assert len(traces) > count


SEVERAL_DEVICES = """
import jax
jax.config.update("jax_num_cpu_devices", 2)
import jax.numpy, jpi, jpi.numpy as jnp
x = jnp.arange(6.0)
mesh = jax.make_mesh((2,), ("i",), axis_types=(jax.sharding.AxisType.Auto,))
sharding = jax.sharding.NamedSharding(mesh, jax.P("i"))
y = jax.device_put(jax.numpy.arange(6.0), sharding)
def refused(use):
    try:
        use()
    except NotImplementedError as error:
        assert "one device of this rank; got 2" in str(error), error
    else:
        raise AssertionError
refused(lambda: jnp.sum(x * y))
refused(lambda: jpi.allreduce(y))
with jax.set_mesh(mesh):
    refused(lambda: jnp.sum(x))
print(jnp.sum(x * jax.device_put(y, jax.devices()[0])))
"""


@pytest.mark.ranks(1)
def test_a_program_for_several_devices_is_an_error():
    job = run_python(2, "-c", SEVERAL_DEVICES)
    assert job.stdout.count("55.0") == 2, job.stderr  # the ranks share the line
