"""The table of functions: every public callable of the modules of JAX that JPI has.

cd tests && python -m namespace > ../docs/functions.md    # writes the page of the documentation
"""

from __future__ import annotations

import importlib
import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from operator import attrgetter
from types import ModuleType
from typing import Any

from namespace.entries import Entry, Table, marked
from namespace.gaps import GAPS
from namespace.numpy_elementwise import ELEMENTWISE
from namespace.numpy_reduction import POLYNOMIALS, PRODUCTS, REDUCTION, SEARCHING
from namespace.numpy_shape import CREATION, INDEXING, SHAPE
from namespace.numpy_types import TYPES
from namespace.other_modules import FFT, LINALG, NN, SPECIAL
from namespace.scipy_modules import LINALG as SCIPY_LINALG
from namespace.scipy_modules import OTHERS, STATS

_TABLES: dict[str, Table] = {
    "numpy": ELEMENTWISE
    | SHAPE
    | INDEXING
    | CREATION
    | REDUCTION
    | SEARCHING
    | PRODUCTS
    | POLYNOMIALS
    | TYPES,
    "numpy.linalg": LINALG,
    "numpy.fft": FFT,
    "nn": NN,
    "scipy.special": SPECIAL,
    "scipy.linalg": SCIPY_LINALG,
    "scipy.stats": STATS,
    **OTHERS,
}
TABLES = {module: marked(table, GAPS.get(module, {})) for module, table in _TABLES.items()}


def module_of(package: str, name: str) -> ModuleType:
    return importlib.import_module(f"{package}.{name}")


def public(module: ModuleType) -> dict[str, Any]:
    """The public attributes of a module; those of a distribution of statistics as `norm.pdf`."""
    found = {name: getattr(module, name) for name in dir(module) if not name.startswith("_")}
    if module.__name__.endswith("scipy.stats"):
        for name, inner in list(found.items()):
            if isinstance(inner, ModuleType):
                found |= {f"{name}.{part}": value for part, value in public(inner).items()}
    return found


def callables(module: ModuleType) -> set[str]:
    """The public functions of a module: no types, modules, constants."""
    return {
        name
        for name, value in public(module).items()
        if callable(value) and not isinstance(value, type | ModuleType)
    }


def installed(name: str) -> Table:
    """The rows of the functions that the installed JAX has."""
    there = callables(module_of("jax", name))
    return {key: entry for key, entry in TABLES[name].items() if key in there}


def rows_of(package: str, module: str, names: Sequence[str]) -> list[tuple[str, Callable, Entry]]:
    """The rows of ``names`` with the functions that ``package`` has under them."""
    source = module_of(package, module)
    return [(name, attrgetter(name)(source), TABLES[module][name]) for name in names]


def counts(module: str) -> Counter[str]:
    """How many functions of a module have each status."""
    return Counter(entry.status for entry in TABLES[module].values())


def documentation() -> str:
    """The page of the documentation."""
    lines = [
        "# The functions",
        "",
        "Generated from the table of the tests by `cd tests && python -m namespace`. Every",
        "function is compared with JAX's own on uneven blocks, in value, dtype, shape and",
        "gradient. The names are those of all versions of JAX that JPI supports.",
        "",
        "- rule: the arrays stay sharded.",
        "- fallback: right, but some arrays are gathered on every rank, if `jpi.config.fallback`",
        "  allows it.",
        "- unsupported: a clear error.",
        "",
        "| module | functions | rule | fallback | unsupported |",
        "| --- | --- | --- | --- | --- |",
    ]
    total = sum(map(counts, TABLES), Counter())
    for name, count in [*((f"`jpi.{name}`", counts(name)) for name in TABLES), ("all", total)]:
        numbers = [count.total(), count["rule"], count["fallback"], count["unsupported"]]
        lines.append(f"| {name} | " + " | ".join(map(str, numbers)) + " |")
    for module, table in TABLES.items():
        lines += ["", f"## jpi.{module}", ""]
        lines += textwrap.wrap(
            "Rule: " + ", ".join(f"`{k}`" for k in sorted(table) if table[k].status == "rule"), 100
        )
        others = [(name, table[name]) for name in sorted(table) if table[name].status != "rule"]
        if others:
            lines += ["", "| function | status | reason |", "| --- | --- | --- |"]
        lines += [f"| `{name}` | {entry.status} | {entry.why} |" for name, entry in others]
    return "\n".join([*lines, ""])
