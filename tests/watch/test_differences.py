"""Programs that depend on the rank although they should not: what finds them, and how early."""

import re

import pytest
from support.failing_programs import BEGIN
from support.launcher import run_python

pytestmark = pytest.mark.ranks(1)  # mpirun is started here, and does not nest

STATIC, VALUE, OPERANDS, LINE = "`static arguments`", "same on every rank", "`operands`", "`line`"

# The program; what the error names with `check = "full"`, and what it names with the default.
PROGRAMS = {
    "X[rank]": ("squeeze of float32[1, 2], given index=1, at",) * 2,
    "jnp.percentile(X, 10 * rank)": ("given q=10",) * 2,
    "X.at[rank].set(9.0)[1:].sum()": (OPERANDS, None),
    "jnp.concatenate([X, X + 1] if rank else [X + 1, X])": (OPERANDS, None),
    "jpi.jit(lambda x: jnp.concatenate([x, x + 1] if rank else [x + 1, x]))(X)": (STATIC, STATIC),
    "jnp.sum(X ** (rank + 2))": (OPERANDS, None),
    "jpi.jit(lambda x: jnp.sum(x ** (rank + 2)))(X)": (STATIC, STATIC),
    "[jnp.sum(y) for y in ([X * 2, X * 3] if rank else [X * 3, X * 2])]": (OPERANDS, None),
    "jax.jit(lambda t: [t[k].sum() for k in order])({'a': X, 'b': X + 1})": (STATIC, None),
    "jpi.jit(lambda t: [t[k].sum() for k in order])({'a': X, 'b': X + 1})": (STATIC, None),
    "jax.jit(lambda t: jax.lax.fori_loop(0, 2, lambda i, t: {k: t[k] / t[k].sum() for k in order}, "
    "t))({'a': X, 'b': X + 1})": (STATIC, None),
    "jax.grad(lambda t: sum(t[k].max() for k in order))({'a': X * 2, 'b': X * 3})": (
        OPERANDS,
        None,
    ),
    "jax.jit(jax.grad(lambda t: sum(t[k].max() for k in order)))({'a': X, 'b': X + 1})": (
        STATIC,
        None,
    ),
    "[jax.tree.map(lambda x: x * 2, {'a': X * 2, 'b': X * 3})[k].sum() for k in order]": (
        OPERANDS,
        None,
    ),
    "[jpi.jit(lambda t: t)({'a': X, 'b': X + 1})[k].sum() for k in order]": (OPERANDS, None),
    "X[np.arange(5) % 2 == rank % 2]": (VALUE, VALUE),
    "X.at[np.arange(5) % 2 == rank % 2].get()": (VALUE, VALUE),
    "jpi.jit(lambda x: x[np.arange(5) % 2 == rank % 2])(X)": (VALUE, VALUE),
    "X.at[0].set([1.0, rank])": (VALUE, VALUE),
    "jpi.spmd(lambda x: x * (v[0] + rank))(X)": (VALUE, VALUE),
    "(lambda k: jpi.spmd(lambda x: x * k)(X))(ranks[0])": (VALUE, VALUE),
    "jax.grad(lambda x: jpi.spmd(lambda y: (y * (v[0] + rank)).sum())(x))(X)": (VALUE, VALUE),
    "jax.lax.scan(lambda c, k: (c + k, None), X, ranks)[0]": (VALUE, VALUE),
    "jpi.jit(lambda x, k: jax.lax.scan(lambda c, k: (c + k, None), x, k)[0])(X, ranks)": (
        VALUE,
        VALUE,
    ),
    "jax.lax.fori_loop(0, 2, lambda i, c: (c[0] * c[1], c[1]), (X, ranks[0]))[0]": (VALUE, VALUE),
    "jax.checkpoint(lambda k: X * k)(ranks[0])": (VALUE, VALUE),
    "jpi.map_shards(lambda block, k: block + k, X, ranks[0])": (VALUE, VALUE),
    "jpi.stencil(lambda p, k: k * p[1:-1], X, 1, axis=0, args=[ranks[0]])": (VALUE, VALUE),
    "jpi.halo(X, (1 + rank, 0), axis=0, mode='constant')": (STATIC, STATIC),
    "X[np.array([rank, 2])]": (VALUE, VALUE),
    "jpi.replicate(v + rank)": (VALUE, None),
    "jnp.einsum('ij,j->', X, jax.numpy.ones(2) * (rank + 1))": (VALUE, VALUE),
    "X + jnp.sum(X) * (rank + 1)": (VALUE, VALUE),
    "jnp.sum(X, where=np.arange(2) == rank)": (VALUE, VALUE),
    "jnp.sort(X[:, 0], descending=bool(rank))": ("ranks must make the same call",) * 2,
    "jnp.flip(X, 0) if rank else jnp.roll(X, 1, 0)": ("must make the same call",) * 2,
    "jnp.max(X) if rank == 0 \\\n    else jnp.max(X)": (LINE, None),
    "jax.grad(lambda x: jpi.allreduce((x * jpi.allreduce(x)).sum()))(1.0 + v[rank])": (
        "through jpi.spread",
        None,
    ),
}

ALL = """
v = np.arange(10, dtype=np.float32).reshape(5, 2)
X = jnp.asarray(v)
ranks = jax.numpy.full(3, rank, np.float32)
order = "ab" if rank else "ba"

def found(number, program):
    try:
        jax.block_until_ready(program())
        text = "nothing"
    except Exception as error:
        text = str(error)
    sys.stdout.write(f"<{number}> {text} </{number}>\\n")
    sys.stdout.flush()
"""


@pytest.fixture(scope="module", params=["full", "trace"])
def job(request, tmp_path_factory):
    """A job of all programs, and the place of its level among the expectations."""
    folder = tmp_path_factory.mktemp("job")
    calls = [f"found({n}, lambda: {text})" for n, text in enumerate(PROGRAMS)]
    (folder / "program.py").write_text("\n".join([BEGIN + ALL, *calls]))
    done = run_python(2, "program.py", folder=folder, JPI_CHECK=request.param)
    assert done.returncode == 0, done.stdout + done.stderr
    return request.param == "trace", done.stdout


def test_differences_are_errors_with_their_lines(job):
    place, said = job
    for number, (program, expected) in enumerate(PROGRAMS.items()):
        texts = re.findall(rf"<{number}> (.*?) </{number}>", said, re.DOTALL)
        wanted = expected[place] or "nothing"
        assert len(texts) == 2 and all(wanted in text for text in texts), (program, texts)
        if expected[place]:
            assert all("program.py:" in text for text in texts), (program, texts)


SAME = """
rng = np.random.default_rng(0)
X, k = jnp.asarray(rng.normal(size=(7, 3))), jax.numpy.float32(2)
if rank == 0 and jpi.config.check != "full":
    X * 3  # no other rank needs to know
w = jax.numpy.ones(3) + 1e-7 * rank * jax.numpy.ones(3)  # rounding

@jax.jit
def step(w):
    return jax.value_and_grad(lambda w: jnp.mean((X @ w - 1) ** 2))(w)

for s in range(3):
    step(w), jnp.sort(X, axis=0)[s], X.at[s].add(s), jnp.cumsum(X + s, 1)[::2].sum()
    X[np.arange(7) > s], X[X > s], jnp.concatenate([X, X * s]), X[jnp.argsort(X[:, 0])]
    jpi.spmd(lambda x: jax.lax.fori_loop(0, 3, lambda i, x: x / (1 + i), x) @ np.ones(3))(X).sum()
    jnp.split(X, [1 + s]), jnp.percentile(X, 30.0), X.reshape(3, 7), jnp.linalg.norm(X)
    jpi.map_shards(lambda x, w: x * (rank + 1) + w, X, w)
    jpi.jit(lambda x: jpi.map_shards(lambda x: x[: 1 + rank], x))(X).sum()
    jpi.spmd(lambda x, name: x.sum())(X, name=f"rank {rank}")
    jpi.random.normal(jax.random.key(s), (5,)) if hasattr(jpi.random, "normal") else None
    jpi.bcast(x, 0) if rank == 0 else \\
        jpi.bcast(x, 0)
    jpi.scatter_from(v if rank == 0 else None) if (v := np.ones(5)) is not None else None
jpi.wait()
print("the same")
"""


@pytest.mark.parametrize("check", ["trace", "full"])
def test_equal_programs_pass(check, tmp_path):
    (tmp_path / "program.py").write_text(BEGIN + SAME)
    job = run_python(3, "program.py", folder=tmp_path, JPI_CHECK=check, PYTHONHASHSEED="random")
    assert job.returncode == 0 and job.stdout.count("the same") == 3, job.stderr
