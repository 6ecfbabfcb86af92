"""The principal components of handwritten digits, by a randomised SVD of a sharded matrix.

    mpirun -n 4 python examples/pca.py --output pca.png

The images are sharded over the ranks by rows. The algorithm (Halko, Martinsson, Tropp, "Finding
structure with randomness", 2011) multiplies them by thin matrices, and makes thin matrices
orthonormal. Both keep the rows in place: messages are small, whatever the number of rows.
"""

import argparse
from functools import partial

import jax
import numpy
from sklearn.datasets import load_digits

import jpi
import jpi.numpy

COMPONENTS, EXTRA = 8, 8  # the components to find, and the additional ones for accuracy


def pca(m, iterations, images):
    """Returns the singular values and the components; `m` is jpi.numpy or jax.numpy."""
    images = images - m.mean(images, axis=0)
    directions = jax.random.normal(jax.random.key(0), (images.shape[1], COMPONENTS + EXTRA))
    for _ in range(iterations):  # to directions of more variance, orthonormal
        scores, _ = m.linalg.qr(images @ directions)
        directions, _ = m.linalg.qr(images.T @ scores)
    _, rest = m.linalg.qr(images @ directions)
    _, values, within = m.linalg.svd(rest, full_matrices=False)
    return values[:COMPONENTS], within[:COMPONENTS] @ directions.T


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--copies", type=int, default=20, help="of each image, with noise")
parser.add_argument("--iterations", type=int, default=12, help="of the subspace iteration")
parser.add_argument("--output", help="a file for the picture of the components")
options = parser.parse_args()
jpi.config.fallback = "error"  # no operation here may gather its operands

# 1797 images of 8 x 8 pixels from 0 to 16, each many times with different noise.
pixels = numpy.tile(load_digits().data / 16, (options.copies, 1))
noise = numpy.random.default_rng(0).normal(scale=0.1, size=pixels.shape)
pixels = (pixels + noise).astype(numpy.float32)
images = jpi.numpy.asarray(pixels)  # each rank keeps its block of the rows
jpi.print(f"{len(images)} images on {jpi.size()} ranks, {len(images.shard)} of them on rank 0")
ours = jpi.gather(jpi.jit(partial(pca, jpi.numpy, options.iterations))(images))
alone = jax.jit(partial(pca, jax.numpy, options.iterations))(pixels)
exact = numpy.linalg.svd(pixels - pixels.mean(axis=0), compute_uv=False)[:COMPONENTS]

values, axes = map(numpy.asarray, ours)
jpi.print("singular values:", *(f"{value:.2f}" for value in values))
jpi.print(f"relative difference to the full decomposition: {max(abs(values / exact - 1)):.1e}")
if options.output and jpi.rank() == 0:
    import matplotlib.pyplot as plt

    plt.imsave(options.output, numpy.hstack(axes.reshape(-1, 8, 8)))
signs = numpy.sign(numpy.sum(axes * alone[1], axis=1, keepdims=True))  # they are not defined
difference = max(abs(values / alone[0] - 1).max(), abs(signs * axes - alone[1]).max())
jpi.print(f"largest difference to one process: {difference:.1e}")
