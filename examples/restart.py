"""A simulation that is stopped half-way, and goes on from its checkpoint on other ranks.

    mpirun -n 4 python examples/restart.py --until 5    # 5 of 12 pictures, then its time is up
    mpirun -n 3 python examples/restart.py              # goes on, to the same numbers

Two substances react and diffuse on a periodic plate (Gray and Scott): spots grow and divide. Every
200 steps the program adds a picture to a Zarr file and saves a checkpoint; started again, it begins
from the last one. The file is one that xarray reads, and draws, without JPI.
"""

import argparse

import jax
from jax import lax

import jpi
import jpi.checkpoint
import jpi.numpy as jnp

STEPS = 200  # from one picture to the next
FEED, DECAY, DIFFUSION_U, DIFFUSION_V = 0.037, 0.06, 0.16, 0.08


def spread(x):
    """Returns what each cell gets from its four neighbours, less what it gives them."""
    return sum(jnp.roll(x, shift, axis) for axis in (0, 1) for shift in (1, -1)) - 4 * x


@jpi.jit
def advance(u, v):
    """Returns both substances some steps later."""

    def step(_, state):
        u, v = state
        reaction = u * v * v
        u += DIFFUSION_U * spread(u) - reaction + FEED * (1 - u)
        return u, v + DIFFUSION_V * spread(v) + reaction - (FEED + DECAY) * v

    return lax.fori_loop(0, STEPS, step, (u, v))


def initial(size):
    """Returns a plate with drops of the second substance, the same for any number of ranks."""
    drops = jpi.random.bernoulli(jax.random.key(0), 0.02, (size // 8, size // 8))
    v = 0.5 * jnp.repeat(jnp.repeat(drops, 8, axis=0), 8, axis=1)
    return {"u": 1 - v, "v": v, "picture": 0}


def draw(series, path):
    """Draws all pictures of the file, with xarray alone."""
    import matplotlib
    import xarray

    matplotlib.use("Agg")
    pictures = xarray.open_zarr(series, consolidated=False).to_dataarray("picture")
    pictures.sortby("picture").plot.imshow(col="picture", col_wrap=4, size=2).fig.savefig(
        path, dpi=100
    )
    print(f"wrote {path}")


def main():
    parser = argparse.ArgumentParser(description="a simulation that survives its time limit")
    parser.add_argument("--size", type=int, default=128, help="cells along each side, 8 n")
    parser.add_argument("--until", type=int, default=12, help="the number of pictures")
    parser.add_argument(
        "--folder", default="restart", help="of the checkpoints; the series is beside it"
    )
    parser.add_argument("--output", default="restart.png", help="the picture to write")
    options = parser.parse_args()
    series = f"{options.folder}.zarr"

    def to_next_picture(state):
        u, v = advance(state["u"], state["v"])
        picture = state["picture"] + 1
        jpi.io.save(series, v, name=f"{picture:03}", dims=("y", "x"))
        if jpi.rank() == 0:
            print(f"picture {picture} by {jpi.size()} ranks", flush=True)
        return {"u": u, "v": v, "picture": picture}

    start = initial(options.size)
    end = jpi.checkpoint.run(to_next_picture, start, options.folder, every=1, until=options.until)
    print_once = print if jpi.rank() == 0 else lambda text: None
    print_once(f"mean of v: {float(jnp.mean(end['v'])):.15f}")
    if jpi.rank() == 0:
        draw(series, options.output)


if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    jpi.config.fallback = "error"  # no operation here may gather its operands
    main()
