"""The names of the dimensions of the arrays in one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Shape = Sequence[int]
Names = tuple[str, ...]
Dims = Sequence[str] | Mapping[str, Sequence[str]] | None


def given_names(shapes: Mapping[str, Shape], dims: Dims) -> dict[str, Names | None]:
    """The names that ``dims`` gives to the dimensions of each array; None where it gives none.

    Args:
        dims: the names for every array, or a dict of those of each array.

    Errors: ValueError for names that do not fit the arrays.
    """
    if dims is None:
        return dict.fromkeys(shapes)
    given = dims if isinstance(dims, Mapping) else dict.fromkeys(shapes, dims)
    unknown = next((name for name in given if name not in shapes), None)
    if unknown is not None:
        raise ValueError(
            f"`dims` must have the names of arrays that are saved, {', '.join(map(repr, shapes))}; "
            f"got {unknown!r}. Leave it out."
        )
    advice = (
        "" if given is dims or len(shapes) == 1 else " Give a dict of the names for each array."
    )
    return {name: _fitting(name, shape, given.get(name), advice) for name, shape in shapes.items()}


def _fitting(name: str, shape: Shape, dims: Sequence[str] | None, advice: str) -> Names | None:
    if dims is None:
        return None
    is_sequence = isinstance(dims, Sequence) and not isinstance(dims, str)
    is_text = is_sequence and all(isinstance(dim, str) for dim in dims)
    if not is_text or len(dims) != len(shape) or len(set(dims)) != len(dims):
        raise ValueError(
            f"`dims` must hold one different name for each of the {len(shape)} dimension(s) of "
            f"{name!r}; got {dims!r}.{advice}"
        )
    return tuple(dims)


def default_names(shape: Shape) -> Names:
    """Names for dimensions that have none: those of one name have one size."""
    return tuple(f"dim_{i}_{size}" for i, size in enumerate(shape))


def require_one_size(sizes: dict[str, int], name: str, shape: Shape, dims: Names) -> None:
    """Add the dimensions of an array to ``sizes``; ValueError if one has another size there."""
    for dim, size in zip(dims, shape, strict=True):
        found = sizes.setdefault(dim, size)
        if found != size:
            raise ValueError(
                f"`dims` must name dimensions of the size of {name!r}, {tuple(shape)}; got "
                f"{dim!r}, which has the size {found} in this file. Use another name for it."
            )
