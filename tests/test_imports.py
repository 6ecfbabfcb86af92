"""Layers import downwards only."""

import ast
from pathlib import Path

import jpi

ORDER = """
_native _config _launch _versions _report _start _layout _transfer _mpi _jax _sites _meetings _comm
_ops _lifetime _ordering _compiled _collective _primitives _replication _reductions _messages
_routing collectives _redistribute _values _scan _spans _sort _dispatch rules _sharded _inline _call
_ufunc _generate _index _masks _update _pickle _protocols _array _assemble _halo _map _pytree _norm
_visualize _data_dependent numpy nn scipy random lax _profile _deadlock _abort _activity _watch
__main__
""".split()
ROOT = Path(jpi.__file__).parent


def layer(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported_layers(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "jpi":
            names = node.module.split(".")[1:2] or [alias.name for alias in node.names]
            yield from names
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("jpi."):
                    yield alias.name.split(".")[1]


def test_every_module_has_a_layer():
    assert {layer(path) for path in ROOT.rglob("*.py")} == set(ORDER) - {"_native"} | {"__init__"}


def test_imports_go_down():
    for path in ROOT.rglob("*.py"):
        own = layer(path)
        if own == "__init__":
            continue
        for other in imported_layers(path):
            assert other == own or ORDER.index(other) < ORDER.index(own), (path.name, other)


def test_layout_knows_neither_jax_nor_mpi():
    text = (ROOT / "_layout.py").read_text()
    assert "import jax" not in text and "mpi4py" not in text
