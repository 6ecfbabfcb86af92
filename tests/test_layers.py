"""The packages of JPI and what each may import, as a table from the ground up."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.launcher import job_environment

import jpi

ROOT = Path(jpi.__file__).parent

# What stands at the bottom: everything but `_layout` may import it.
GROUND = {"_native", "_config", "_jax"}
MACHINERY = {"_call", "_layout", "_mpi", "_ordered", "_primitives", "_blocks"}
PUBLIC = GROUND | MACHINERY | {"_array", "_namespace"}
LAYERS: dict[str, set[str]] = {
    "_native": set(),
    "_config": {"_native"},
    "_jax": set(),
    "_layout": set(),
    "_setup": {"_native", "_config", "_layout"},
    "_mpi": GROUND | {"_layout", "_setup"},
    "_ordered": GROUND | {"_mpi"},
    "_primitives": GROUND | {"_layout", "_mpi", "_ordered"},
    "_watch": GROUND | {"_layout", "_mpi", "_ordered"},
    "collectives": GROUND | {"_mpi", "_ordered", "_primitives"},
    "_blocks": GROUND | {"_layout", "_mpi", "_ordered", "_primitives"},
    "_evaluation": GROUND | {"_layout", "_mpi", "_ordered", "_blocks"},
    "_rules": GROUND | {"_layout", "_mpi", "_ordered", "_primitives", "_blocks", "_evaluation"},
    "_call": GROUND | {"_layout", "_mpi", "_ordered", "_evaluation", "_rules"},
    "_array": GROUND | MACHINERY | {"collectives"},
    "_namespace": GROUND | {"_call"},
    "io": PUBLIC,
    "checkpoint": PUBLIC | {"io", "_watch"},
    "numpy": PUBLIC | {"io"},
    "nn": PUBLIC,
    "image": PUBLIC,
    "ops": PUBLIC,
    "lax": PUBLIC,
    "random": PUBLIC,
    "scipy": PUBLIC | {"numpy"},
}
TOP = {"__init__", "__main__"}  # these may import everything


def package_of(path: Path, root: Path) -> str:
    return path.relative_to(root).parts[0].removesuffix(".py").removesuffix(".pyi")


def imports(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The line and the dotted name of everything that a file imports of jpi, in functions too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "jpi":
            for alias in node.names:
                yield node.lineno, [*node.module.split(".")[1:], alias.name]
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield node.lineno, ["relative"]
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("jpi."):
                    yield node.lineno, alias.name.split(".")[1:]


def forbidden(root: Path) -> list[str]:
    """Every import below ``root`` that the table does not allow, as `file:line: package`."""
    return [
        f"{path.relative_to(root)}:{line}: {names[0]}"
        for path in sorted(root.rglob("*.py"))
        if (own := package_of(path, root)) not in TOP
        for line, names in imports(path)
        if names[0] != own and names[0] not in LAYERS[own]
    ]


def test_the_table_has_every_package_and_can_be_built_in_an_order():
    found = {package_of(path, ROOT) for path in ROOT.rglob("*.py*") if path.suffix != ".pyc"}
    assert found == set(LAYERS) | TOP
    tuple(graphlib.TopologicalSorter(LAYERS).static_order())


def test_no_file_imports_what_the_table_does_not_allow():
    assert forbidden(ROOT) == []


@pytest.mark.parametrize(
    "line",
    [
        "from jpi._array.array import DistArray",
        "from jpi import _array",
        "import jpi._array.array",
        "def f():\n    from jpi._array.array import DistArray",
        "from .._array import array",
    ],
)
def test_a_forbidden_import_is_found(tmp_path, line):
    (tmp_path / "_blocks").mkdir()
    (tmp_path / "_blocks" / "sort.py").write_text(line)
    assert len(forbidden(tmp_path)) == 1


def test_modules_of_one_package_do_not_import_each_other_in_a_circle():
    graph: dict[str, set[str]] = {}
    modules = {".".join(p.relative_to(ROOT).with_suffix("").parts) for p in ROOT.rglob("*.py")}
    for path in ROOT.rglob("*.py"):
        own = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for _, names in imports(path):
            whole, parent = ".".join(names), ".".join(names[:-1])
            graph.setdefault(own, set()).update({whole, parent} & (modules - {own}))
    tuple(graphlib.TopologicalSorter(graph).static_order())


def test_private_packages_hold_a_docstring_and_nothing_else():
    for path in ROOT.glob("_*/__init__.py"):
        statements = ast.parse(path.read_text()).body
        if path.parent.name == "_rules":  # it registers the rules
            own = {p.stem for p in path.parent.glob("[a-z]*.py")}
            assert {alias.name for node in statements[1:] for alias in node.names} == own
        else:
            assert len(statements) == 1 and ast.get_docstring(ast.parse(path.read_text())), path


def test_only_one_package_knows_names_that_jax_does_not_publish():
    for path in ROOT.rglob("*.py"):
        if package_of(path, ROOT) != "_jax":
            text = path.read_text()
            assert "jax._src" not in text and "jax.extend" not in text, path
            assert "jax.interpreters" not in text, path


def test_a_newcomer_sees_few_private_names():
    entries = {path.stem for path in ROOT.iterdir() if path.name.startswith("_")}
    assert len(entries - TOP - {"__pycache__"} - {s for s in entries if "_native" in s}) <= 14


LAYOUT_ALONE = """
import importlib, pkgutil, sys, types
sys.modules |= dict.fromkeys(("jax", "jaxlib", "mpi4py"))
package = types.ModuleType("jpi")
package.__path__ = [sys.argv[1]]
sys.modules["jpi"] = package
import jpi._layout
for module in pkgutil.iter_modules(jpi._layout.__path__):
    importlib.import_module(f"jpi._layout.{module.name}")
"""


@pytest.mark.ranks(1)
def test_layouts_load_without_jax_and_without_mpi():
    subprocess.run(
        [sys.executable, "-c", LAYOUT_ALONE, str(ROOT)], env=job_environment(), check=True
    )


@pytest.mark.ranks(1)
@pytest.mark.timeout(400)
def test_any_module_can_be_imported_first():
    modules = sorted(
        "jpi." + ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in ROOT.rglob("*.py")
        if path.name not in ("__init__.py", "__main__.py")
    )
    assert len(modules) > 90
    # A process for each would take minutes: one imports JAX and MPI, and its children the rest.
    process = subprocess.run(
        [sys.executable, "-c", IMPORTED_FIRST, str(ROOT), *modules],
        env=job_environment(),
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr


IMPORTED_FIRST = """
import importlib, os, sys, types
import jax, mpi4py
from mpi4py import MPI
root, *modules = sys.argv[1:]
waiting = failed = 0
for module in modules:
    if waiting == os.cpu_count():
        failed += os.wait()[1] != 0
        waiting -= 1
    waiting += 1
    if not os.fork():
        package = types.ModuleType("jpi")
        package.__path__ = [root]
        sys.modules["jpi"] = package  # jpi/__init__.py would import the rest in its own order
        status = 1
        try:
            import jpi._native
        except ImportError:
            pass
        try:
            importlib.import_module(module)
            status = 0
        except BaseException as error:
            print(module, repr(error), file=sys.stderr)
        os._exit(status)
failed += sum(os.wait()[1] != 0 for _ in range(waiting))
sys.exit(failed > 0)
"""
