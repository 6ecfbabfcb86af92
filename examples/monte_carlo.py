"""Monte Carlo with confidence bands: paths of a random process, a block of them on each rank.

    mpirun -n 4 python examples/monte_carlo.py --output monte_carlo.png

The paths are those of the stochastic logistic equation dX = r X (1 - X) dt + s X dW. The numbers of
`jpi.random` do not depend on the number of ranks, and each rank draws its own. Means and variances
over all paths give a band of 99 % around the mean; `jax.grad` of the mean needs no other program.
"""

import argparse

import jax
import numpy
from jax import lax

import jpi
import jpi.numpy

END, NOISE, START = 4.0, 0.5, 0.05


def paths(rate, shocks):
    """Returns all paths at all times, by the Euler-Maruyama method; shocks: steps x paths."""
    steps = len(shocks)

    def advance(x, shock):
        drift = rate * x * (1 - x) * END / steps
        x = x + drift + NOISE * x * (END / steps) ** 0.5 * shock
        return x, x

    start = START + 0 * shocks[0]
    return lax.scan(advance, start, shocks)[1]


def statistics(m, paths, rate, shocks):
    """Returns the mean at each time, its standard error, and d mean(end) / d rate."""
    x = paths(rate, shocks)
    error = m.std(x, axis=1) / x.shape[1] ** 0.5
    slope = jax.grad(lambda rate: m.mean(paths(rate, shocks)[-1]))(rate)
    return m.mean(x, axis=1), error, slope


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--paths", type=int, default=100_000)
parser.add_argument("--steps", type=int, default=100)
parser.add_argument("--output", help="a file for the picture")
options = parser.parse_args()

shape, rate = (options.steps, options.paths), 2.0
shocks = jpi.random.normal(jax.random.key(0), shape, spec=jpi.P(None, "ranks"))
ours = jpi.jit(lambda r, z: statistics(jpi.numpy, jpi.spmd(paths), r, z))(rate, shocks)
alone = jax.jit(lambda r, z: statistics(jax.numpy, paths, r, z))(rate, shocks.gather())
mean, error, slope = map(numpy.asarray, ours)
jpi.print(f"{options.paths} paths on {jpi.size()} ranks, {shocks.shard.shape[1]} of them on rank 0")
jpi.print(f"mean at the end {mean[-1]:.5f} +- {2.576 * error[-1]:.5f}, d mean / d rate {slope:.5f}")
if options.output and jpi.rank() == 0:
    import matplotlib.pyplot as plt

    times = numpy.linspace(0, END, options.steps)
    plt.fill_between(times, mean - 2.576 * error, mean + 2.576 * error, alpha=0.4)
    plt.plot(times, mean)
    plt.savefig(options.output)
difference = max(float(abs(x - y).max()) for x, y in zip(ours, alone, strict=True))
jpi.print(f"largest difference to one process: {difference:.1e}")
