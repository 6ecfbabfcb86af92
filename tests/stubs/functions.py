"""A function as text for a stub: one signature for each kind of arguments."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from stubs.annotations import default, translated, written

Parameter = inspect.Parameter
_PLACEMENT = {"spec": "Spec", "mesh": "Mesh | None"}
# Parameters that change what is returned, with the part of the union that their defaults give.
_FLAGS = {
    **dict.fromkeys("retstep returned return_sign".split(), 0),
    **dict.fromkeys("return_index return_inverse return_counts".split(), 0),
    "compute_uv": -1,
    "eigvals_only": -1,
}
_WITHOUT_ANNOTATION = {
    "unique": "Array | tuple[Array, ...]",
    "cross": "Array",
    "cond": "Array",
    "ball": "Array",
    "multinomial": "Array",
    "resize": "Array",
    "scale_and_translate": "Array",
    "map_coordinates": "Array",
    "isneginf": "Array",
    "isposinf": "Array",
    "dot_product_attention": "Array",
    "scaled_dot_general": "Array",
}
_OPERANDS = {"image", "x", "x1", "x2", "a", "b", "lhs", "rhs", "operand", "values", "pred"}


@dataclass(frozen=True)
class Variant:
    """One overload: what arrays are called, and what some parameters must be."""

    array: str
    result: str
    given: tuple[tuple[str, str], ...] = ()


def parameters_of(function: Callable) -> list[Parameter]:
    """The public parameters of a function."""
    found = inspect.signature(function).parameters.values()
    return [p for p in found if not (p.name.startswith("_") and p.kind is p.KEYWORD_ONLY)]


def summary(function: Callable) -> str:
    """The first sentence of the documentation of JAX."""
    text = inspect.cleandoc(getattr(function, "__doc__", None) or "")
    for paragraph in text.split("\n\n"):
        line = " ".join(paragraph.split())
        if line and not line.startswith(("`jax.", "As `jax.")):
            line = re.sub(r":\w+:`~?([^`]*)`", r"`\1`", line)
            return line.replace("\\", "\\\\").replace('"', "'")
    return ""


def function_text(
    name: str, function: Callable, result: str, *, is_method: bool = False, kind: str | None = None
) -> str:
    """The text of a function whose arrays are ``result`` if its operands are distributed.

    ``kind`` is what JAX says that it returns, by default.
    """
    parameters = parameters_of(function)
    returned = inspect.signature(function).return_annotation
    kind = kind or written(returned) or _WITHOUT_ANNOTATION.get(name)
    variants = _variants(parameters, kind, result, is_method)
    texts = list(dict.fromkeys(_text(name, parameters, kind, v, is_method) for v in variants))
    mark = "@overload\n" if len(texts) > 1 else ""
    first, *others = texts
    document = f'\n    """{summary(function)}"""' if summary(function) else " ..."
    return "".join([mark, first, document, "\n", *(f"{mark}{text} ...\n" for text in others)])


def _variants(
    parameters: Sequence[Parameter], kind: str | None, result: str, is_method: bool
) -> list[Variant]:
    names = {p.name: p for p in parameters}
    is_placed = "spec" in names
    flags = tuple((n, f"Literal[{names[n].default!r}]") for n in names if n in _FLAGS)
    variants = []
    for given in (flags, ()) if flags else ((),):
        if _reduces(names) and result != "DistArray":
            keepdims = f"Literal[{names['keepdims'].default}]"
            whole = ("axis", "None"), ("keepdims", keepdims)
            variants.append(Variant("Operand", "Array", (*given, *whole)))
        if is_placed and _is_scalar_by_default(parameters):
            variants.append(Variant("Operand", "Array", (*given, ("shape", "tuple[()]"))))
            variants.append(Variant("Operand", "DistArray", (*given, ("shape", "Sequence[int]!"))))
        elif is_placed:
            variants.append(Variant("Operand", result, given))
        else:
            if not is_method:
                variants.append(Variant("ArrayLike", "Array", given))
            variants.append(Variant("Operand", result, given))
    return variants


def _reduces(names: dict[str, Parameter]) -> bool:
    return {"axis", "keepdims"} <= names.keys() and names["axis"].default is None


def _is_scalar_by_default(parameters: Sequence[Parameter]) -> bool:
    """Whether a number is returned without a shape, which all parameters before it precede."""
    before = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    index = next((i for i, p in enumerate(before) if p.name == "shape"), None)
    if index is None or before[index].default != ():
        return False
    return all(p.default is p.empty for p in before[:index])


def _text(
    name: str, parameters: Sequence[Parameter], kind: str | None, variant: Variant, is_method: bool
) -> str:
    given = dict(variant.given)
    is_shaped = any(p.name == "shape" and p.annotation is Any for p in parameters)
    parts = ["self"] if is_method else []
    for i, p in enumerate(parameters):
        before = parameters[i - 1].kind if i else None
        if before is p.POSITIONAL_ONLY and p.kind is not p.POSITIONAL_ONLY:
            parts.append("/")
        if p.kind is p.KEYWORD_ONLY and before not in (p.KEYWORD_ONLY, p.VAR_POSITIONAL):
            parts.append("*")
        parts.append(_parameter(p, given.get(p.name), variant.array, is_shaped))
    if parameters and parameters[-1].kind is Parameter.POSITIONAL_ONLY:
        parts.append("/")
    return f"def {name}({', '.join(parts)}) -> {_returned(parameters, kind, variant)}:"


def _parameter(p: Parameter, given: str | None, array: str, is_shaped: bool) -> str:
    stars = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
    annotation = given or _PLACEMENT.get(p.name) or translated(p.annotation, array)
    if p.annotation is p.empty and p.name in _OPERANDS:
        annotation = array
    if p.name == "shape" and is_shaped and not given and p.default is p.empty:
        annotation = "int | Sequence[int]"
    if p.name == "out_sharding":
        annotation = "None"
    is_required = annotation.endswith("!")
    text = f"{stars}{p.name}: {annotation.removesuffix('!')}"
    if p.default is p.empty or is_required:
        return text
    if p.default is None and "None" not in annotation and annotation not in ("Any", "Spec"):
        text += " | None"
    return f"{text} = {default(p.default)}"


def _returned(parameters: Sequence[Parameter], kind: str | None, variant: Variant) -> str:
    if kind is None:
        return "Any"
    parts = kind.split(" | ")
    flags = [p.name for p in parameters if p.name in _FLAGS]
    if flags and len(parts) > 1 and flags[0] in dict(variant.given):
        kind = parts[_FLAGS[flags[0]]]
    return translated(kind, variant.result)
