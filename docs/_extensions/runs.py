"""Running the programs of a page under mpirun, each once for its text and that of JPI."""

import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
RUNS = REPOSITORY / "build" / "runs"
LIMIT = 120  # seconds for one program


class Failed(Exception):
    """A program did not end as its page says."""


def run_session(blocks, ranks, environment):
    """Returns for each block of code what it printed, and the folder in which it ran."""
    session = HERE / "session.py"
    key = ["session", session.read_text(), blocks, ranks, environment]
    folder = _folder(key)
    if not _is_done(folder):
        (folder / "blocks.json").write_text(json.dumps(blocks))
        shown = _run(folder, [str(session)], ranks, environment)
        if shown.returncode:
            raise Failed(f"a block of code failed:\n{_text(blocks)}\n{shown.stdout}")
        _finish(folder)
    printed = [json.loads((folder / f"printed.{rank}.json").read_text()) for rank in range(ranks)]
    return [(_joined(of_block, folder), folder) for of_block in zip(*printed, strict=True)]


def _joined(printed, folder):
    """What all ranks printed, rank after rank; their errors once, if they say the same."""
    outputs, errors = zip(*printed, strict=True)
    errors = [re.sub(r"rank \d+ of", "rank 0 of", text) for text in errors]
    once = errors[:1] if len(set(errors)) == 1 else errors
    return _as_shown("".join((*outputs, *once)), folder)


_JAX_NOTE = re.compile(r"-{20}\nFor simplicity, JAX has removed its internal frames.*\n?")


def _as_shown(text, folder):
    """The text without JAX's note, and without the folders of the machine that builds the site."""
    text = _JAX_NOTE.sub("", text)
    return text.replace(f"{folder}/", "").replace(str(REPOSITORY), "~/jpi").rstrip()


def run_program(code, command, ranks, environment, wanted):
    """Returns what a program of its own printed, and the folder in which it ran."""
    folder = _folder(["program", code, command, ranks, environment, wanted])
    if not _is_done(folder):
        name, *arguments = command or ["program.py"]
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(code + "\n")
        shown = _run(folder, [name, *arguments], ranks, environment)
        if shown.returncode != wanted:
            raise Failed(
                f"{name} must end with exit code {wanted}, not {shown.returncode}:\n"
                f"{code}\n{shown.stdout}"
            )
        (folder / "printed").write_text(shown.stdout)
        _finish(folder)
    return _as_shown((folder / "printed").read_text(), folder), folder


def _run(folder, command, ranks, environment):
    launcher = Path(sys.executable).with_name("mpirun")
    mpirun = str(launcher) if launcher.exists() else shutil.which("mpirun")
    return subprocess.run(
        [mpirun, "-n", str(ranks), sys.executable, *command],
        cwd=folder,
        env={**os.environ, **_WARNINGS, **_SETTINGS, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT,
    )


# One thread for each rank: a machine that builds the site has fewer cores than ranks.
_SETTINGS = {
    "NPROC": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NO_COLOR": "1",
    "JPI_TIMEOUT": "60",
    "MPLBACKEND": "agg",
}


# Ranks share a compilation cache, if there is one, and may read what is not whole yet.
_WARNINGS = {"PYTHONWARNINGS": "ignore:Error reading persistent,ignore:Error writing persistent"}


def _folder(key):
    """The folder of a program, empty if it has not run."""
    text = json.dumps([key, _SETTINGS, _sources()])
    folder = RUNS / hashlib.sha256(text.encode()).hexdigest()[:16]
    if not _is_done(folder):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    return folder


def _is_done(folder):
    return (folder / "done").exists()


def _finish(folder):
    (folder / "done").touch()


@functools.cache
def _sources():
    """A hash of JPI."""
    hashed = hashlib.sha256()
    for folder, pattern in (("jpi", "*.py"), ("native", "*")):
        for path in sorted((REPOSITORY / folder).rglob(pattern)):
            if path.is_file():
                hashed.update(path.read_bytes())
    return hashed.hexdigest()


def _text(blocks):
    return "\n".join(code for code, _ in blocks)
