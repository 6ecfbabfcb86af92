"""Factorizations on ranks whose processors round differently."""

import subprocess
import sys

import pytest
from support.launcher import job_environment, mpirun

pytestmark = pytest.mark.ranks(1)

# Matrices of half rank, whose factors depend on rounding. "Nehalem" is a processor without AVX.
PROGRAM = """
import jax, numpy as np, jpi, jpi.numpy as jnp

jax.config.update("jax_enable_x64", True)
draw = np.random.default_rng(0)
half = draw.normal(size=(150, 75)) @ draw.normal(size=(75, 150))
tall = draw.normal(size=(600, 20)) @ draw.normal(size=(20, 40))

def vectors(x):
    return jnp.linalg.eigh(x @ x.T)[1], jnp.linalg.qr(x)[0], jnp.linalg.svd(x)[0]

def loss(x):
    w, v = jnp.linalg.eigh(x + x.T)
    u, s, _ = jnp.linalg.svd(x)
    return jnp.sum(jnp.tanh(x @ v) ** 2) + jnp.sum((x @ u)[:, 0] * s) ** 2 + jnp.sum(jnp.sin(w))

for jpi.config.linalg in ("gathered", "distributed"):
    found = [*vectors(jnp.asarray(half)), jnp.linalg.qr(jnp.asarray(tall))[0]]
    for q in (q.gather() for q in found):
        assert abs(q.T @ q - np.eye(q.shape[1])).max() < 1e-12, jpi.config.linalg
    x = draw.normal(size=(60, 60))
    x = x / np.linalg.norm(x, 2)
    gradient = jax.grad(loss)(jnp.asarray(x)).gather()
    np.testing.assert_allclose(gradient, jax.grad(loss)(jax.numpy.asarray(x)), 0, 1e-6)
print("same")
"""


def test_ranks_on_other_processors_find_the_same_vectors():
    python = sys.executable, "-c", PROGRAM
    other = "env", "OPENBLAS_CORETYPE=Nehalem"
    job = subprocess.run(
        [*mpirun(1), *other, *python, ":", "-n", "1", *python],
        env=job_environment(JPI_FALLBACK="silent"),
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert job.returncode == 0, job.stderr
    assert job.stdout.count("same") == 2  # the ranks may share a line
