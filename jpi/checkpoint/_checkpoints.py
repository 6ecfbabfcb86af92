"""The functions that save and restore checkpoints."""

from __future__ import annotations

import os
from itertools import zip_longest
from typing import Any

from jpi._array.array import DistArray
from jpi._jax.tracebacks import api
from jpi._mpi.comm import Comm
from jpi._mpi.given import compare_given
from jpi._mpi.mesh import Mesh, current_mesh
from jpi.checkpoint import _background, _folder
from jpi.checkpoint._leaves import Leaf, leaves_of, require_saveable, without_value, words_of
from jpi.checkpoint._reading import place_leaf, read_leaves, require_fit
from jpi.checkpoint._writing import Step, pieces_of, write
from jpi.io._aside import on_first, partial_name, remove
from jpi.io._together import find_difference, raise_together, together

Path = str | os.PathLike[str]


@api
def save(
    folder: Path, step: int, tree: Any, *, keep: int | None = 3, background: bool = False
) -> None:
    """Save ``tree`` as the checkpoint of ``step``, which is there whole or not at all.

    Args:
        folder: where the checkpoints of the run are; it is made if it is not there.
        step: the number of the step, 0 or more. A checkpoint of it is replaced.
        tree: DistArrays, arrays that are the same on every rank, random keys, numbers, strings and
            None in any tree. Of functions, types and dtypes nothing is saved.
        keep: how many steps stay, the last ones, 1 or more; None for all.
        background: whether to write while the program goes on, from a copy of the arrays. The next
            `save`, or `wait`, raises an error of it.

    Communication: a few bytes from every rank, and for arrays whose blocks differ in size an
    exchange of a few rows.
    Errors: the same on every rank, also where one alone fails; the checkpoints before stay.
    TypeError for another leaf.
    """
    _background.finish()
    folder, number = os.path.abspath(folder), whole_number("step", step, 0)
    keep = None if keep is None else whole_number("keep", keep, 1)
    what = f"the checkpoint of step {number} in `{folder}`"
    leaves, _ = leaves_of(tree)
    mesh = mesh_of(leaves)
    comm = mesh.comm
    plain = [leaf.array for leaf in leaves if not isinstance(leaf.array, DistArray)]
    compare_given("a plain array of a checkpoint", plain, comm)
    described = [{"path": leaf.path, **leaf.described} for leaf in leaves]
    _require_same_tree(comm, what, "tree", leaves)
    require_saveable(leaves)
    on_first(comm, what, lambda: _folder.begin(folder, number))
    try:
        pieces = together(comm, what, lambda: pieces_of(leaves, mesh, copies=background))
    except Exception:
        if comm.rank == 0:
            remove(partial_name(_folder.place_of(folder, number)))
        raise
    job = Step(folder, number, keep, comm.rank == 0, described, pieces)
    if not background:
        write(job, lambda error: raise_together(comm, what, error))
        return
    meeting = _background.Meeting(comm)
    _background.start(lambda: write(job, meeting.agree))


@api
def restore(folder: Path, like: Any, *, step: int | None = None, cast: bool = False) -> Any:
    """The tree of a checkpoint, with arrays where and how those of ``like`` are.

    Args:
        folder: where the checkpoints of the run are.
        like: a tree of the same structure, such as the state from which a new run begins. A
            DistArray is restored on its mesh, with its spec, on any number of ranks; a plain array,
            or a `jax.ShapeDtypeStruct`, on every rank. Leaves that are not saved stay.
        step: the step; the latest by default.
        cast: whether arrays are converted to the dtypes of ``like``.

    Communication: a few bytes from every rank.
    Errors: the same on every rank: FileNotFoundError without a checkpoint, ValueError for a tree
    that does not fit or data that are damaged.
    """
    _background.finish()
    folder = os.path.abspath(folder)  # ranks may work in other folders
    leaves, structure = leaves_of(like)
    mesh = mesh_of(leaves)
    comm = mesh.comm
    what = f"{'a checkpoint' if step is None else f'the checkpoint of step {step}'} in `{folder}`"
    _require_same_tree(comm, what, "like", [without_value(leaf) for leaf in leaves])
    found = together(comm, what, lambda: _saved(folder, step) if comm.rank == 0 else None)
    place, saved = comm.control.bcast(found, 0, what)
    known = together(comm, what, lambda: require_fit(place, saved, leaves, cast))
    read = together(comm, what, lambda: read_leaves(place, known, leaves, mesh))
    return structure.unflatten(map(place_leaf, read))


@api
def latest(folder: Path) -> int | None:
    """The last step of which ``folder`` has a whole checkpoint; None if it has none.

    Communication: one broadcast.
    """
    return latest_of(folder, current_mesh().comm)


def latest_of(folder: Path, comm: Comm) -> int | None:
    """`latest` for the ranks of ``comm``."""
    _background.finish()
    folder = os.path.abspath(folder)  # ranks may work in other folders
    what = f"the latest checkpoint in `{folder}`"
    steps = together(comm, what, lambda: _folder.steps_in(folder) if comm.rank == 0 else [])
    return comm.control.bcast(steps[-1] if steps else None, 0, what)


@api
def wait() -> None:
    """Wait for a checkpoint that is written in the background, and raise its error, if any."""
    _background.finish()


def whole_number(name: str, value: Any, least: int) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__") or value.__index__() < least:
        raise ValueError(f"`{name}` must be a whole number, {least} or more; got {value!r}.")
    return int(value.__index__())


def mesh_of(leaves: list[Leaf]) -> Mesh:
    """The mesh of plain arrays: one over the ranks of the distributed ones."""
    meshes = [leaf.array.mesh for leaf in leaves if isinstance(leaf.array, DistArray)]
    comms = {mesh.comm for mesh in meshes}
    if len(comms) > 1:
        raise ValueError(
            f"`tree` must be on the ranks of one communicator; got arrays on "
            f"{' and '.join(map(str, comms))}. Save a checkpoint for each."
        )
    return meshes[0] if meshes else current_mesh()


def _require_same_tree(comm: Comm, what: str, name: str, leaves: list[Leaf]) -> None:
    """Raise on every rank if the leaves differ between ranks."""
    outline = [
        f"{'a DistArray of ' * isinstance(leaf.array, DistArray)}{words_of(leaf.described)} at "
        f"{leaf.path or 'the top'}"
        for leaf in leaves
    ]
    differing = find_difference(comm, what, outline)
    if differing is None:
        return
    of_first, rank, of_other = differing
    pairs = zip_longest(of_first, of_other, fillvalue="no leaf")
    first, other = next((a, b) for a, b in pairs if a != b)
    raise ValueError(
        f"`{name}` must be the same on every rank; got {first} on rank 0 and {other} on rank "
        f"{rank}."
    )


def _saved(folder: str, step: int | None) -> tuple[str, list[dict[str, Any]]]:
    steps = _folder.steps_in(folder)
    if not steps or (step is not None and step not in steps):
        raise FileNotFoundError(
            f"`folder` must hold a checkpoint{'' if step is None else f' of step {step}'}; got "
            f"`{folder}`, which has {f'those of steps {steps}' if steps else 'none'}."
        )
    place = _folder.place_of(folder, steps[-1] if step is None else step)
    return place, _folder.read_tree(place)
