"""Random shapes, meshes and layouts for property tests."""

import math

from hypothesis import strategies as st

from jpi._layout.layout import layout

shapes = st.lists(st.integers(0, 7), min_size=1, max_size=3).map(tuple)


@st.composite
def meshes(draw, number):
    """Grids of one to three axes over `number` ranks, as ((name, size), ...)."""
    divisors = [n for n in range(1, number + 1) if number % n == 0]
    sizes = draw(st.lists(st.sampled_from(divisors), max_size=2))
    while number % math.prod(sizes):
        sizes.pop()
    return tuple(zip("xyz", (*sizes, number // math.prod(sizes)), strict=False))


@st.composite
def layouts_of(draw, shape, mesh_axes):
    """Layouts of `shape` with any dimensions sharded over any axes, in any order."""
    spec = [[] for _ in shape]
    for name in draw(st.permutations([name for name, _ in mesh_axes])):
        dim = draw(st.integers(-1, len(shape) - 1))
        if dim >= 0:
            spec[dim].append(name)
    return layout(shape, mesh_axes, tuple(map(tuple, spec)))
