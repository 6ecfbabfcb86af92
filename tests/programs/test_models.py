"""Models written for one device, on DistArrays: sharding the batch or the weights changes nothing.

Only the specs of the inputs determine what is parallel.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from support.oracle import assert_same, random_array

import jpi
import jpi.numpy

pytestmark = pytest.mark.sweep(2)

eqx = pytest.importorskip("equinox")

BATCH, LENGTH, WIDTH, HEADS = 7, 3, 4, 2
COLUMNS, ROWS = jpi.P(None, "ranks"), jpi.P("ranks")


class Block(eqx.Module):
    """A transformer block: attention and a small network, each normalised and added."""

    attention: eqx.nn.MultiheadAttention
    network: eqx.nn.MLP
    norms: list

    def __init__(self, key):
        first, second = jax.random.split(key)
        self.attention = eqx.nn.MultiheadAttention(HEADS, WIDTH, key=first)
        self.network = eqx.nn.MLP(WIDTH, WIDTH, 2 * WIDTH, 1, jax.nn.gelu, key=second)
        self.norms = [eqx.nn.LayerNorm(WIDTH), eqx.nn.LayerNorm(WIDTH)]

    def __call__(self, x):
        y = jax.vmap(self.norms[0])(x)
        x = x + self.attention(y, y, y)
        return x + jax.vmap(self.network)(jax.vmap(self.norms[1])(x))


MODELS = {
    "mlp": (lambda: eqx.nn.MLP(WIDTH, 2, 8, 2, key=jax.random.key(0)), (BATCH, WIDTH)),
    "transformer": (lambda: Block(jax.random.key(0)), (BATCH, LENGTH, WIDTH)),
}


def with_numbers(model):
    """The model with weights that do not depend on JAX's generator of random numbers."""
    leaves, tree = jax.tree.flatten(model)
    drawn = [
        jnp.asarray(random_array(x.shape, seed=i)) / 2 if eqx.is_array(x) else x
        for i, x in enumerate(leaves)
    ]
    return jax.tree.unflatten(tree, drawn)


def cut_weights(weights, spec):
    """Matrices sharded by ``spec``, other arrays replicated; plain arrays for spec None."""

    def place(x):
        return jpi.numpy.asarray(x, spec=spec if x.ndim == 2 else jpi.P())

    return weights if spec is None else jax.tree.map(place, weights)


@pytest.mark.parametrize(
    ("batch", "weights"),
    [(ROWS, None), (jpi.P(), ROWS), (jpi.P(), COLUMNS), (ROWS, ROWS)],
    ids=["data", "tensor rows", "tensor columns", "both"],
)
@pytest.mark.parametrize("name", MODELS)
def test_loss_and_gradients_are_those_of_one_process(name, batch, weights):
    make, shape = MODELS[name]
    arrays, static = eqx.partition(with_numbers(make()), eqx.is_array)
    x = random_array(shape, seed=50)

    def loss(arrays, x):
        y = jax.vmap(eqx.combine(arrays, static))(x)
        return jnp.mean((y - 0.3) ** 2), y

    distributed = jpi.spmd(loss)
    gradient = jpi.jit(
        lambda arrays, x: jax.value_and_grad(distributed, (0, 1), has_aux=True)(arrays, x)
    )
    actual = gradient(cut_weights(arrays, weights), jpi.numpy.asarray(x, spec=batch))
    expected = jax.jit(jax.value_and_grad(loss, (0, 1), has_aux=True))(arrays, jnp.asarray(x))
    assert_same(actual, expected)
    assert np.ndim(actual[0][0]) == 0 and not isinstance(actual[0][0], jpi.DistArray)
