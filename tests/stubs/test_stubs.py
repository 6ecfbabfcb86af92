"""The stubs against the functions that they describe."""

import ast
import importlib.metadata
import inspect
import sys

import jax
import pytest
from namespace import TABLES, installed, module_of, public, rows_of
from namespace.comparison import cut_inputs, leaves

import jpi
from jpi._array.methods import Methods
from jpi._array.update_methods import UpdateMethods
from stubs import MODULES, PACKAGE, path_of, stubs
from stubs.functions import parameters_of
from stubs.results import result

WRITTEN_FOR = ("0.10.2", (3, 11))  # the stubs of another version have other names
pytestmark = [
    pytest.mark.sweep(1),
    pytest.mark.skipif(
        (importlib.metadata.version("jax"), sys.version_info[:2]) != WRITTEN_FOR,
        reason=f"the stubs are those of jax {WRITTEN_FOR[0]}",
    ),
]


def test_the_stubs_are_what_the_script_writes():
    for path, text in stubs().items():
        assert declared(path.read_text()) == declared(text), "cd tests && python -m stubs"


def declared(text):
    """Each statement, in any order of the imports."""
    return sorted(
        f"import {alias.name} as {alias.asname}" if is_import(node) else ast.unparse(node)
        for node in ast.parse(text).body
        for alias in (node.names if is_import(node) else [None])
    )


def is_import(node):
    return isinstance(node, ast.Import | ast.ImportFrom)


def signatures(path, class_name=None):
    """The parameters of every function of a stub, by name: a list for each overload."""
    body = ast.parse(path.read_text()).body
    if class_name:
        body = next(x.body for x in body if isinstance(x, ast.ClassDef) and x.name == class_name)
    found = {}
    for node in body:
        if isinstance(node, ast.FunctionDef):
            x = node.args
            stars = [arg.arg for arg in (x.vararg, x.kwarg) if arg]
            names = [a.arg for a in (*x.posonlyargs, *x.args, *x.kwonlyargs)] + stars
            found.setdefault(node.name, []).append([name for name in names if name != "self"])
    return found


@pytest.mark.parametrize("module", MODULES)
def test_parameters_are_those_of_the_function(module):
    functions = public(module_of("jpi", module))
    for name, overloads in signatures(path_of(module)).items():
        expected = {p.name for p in parameters_of(functions[name])}
        given = {parameter for names in overloads for parameter in names}
        assert given - {"args", "kwargs"} <= expected, name
        assert set(overloads[-1]) == expected, name


@pytest.mark.parametrize(
    ("cls", "file"), [(Methods, "methods.pyi"), (UpdateMethods, "update_methods.pyi")]
)
def test_parameters_are_those_of_the_method(cls, file):
    found = signatures(PACKAGE / "_array" / file, cls.__name__)
    names = [name for name in vars(cls) if not name.startswith("_")]
    assert names and set(names) <= set(found)
    for name in names:
        expected = [p for p in inspect.signature(getattr(cls, name)).parameters if p != "self"]
        assert sorted(found[name][-1]) == sorted(expected), name
    operators = {name for name in vars(cls) if name.startswith("__") and callable(vars(cls)[name])}
    assert operators - {"__hash__"} <= set(found)


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_declared(module):
    tree = ast.parse(path_of(module).read_text())
    names = {getattr(node, "name", None) for node in tree.body}
    names |= {alias.asname for node in tree.body if is_import(node) for alias in node.names}
    names |= {node.target.id for node in tree.body if isinstance(node, ast.AnnAssign)}
    there = {name for name in dir(module_of("jax", module)) if not name.startswith("_")}
    assert there <= names


@pytest.mark.fallback_allowed
@pytest.mark.parametrize("module", [module for module in TABLES if module in MODULES])
def test_results_are_distributed_where_the_stub_says_so(module):
    """For arrays in the default layout, traced and not computed."""
    inputs, wrong = cut_inputs(0), {}
    names = [name for name, x in installed(module).items() if x.status != "unsupported"]
    for name, function, entry in rows_of("jpi", module, names):
        kinds = set()

        def program(given, function=function, entry=entry, kinds=kinds):
            found = leaves(entry.call(function, *given))
            kinds |= {"DistArray" for x in found if isinstance(x, jpi.DistArray)}
            kinds |= {"Array" for x in found if isinstance(x, jax.Array)}
            return 0

        given = [inputs[name] for name in entry.inputs]
        program(given) if entry.is_eager else jax.make_jaxpr(program)(given)
        if not kinds <= set(result(module, name).split(" | ")):
            wrong[name] = kinds
    assert wrong == {}
