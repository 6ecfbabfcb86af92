"""Gaussian-process regression with a kernel matrix that is spread over the ranks.

    mpirun -n 4 python examples/gaussian_process.py --output gaussian_process.png

The kernel matrix of n points has n x n numbers; each rank holds n / ranks of its rows. The marginal
likelihood needs a Cholesky factor of it, and its gradient two triangular systems more. No rank ever
holds the matrix, in the gradient neither. (Rasmussen, Williams, "Gaussian Processes for Machine
Learning", 2006, equations 2.25 and 5.8.)
"""

import argparse
import resource
import time
from functools import partial

import jax
import jax.scipy.linalg
import numpy
import optax

import jpi
import jpi.numpy
import jpi.scipy.linalg


def kernel(m, at, points, parameters):
    """Returns the covariances of the values at two lists of points."""
    distance = (at[:, None] - points[None, :]) / m.exp(parameters["length"])
    return m.exp(2 * parameters["scale"] - distance**2 / 2)


def factor(m, rows, points, parameters):
    """Returns the Cholesky factor of the covariances of the observations."""
    noise = m.exp(2 * parameters["noise"]) * (rows[:, None] == points[None, :])
    return m.linalg.cholesky(kernel(m, rows, points, parameters) + noise)


def loss(m, parameters, rows, points, values):
    """Returns the negative logarithm of the marginal likelihood, for each point."""
    lower = factor(m, rows, points, parameters)
    scipy = jpi.scipy if m is jpi.numpy else jax.scipy
    whitened = scipy.linalg.solve_triangular(lower, values, lower=True)
    total = m.sum(whitened**2) / 2 + m.sum(m.log(m.diagonal(lower)))
    return total / len(points) + numpy.log(2 * numpy.pi) / 2


def predict(parameters, rows, points, values, at):
    """Returns the mean and the standard deviation of the function at other points."""
    lower = factor(jpi.numpy, rows, points, parameters)
    across = kernel(jpi.numpy, rows, at, parameters)  # a column for each of them
    solved = jpi.scipy.linalg.solve_triangular(lower, across, lower=True)
    whitened = jpi.scipy.linalg.solve_triangular(lower, values, lower=True)
    variance = jax.numpy.exp(2 * parameters["scale"]) - jpi.numpy.sum(solved**2, axis=0)
    return jpi.gather(solved.T @ whitened), jpi.gather(jpi.numpy.sqrt(variance))


def observations(count):
    """Returns points in [0, 10], and noisy values of a function at them."""
    random = numpy.random.default_rng(0)
    points = numpy.sort(random.uniform(0, 10, count))
    return points, numpy.sin(points) + numpy.cos(3.1 * points) / 2 + random.normal(0, 0.2, count)


def train(points, values, steps):
    """Returns the parameters with the largest likelihood that L-BFGS finds."""
    rows = jpi.numpy.asarray(points)  # each rank holds its rows
    value_and_gradient = jpi.jit(jax.value_and_grad(partial(loss, jpi.numpy)))
    optimizer, given = optax.lbfgs(linesearch=None, learning_rate=0.5), (rows, points, values)
    parameters = {"length": numpy.log(0.5), "scale": 0.0, "noise": numpy.log(0.5)}
    parameters = jax.tree.map(jax.numpy.asarray, parameters)
    state = optimizer.init(parameters)
    for step in range(steps):
        start = time.perf_counter()
        found, gradient = value_and_gradient(parameters, *given)
        update, state = optimizer.update(gradient, state, parameters)
        parameters = optax.apply_updates(parameters, update)
        jpi.print(f"step {step:2}: loss {found:.10f}, {time.perf_counter() - start:.2f} s")
    return rows, parameters


def difference(points, values, parameters):
    """Returns the largest difference of the loss and its gradient from those of one process."""
    alone = jax.value_and_grad(partial(loss, jax.numpy))(parameters, points, points, values)
    rows = jpi.numpy.asarray(points)
    ours = jax.value_and_grad(partial(loss, jpi.numpy))(parameters, rows, points, values)
    return max(abs(x - y) for x, y in zip(*map(jax.tree.leaves, (ours, alone)), strict=True))


def draw(path, points, values, at, mean, deviation):
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 4))
    axes.plot(points, values, ".", markersize=1, color="0.7", label="observations")
    axes.fill_between(at, mean - 2 * deviation, mean + 2 * deviation, alpha=0.4)
    axes.plot(at, mean, label="mean, and two standard deviations")
    axes.legend()
    figure.savefig(path, dpi=150)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=6000)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--output", help="a file for the picture")
    options = parser.parse_args()
    points, values = map(jax.numpy.asarray, observations(options.points))
    rows, parameters = train(points, values, options.steps)
    at = jax.numpy.linspace(-0.5, 10.5, 300)
    mean, deviation = jpi.jit(predict)(parameters, rows, points, values, at)
    if options.output and jpi.rank() == 0:
        draw(options.output, points, values, at, mean, deviation)
    jpi.print({name: f"{jax.numpy.exp(x):.4f}" for name, x in parameters.items()})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    matrix = 8 * options.points**2 / 2**30
    jpi.print(f"memory of rank 0 at most {peak:.2f} GiB; the kernel matrix has {matrix:.2f} GiB")
    few = slice(None, None, max(1, options.points // 500))
    largest = difference(points[few], values[few], parameters)
    jpi.print(f"largest difference to one process: {largest:.1e}")


if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    jpi.config.fallback = "error"  # with the next line, no operation may gather its operands
    jpi.config.linalg = "distributed"  # small matrices too
    main()
