"""The stub of a module, as text."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import jax.numpy as jnp
from namespace import module_of

from stubs.annotations import TUPLES
from stubs.functions import function_text
from stubs.results import result

_IMPORTS = {
    "_bool": "from builtins import bool as _bool",
    "_slice": "from builtins import slice as _slice",
    "Callable": "from collections.abc import Callable",
    "Mapping": "from collections.abc import Mapping",
    "Sequence": "from collections.abc import Sequence",
    "Any": "from typing import Any",
    "ClassVar": "from typing import ClassVar",
    "Literal": "from typing import Literal",
    "overload": "from typing import overload",
    "np": "import numpy as np",
    "Array": "from jax import Array",
    "ArrayLike": "from jax.typing import ArrayLike",
    "DTypeLike": "from jax.typing import DTypeLike",
    "DistArray": "from jpi._array.array import DistArray",
    "Mesh": "from jpi._mpi.mesh import Mesh",
    **{
        name: f"from jpi._namespace.annotations import {name}"
        for name in ("BinaryUfunc", "Operand", "Spec", *TUPLES)
    },
}
_AS_THEY_ARE = {"c_", "r_", "frompyfunc", "vectorize"}

# What no signature says.
_WRITTEN = {
    "numpy.where": '''
@overload
def where(condition: ArrayLike, x: ArrayLike, y: ArrayLike, /) -> Array:
    """Select elements from two arrays based on a condition."""
@overload
def where(condition: Operand, x: Operand, y: Operand, /) -> DistArray: ...
@overload
def where(
    condition: Operand,
    x: None = None,
    y: None = None,
    /,
    *,
    size: int | None = None,
    fill_value: ArrayLike | tuple[ArrayLike, ...] | None = None,
) -> tuple[DistArray | Array, ...]: ...
''',
    "numpy.__array_namespace_info__": "",
}
# Numbers are no distributed arrays, whatever else a function makes.
_OF_NUMBERS = """
@overload
def {name}({first}: _bool | complex | np.number, *args: Any, **kwargs: Any) -> Array: ...
@overload
"""


def stub_of(module: str) -> str:
    """The stub of the module of JPI that is named like this one of JAX."""
    ours, theirs = module_of("jpi", module), module_of("jax", module)
    names = [name for name in dir(theirs) if not name.startswith("_")]
    parts = [_member(module, name, getattr(ours, name), getattr(theirs, name)) for name in names]
    imports = "".join(part for part in parts if part.startswith("from "))
    return with_imports("".join(part for part in parts if not part.startswith("from ")), imports)


def with_imports(body: str, header: str = "") -> str:
    """A stub with the imports that its names need."""
    used = set(re.findall(r"\w+", body))
    imports = [line for name, line in _IMPORTS.items() if name in used]
    first = '"""Written by tests/stubs; do not edit."""\n\n'
    return first + "\n".join([*imports, header, body])


def _member(module: str, name: str, ours: Any, theirs: Any) -> str:
    if isinstance(theirs, ModuleType):
        return _inner_module(module, name, ours)
    if name in _AS_THEY_ARE and module == "numpy":
        return f"from jpi.numpy._unusual import {name} as {name}\n"
    if isinstance(theirs, jnp.ufunc):
        return f"{name}: BinaryUfunc\n"
    if text := _WRITTEN.get(f"{module}.{name}"):
        return text
    if isinstance(theirs, type) or not callable(theirs) or hasattr(theirs, "dtype"):
        return _as_in_jax(module, name)
    try:
        text = function_text(name, ours, result(module, name))
    except (TypeError, ValueError):  # an alias of a type, which has no signature
        return _as_in_jax(module, name)
    if module == "numpy" and name in ("array", "asarray"):
        first = "object" if name == "array" else "a"
        return _OF_NUMBERS.format(name=name, first=first) + text
    return text


def _as_in_jax(module: str, name: str) -> str:
    """A type or a constant, which JAX's own stub may lack."""
    stub = Path(module_of("jax", module).__file__ or "").with_suffix(".pyi")
    if stub.exists() and not re.search(rf"\b{name}\b", stub.read_text()):
        return f"{name}: Any\n"
    return f"from jax.{module} import {name} as {name}\n"


def _inner_module(module: str, name: str, ours: ModuleType) -> str:
    """A module of ours; to a checker, a distribution of statistics is a class of functions."""
    if not ours.__name__.startswith("jpi."):
        return _as_in_jax(module, name)
    if getattr(ours, "__file__", None):
        return f"from jpi.{module} import {name} as {name}\n"
    functions = [part for part in dir(ours) if not part.startswith("_")]
    body = "".join(
        function_text(part, getattr(ours, part), result(module, f"{name}.{part}"))
        for part in functions
    )
    body = re.sub(r"^(@overload\n)?def ", r"@staticmethod\n\g<0>", body, flags=re.MULTILINE)
    body = body.replace("@staticmethod\n@overload\n", "@overload\n@staticmethod\n")
    return f"class {name}:\n" + "".join(f"    {line}\n" for line in body.splitlines())
