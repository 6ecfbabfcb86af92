"""The stubs of the methods of a DistArray and of ``x.at[index]``."""

from __future__ import annotations

from jpi._array.methods import Methods
from jpi._array.update_methods import UpdateMethods
from stubs.functions import function_text
from stubs.modules import with_imports
from stubs.results import result

_BOTH = "add sub mul truediv floordiv mod pow and or xor lshift rshift".split()
_COMPARED = "lt le gt ge".split()
_EQUAL = "eq ne".split()
_UNARY = "neg pos abs invert".split()


def _operators() -> str:
    both = [f"__{side}{name}__" for name in _BOTH for side in ("", "r")]
    lines = [f"def {name}(self, other: Operand, /) -> DistArray: ..." for name in both]
    lines += [f"def __{name}__(self, other: Operand, /) -> DistArray: ..." for name in _COMPARED]
    lines += [
        f"def __{name}__(self, other: Operand, /) -> DistArray: ...  # type: ignore[override]"
        for name in _EQUAL
    ]
    for name in ("__matmul__", "__rmatmul__"):
        lines.append(f"def {name}(self, other: Operand, /) -> DistArray | Array: ...")
    for name in ("__divmod__", "__rdivmod__"):
        lines.append(f"def {name}(self, other: Operand, /) -> tuple[DistArray, DistArray]: ...")
    lines += [f"def __{name}__(self) -> DistArray: ..." for name in _UNARY]
    lines.append("def __round__(self, ndigits: int | None = None) -> DistArray: ...")
    lines.append("__hash__: ClassVar[None]  # type: ignore[assignment]")
    return "\n".join(lines) + "\n"


def _class(name: str, base: str, body: str) -> str:
    return f"class {name}{base}:\n" + "".join(f"    {line}\n" for line in body.splitlines())


def _own(cls: type) -> list[str]:
    return [name for name in vars(cls) if not name.startswith("_")]


def array_methods() -> str:
    """The stub of the methods of a DistArray."""
    names = _own(Methods)
    methods = "".join(
        function_text(name, _without_self(Methods, name), result("numpy", name), is_method=True)
        for name in names
    )
    header = "from jpi._array.protocols import Protocols\n"
    return with_imports(_class("Methods", "(Protocols)", methods + _operators()), header)


def update_methods() -> str:
    """The stub of the methods of ``x.at[index]``."""
    methods = "".join(
        function_text(
            name,
            _without_self(UpdateMethods, name),
            "DistArray | Array" if name == "get" else "DistArray",
            is_method=True,
            kind="Array",  # JAX 0.10 says None of `set`
        )
        for name in _own(UpdateMethods)
    )
    private = (
        "def _updated(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any: ...\n"
    )
    return with_imports(_class("UpdateMethods", "", methods + private))


def _without_self(cls: type, name: str) -> object:
    """The method bound, as its signature is then without ``self``."""
    return getattr(cls, name).__get__(object())
