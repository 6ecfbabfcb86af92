"""Programs that save and restore, started by tests on several numbers of ranks, and killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from support.launcher import job_environment, mpirun, run_python

BEGIN = """
import os, sys, time
import jax, numpy as np
import jpi, jpi.numpy as jnp
jax.config.update("jax_enable_x64", True)
folder = sys.argv[1]
"""
# Saves without an end. It prints a line when it has restored and checked the last checkpoint.
SAVING = (
    BEGIN
    + """
def state(step):
    rows = np.random.default_rng(step % 5).random((601, 500))
    return {"rows": jnp.asarray(rows), "columns": jnp.asarray(rows, spec=(None, "ranks")),
            "plain": rows[:7].copy(), "step": step}

jpi.config.check = "off"
last = jpi.checkpoint.latest(folder)
if last is not None:
    found, expected = jpi.checkpoint.restore(folder, state(0)), state(last)
    assert found["step"] == last
    for name in ("rows", "columns"):
        assert (np.asarray(found[name].shard) == np.asarray(expected[name].shard)).all(), name
    assert (found["plain"] == expected["plain"]).all()
step = last or 0
jpi.checkpoint.save(folder, step + 1, state(step + 1), keep=2)
os.write(1, f"{os.getpid()} {last or 0}\\n".encode())
step += 1
while len(sys.argv) == 2:
    step += 1
    jpi.checkpoint.save(folder, step, state(step), keep=2, background=step % 2 == 0)
"""
)


def killed(folder: Path, ranks: int, seed: int) -> int:
    """Starts a program that saves, and kills it or one of its ranks; the step that it began from.

    Errors: AssertionError if the program has failed by itself.
    """
    choice = random.Random(seed)
    process = subprocess.Popen(
        [*mpirun(ranks), sys.executable, "-c", SAVING, str(folder)],
        env=job_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    lines = [process.stdout.readline().split() for _ in range(ranks)]
    if not all(lines):
        process.kill()
        raise AssertionError(process.communicate()[1])
    time.sleep(choice.uniform(0, 0.4))
    victims = [int(pid) for pid, _ in lines]
    for pid in victims if choice.random() < 0.5 else [choice.choice(victims)]:
        os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=60)
    return int(lines[0][1])


def restored(folder: Path, ranks: int) -> int:
    """Starts a program that restores the last checkpoint and saves one more; the step restored."""
    process = run_python(ranks, "-c", SAVING, str(folder), "once")
    assert process.returncode == 0, process.stderr
    return int(process.stdout.split()[1])
