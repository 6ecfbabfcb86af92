"""Every public function of the modules of JAX that JPI has, on uneven blocks, against JAX's own."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

import jpi
import namespace
from namespace import TABLES, callables, installed, module_of, public, rows_of
from namespace.comparison import cut_inputs, problems, references, run
from namespace.measure import gathering

GROUP = 20  # functions in one compiled program


def groups():
    """The functions in groups that are compiled together; slow ones have their own groups."""
    for module, is_slow in itertools.product(TABLES, (False, True)):
        names = [name for name, entry in installed(module).items() if entry.is_slow == is_slow]
        for start in range(0, len(names), GROUP):
            label = f"{module} {names[start]}..."
            marks = [pytest.mark.slow] if is_slow else []
            yield pytest.param(module, names[start : start + GROUP], id=label, marks=marks)


@pytest.mark.parametrize("module", TABLES)
def test_every_callable_is_in_the_table(module):
    assert callables(module_of("jax", module)) <= set(TABLES[module])


@pytest.mark.parametrize("module", TABLES)
def test_every_public_name_is_there(module):
    source, ours = module_of("jax", module), module_of("jpi", module)
    functions = public(ours)
    assert set(public(source)) <= set(functions)
    for name in callables(source):
        assert callable(functions[name]) and functions[name].__doc__, name
    with pytest.raises(AttributeError, match=f"jpi.{module}.* no attribute 'nonsense'"):
        _ = ours.nonsense


@pytest.mark.sweep(2)
@pytest.mark.parametrize("axis", [0, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("module", "names"), list(groups()))
def test_values_and_gradients_equal_those_of_jax(monkeypatch, module, names, axis):
    rows = rows_of("jpi", module, names)
    right = [row for row in rows if row[2].status == "rule"]
    gathering = [row for row in rows if row[2].status == "fallback"]
    expected = references(rows_of("jax", module, [row[0] for row in right + gathering]))
    actual = run(right, cut_inputs(axis), jpi.jit)
    monkeypatch.setattr(jpi.config, "fallback", "silent")
    actual |= run(gathering, cut_inputs(axis), jpi.jit)
    assert problems(actual, expected) == {}


@pytest.mark.sweep(2)
@pytest.mark.parametrize("module", TABLES)
def test_eager_calls_equal_those_of_jax(module):
    names = [name for name in installed(module) if TABLES[module][name].status == "rule"][::40]
    ours, theirs = (
        [(name, function, replace(entry, is_smooth=False)) for name, function, entry in rows]
        for rows in (rows_of("jpi", module, names), rows_of("jax", module, names))
    )
    assert problems(run(ours, cut_inputs(0)), references(theirs)) == {}


@pytest.mark.sweep(2)
@pytest.mark.mpi(min_size=2)  # one rank gathers nothing
@pytest.mark.parametrize("module", TABLES)
def test_functions_gather_where_the_table_says_so(module):
    """If it fails, the marks are outdated: `python -m namespace.measure` prints new ones."""
    table = installed(module)
    marked = {name for name, entry in table.items() if entry.status == "fallback"}
    slow = {name for name, entry in table.items() if entry.is_slow}
    assert set(gathering(module, sorted(marked | slow))) == marked


@pytest.mark.parametrize("module", TABLES)
def test_functions_marked_as_unsupported_say_so(module):
    names = [name for name in installed(module) if TABLES[module][name].status == "unsupported"]
    outcomes = run(rows_of("jpi", module, names), cut_inputs(0))
    silent = [name for name, x in outcomes.items() if not isinstance(x, Exception)]
    assert silent == []


def test_the_documentation_is_the_table():
    page = Path(__file__).parents[2] / "docs" / "functions.md"
    assert page.read_text() == namespace.documentation(), f"python -m namespace > {page}"
