"""A simulation that is stopped half-way, and goes on from its checkpoint on other ranks.

    mpirun -n 4 python examples/restart.py --until 5    # 5 of 12 pictures, then its time is up
    mpirun -n 3 python examples/restart.py              # goes on, to the same numbers

Two substances react and diffuse on a periodic plate (Gray and Scott): spots grow and divide. After
each picture the program adds it to a Zarr file, which xarray reads without JPI, and saves a
checkpoint; started again, it begins from the last one.
"""

import argparse

import jax
from jax import lax

import jpi
import jpi.checkpoint
import jpi.numpy

FEED, DECAY, DIFFUSION_U, DIFFUSION_V = 0.037, 0.06, 0.16, 0.08


def advance(m, u, v, steps):
    """Returns both substances some steps later; `m` is jpi.numpy or jax.numpy."""

    def spread(x):
        return sum(m.roll(x, shift, axis) for axis in (0, 1) for shift in (1, -1)) - 4 * x

    def step(_, state):
        u, v = state
        reaction = u * v * v
        u += DIFFUSION_U * spread(u) - reaction + FEED * (1 - u)
        return u, v + DIFFUSION_V * spread(v) + reaction - (FEED + DECAY) * v

    return lax.fori_loop(0, steps, step, (u, v))


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--size", type=int, default=128, help="cells along each side, 8 n")
parser.add_argument("--steps", type=int, default=200, help="from one picture to the next")
parser.add_argument("--until", type=int, default=12, help="the number of pictures")
parser.add_argument("--folder", default="restart", help="of the checkpoints; the series is beside")
parser.add_argument("--output", help="a file for the last picture")
options = parser.parse_args()

drops = jpi.random.bernoulli(jax.random.key(0), 0.1, (options.size // 8, options.size // 8))
drops = 0.5 * jpi.numpy.repeat(jpi.numpy.repeat(drops, 8, axis=0), 8, axis=1)
compiled = jpi.jit(lambda u, v: advance(jpi.numpy, u, v, options.steps))


def to_next_picture(state):
    u, v = compiled(state["u"], state["v"])
    picture = state["picture"] + 1
    jpi.io.save(f"{options.folder}.zarr", v, name=f"{picture:03}", dims=("y", "x"))
    jpi.print(f"picture {picture} by {jpi.size()} ranks")
    return {"u": u, "v": v, "picture": picture}


start = {"u": 1 - drops, "v": drops, "picture": 0}
end = jpi.checkpoint.run(to_next_picture, start, options.folder, every=1, until=options.until)
found, v = jpi.gather((end["v"], drops))
if options.output and jpi.rank() == 0:
    import matplotlib.pyplot as plt

    plt.imsave(options.output, found)
_, expected = jax.jit(lambda u, v: advance(jax.numpy, u, v, options.steps * options.until))(
    1 - v, v
)
jpi.print(f"largest difference to one process: {float(abs(found - expected).max()):.1e}")
