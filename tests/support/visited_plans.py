"""The plan of an exchange, found by visiting every rank: the oracle of `jpi._layout.transfer`."""

import itertools


def moving_axes(source, target):
    moving = set()
    for here, there in zip(source.coordinates(), target.coordinates(), strict=True):
        wanted = target.box(there)
        for place in source.coordinates() if _holds(wanted) else ():
            if _holds(_intersection(source.box(place), wanted)):
                moving |= {axis for axis in source.axes if place[axis] != here[axis]}
    return tuple(name for name, _ in source.mesh_axes if name in moving)


def transfer(source, target, rank):
    """For each rank of the sub-communicator, the part sent to it and the one received from it."""
    here, axes = source.coordinates_of(rank), moving_axes(source, target)
    old, new = source.box(here), target.box(target.coordinates_of(rank))
    sends, receives = {}, {}
    group = itertools.product(*(range(source.sizes[axis]) for axis in axes))
    for number, digits in enumerate(group):
        there = {**here, **dict(zip(axes, digits, strict=True))}
        theirs = target.box(target.coordinates_of(source.rank_of(there)))
        _note(sends, number, _intersection(old, theirs), old)
        _note(receives, number, _intersection(source.box(there), new), new)
    return sends, receives


def has_same_blocks(source, target):
    places = zip(source.coordinates(), target.coordinates(), strict=True)
    return all(source.box(here) == target.box(there) for here, there in places)


def _note(parts, number, box, block):
    if _holds(box):
        parts[number] = tuple(
            (i - origin, j - origin) for (i, j), (origin, _) in zip(box, block, strict=True)
        )


def _holds(box):
    return all(start < stop for start, stop in box)


def _intersection(a, b):
    return tuple((max(i, k), min(j, n)) for (i, j), (k, n) in zip(a, b, strict=True))
