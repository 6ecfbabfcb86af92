"""The principal components of handwritten digits, by a randomised SVD of a sharded matrix.

    mpirun -n 4 python examples/pca.py

The images are sharded over the ranks by rows. The algorithm (Halko, Martinsson, Tropp, "Finding
structure with randomness", 2011) multiplies them by thin matrices, and makes thin matrices
orthonormal. Both keep the rows in place: messages are small, whatever the number of rows.
"""

import argparse
import time
from functools import partial

import jax
import numpy
from sklearn.datasets import load_digits

import jpi
import jpi.numpy as jnp

COMPONENTS, EXTRA = 8, 8  # the components to find, and the additional ones for accuracy


def centred(np, images):
    """Returns the images less their mean; `np` is jax.numpy or jpi.numpy."""
    return images - np.mean(images, axis=0)


def iterated(np, images, directions):
    """Returns directions of more variance than those given, orthonormal."""
    scores, _ = np.linalg.qr(images @ directions)
    directions, _ = np.linalg.qr(images.T @ scores)
    return directions


def components(np, images, directions):
    """Returns the singular values and the components in the space of the directions."""
    _, rest = np.linalg.qr(images @ directions)
    _, values, within = np.linalg.svd(rest, full_matrices=False)
    return values[:COMPONENTS], within[:COMPONENTS] @ directions.T


def pca(np, jit, images, iterations):
    """Returns singular values, components, explained variance and seconds per iteration."""
    width = images.shape[1]
    directions = jax.random.normal(jax.random.key(0), (width, COMPONENTS + EXTRA))
    images = jit(partial(centred, np))(images)
    step = jit(partial(iterated, np))
    jax.block_until_ready(step(images, directions))  # compiles
    start = time.perf_counter()
    for _ in range(iterations):
        directions = step(images, directions)
    jax.block_until_ready(directions)
    seconds = (time.perf_counter() - start) / iterations
    values, axes = jit(partial(components, np))(images, directions)
    total = np.sum(images**2)
    return plain(values), plain(axes), plain(values) ** 2 / float(total), seconds


def plain(x):
    return numpy.asarray(x.gather() if isinstance(x, jpi.DistArray) else x)


def angle(first, second):
    """Returns the largest angle in radians between two spaces, given orthonormal rows of each.

    Its sine is the length of the part of a direction in the first that the second space lacks.
    """
    first, second = first.astype(float), second.astype(float)
    missing = first - first @ second.T @ second
    return float(numpy.arcsin(min(1.0, numpy.linalg.norm(missing, 2))))


def say(text):
    if jpi.rank() == 0:
        print(text, flush=True)


def main():
    parser = argparse.ArgumentParser(description="principal components of handwritten digits")
    parser.add_argument("--copies", type=int, default=20, help="of each image, with noise")
    parser.add_argument("--iterations", type=int, default=12, help="of the subspace iteration")
    options = parser.parse_args()

    # 1797 images of 8 x 8 pixels from 0 to 16, each many times with different noise.
    pixels = numpy.tile(load_digits().data / 16, (options.copies, 1))
    noise = numpy.random.default_rng(0).normal(scale=0.1, size=pixels.shape)
    pixels = (pixels + noise).astype(numpy.float32)

    images = jnp.asarray(pixels)  # each rank keeps its block of the rows
    say(f"{len(images)} images on {jpi.size()} ranks, {len(images.shard)} of them on rank 0")
    values, axes, explained, seconds = pca(jnp, jpi.jit, images, options.iterations)

    say("component   singular value   explained variance")
    for index, (value, part) in enumerate(zip(values, explained, strict=True), 1):
        say(f"{index:9}   {value:14.2f}   {part:18.2%}")

    # The same with jax.numpy, on the images of all ranks in this one process; and all components.
    alone = pca(jax.numpy, jax.jit, jax.numpy.asarray(pixels), options.iterations)
    _, exact, everything = numpy.linalg.svd(pixels - pixels.mean(axis=0), full_matrices=False)
    say("difference from single process:")
    say(f"  singular values:              {max(abs(values / alone[0] - 1)):.1e}")
    say(f"  explained variance:           {max(abs(explained - alone[2])):.1e}")
    say(f"  angle between the spaces:     {angle(axes, alone[1]):.1e}")
    say("difference from the full decomposition:")
    say(f"  singular values:              {max(abs(values / exact[:COMPONENTS] - 1)):.1e}")
    say(f"  angle between the spaces:     {angle(axes, everything[:COMPONENTS]):.1e}")
    say(f"seconds per iteration:          {seconds:.1e} ({alone[3]:.1e} in one process)")


if __name__ == "__main__":
    jpi.config.fallback = "error"  # no operation here may gather its operands
    main()
