"""Freed memory is kept for the next results."""

from __future__ import annotations

import platform

import pytest
from support.launcher import run_python

import jpi
from jpi._config import Config

# Prints how many times less new memory than it takes a loop maps, in the threads of XLA.
PROGRAM = """
import resource, sys
import jax, jax.numpy as jnp
import jpi

print(jpi.config.kept_bytes)
if len(sys.argv) > 1:
    jpi.config.kept_bytes = int(sys.argv[1])

@jax.jit
def kept_in_a_loop(x):
    return jax.lax.scan(lambda x, _: (2 * x, x), x, length=4)[1][-1, 0]

def mapped():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt * resource.getpagesize()

x, calls = jnp.ones(2**20, jnp.float32), 30
for _ in range(5):
    kept_in_a_loop(x).block_until_ready()
before = mapped()
for _ in range(calls):
    kept_in_a_loop(x).block_until_ready()
print((mapped() - before) / (calls * 4 * x.nbytes))
"""


@pytest.fixture
def mapped(tmp_path):
    """A function that gives a process's setting, and how much of its memory is new each time."""
    (tmp_path / "program.py").write_text(PROGRAM)

    def run(*arguments, **environment):
        job = run_python(None, "program.py", *arguments, folder=tmp_path, **environment)
        assert job.returncode == 0, job.stderr
        kept, share = job.stdout.split()
        return kept, float(share)

    return run


@pytest.mark.ranks(1)
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_large_results_take_memory_that_was_freed(mapped):
    kept, share = mapped()
    assert int(kept) <= 2**30
    _, without = mapped("0")
    assert share < 0.8 * without, "most of it was new"
    assert mapped(JPI_KEPT_BYTES="1000")[0] == "1000"
    assert mapped(MALLOC_TRIM_THRESHOLD_="131072")[0] == "None"
    assert mapped(GLIBC_TUNABLES="glibc.malloc.tcache_count=7")[0] == "None"


@pytest.mark.ranks(1)
def test_a_setting_that_is_no_number_of_bytes_is_an_error(monkeypatch):
    for value in (-1, 1.5, True, "1", None):
        with pytest.raises(ValueError, match="`kept_bytes` must be a number of bytes"):
            jpi.config.kept_bytes = value
    monkeypatch.setenv("JPI_KEPT_BYTES", "much")
    with pytest.raises(ValueError, match="from 0 on; got 'much'"):
        Config()
    before = jpi.config.kept_bytes
    jpi.config.kept_bytes = 10**30
    assert jpi.config.kept_bytes == 2**31 - 1
    jpi.config.kept_bytes = before or 0
    assert f"kept_bytes={jpi.config.kept_bytes}" in repr(jpi.config)
