"""Two coupled programs, each on one half of the ranks: the air over a sea.

    mpirun -n 4 python examples/coupled.py --output coupled.png

Each component is an array program on the mesh of its own communicator. After ten steps each half
gathers its field, and broadcasts it to all ranks. The halves compute at the same time; one rank
alone computes both.
"""

import argparse
from functools import partial

import jax
from jax import lax
from mpi4py import MPI

import jpi
import jpi.numpy

RATES = {  # what goes to the next cell in the wind, to those around, to the other component
    "air": {"wind": 0.3, "mixing": 0.1, "exchange": 0.02},
    "sea": {"wind": 0.0, "mixing": 0.02, "exchange": 0.002},
}


def advance(m, field, other, wind, mixing, exchange):
    """Returns a component ten steps later; `m` is jpi.numpy or jax.numpy."""

    def step(_, x):
        around = sum(m.roll(x, shift, axis) for axis in (0, 1) for shift in (1, -1))
        gain = wind * (m.roll(x, 1, axis=0) - x) + mixing * (around - 4 * x)
        return x + gain + exchange * (other - x)

    return lax.fori_loop(0, 10, step, field)


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--size", type=int, default=96, help="cells along each side")
parser.add_argument("--exchanges", type=int, default=30)
parser.add_argument("--output", help="a file for the picture")
options = parser.parse_args()

cells = (options.size, options.size)
first = {"air": jax.numpy.zeros(cells), "sea": jax.random.normal(jax.random.key(0), cells)}
world = MPI.COMM_WORLD
halves = {"air": range(max(1, world.size // 2)), "sea": range(world.size // 2, world.size)}
mine, steps = {}, {}  # the components that this rank has a part of
for name in [name for name, ranks in halves.items() if world.rank in ranks]:
    mesh = jpi.make_mesh(comm=world.Create_group(world.group.Incl(list(halves[name]))))
    mine[name] = jpi.numpy.asarray(first[name], mesh=mesh)
    steps[name] = jpi.jit(partial(advance, jpi.numpy, **RATES[name]))

seen = alone = first  # what each component sees of the other; and both in one process
step = {name: jax.jit(partial(advance, jax.numpy, **RATES[name])) for name in halves}
for _ in range(options.exchanges):
    mine = {
        name: steps[name](x, seen["sea" if name == "air" else "air"]) for name, x in mine.items()
    }
    own = {name: jpi.gather(x) for name, x in mine.items()}
    seen = {name: jpi.bcast(own.get(name, seen[name]), halves[name][0]) for name in halves}
    alone = {
        "air": step["air"](alone["air"], alone["sea"]),
        "sea": step["sea"](alone["sea"], alone["air"]),
    }

jpi.print(
    ", ".join(f"{name} on {len(ranks)} of {world.size} ranks" for name, ranks in halves.items())
)
if options.output and jpi.rank() == 0:
    import matplotlib.pyplot as plt

    for place, name in enumerate(halves, 1):
        plt.subplot(1, 2, place, title=name).imshow(seen[name])
    plt.savefig(options.output)
difference = max(float(abs(seen[name] - alone[name]).max()) for name in halves)
jpi.print(f"largest difference to one process: {difference:.1e}")
