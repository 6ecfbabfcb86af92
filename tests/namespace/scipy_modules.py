"""`jax.scipy` but for its special functions, `jax.image` and `jax.ops`."""

import numpy as np

from namespace.entries import Table, each, entries

LINALG: Table = (
    each("circulant fiedler hankel toeplitz", lambda f, c: f(c), "short")
    | each("companion fiedler_companion", lambda f, c: f(c + 3 + np.arange(5)), "short")
    | each("hadamard hilbert invhilbert", lambda f, _: f(4))
    | each("dft helmert invpascal pascal", lambda f, _: f(5))
    | each("det expm inv", lambda f, a: f(a / 4), "square")
    | entries("square", "batch")(
        block_diag=lambda f, a, b: f(a, b[0], 3.0),
        lu=lambda f, a, b: f(a),
        lu_factor=lambda f, a, b: f(a),
        lu_solve=lambda f, a, b: f((a, np.arange(5, dtype=np.int32)), a[0]),
        expm_frechet=lambda f, a, b: f(a / 4, a),
        qr=lambda f, a, b: [abs(y) for y in f(a)],
        solve=lambda f, a, b: f(a, a[0]),
        solve_triangular=lambda f, a, b: [f(a, a[0]), f(a, a, lower=True, trans=1)],
        svd=lambda f, a, b: [abs(y) for y in f(a)],
    )
    | entries("square", is_smooth=False)(
        funm=lambda f, a: f(a, lambda x: x**2, disp=False)[0],
        hessenberg=lambda f, a: abs(f(a)),
        polar=lambda f, a: f(a),
        qr_multiply=lambda f, a: [abs(y) for y in f(a, 2 * a)],
        rsf2csf=lambda f, a: [abs(y) for y in f(np.triu(np.ones((5, 5), np.float32)), a)],
        schur=lambda f, a: abs(f(a + a.T)[0]),
        solve_sylvester=lambda f, a: f(a, a + 1, 2 * a),
        sqrtm=lambda f, a: f(a @ a.T),
    )
    | entries("symmetric")(
        cho_factor=lambda f, a: f(a)[0],
        cho_solve=lambda f, a: f((a, True), a[0]),
        cholesky=lambda f, a: [f(a), f(a, lower=True)],
        eigh=lambda f, a: [abs(y) for y in f(a)],
    )
    | entries("vector", "short")(
        convolution_matrix=lambda f, x, y: f(y, 4),
        leslie=lambda f, x, y: f(y, y[1:]),
    )
    | entries("vector", is_smooth=False)(
        eigh_tridiagonal=lambda f, x: f(x, x[1:], eigvals_only=True)
    )
)

# The parameters of each distribution, and the input at which it is asked for.
_DISTRIBUTIONS = {
    "beta": ("unit", 2.0, 3.0),
    "cauchy": ("matrix",),
    "chi2": ("positive", 3.0),
    "expon": ("positive",),
    "gamma": ("positive", 2.0),
    "gennorm": ("matrix", 1.5),
    "gumbel_l": ("matrix",),
    "gumbel_r": ("matrix",),
    "laplace": ("matrix",),
    "logistic": ("matrix",),
    "norm": ("matrix", 0.5, 2.0),
    "pareto": ("above one", 2.0),
    "t": ("matrix", 3.0),
    "truncnorm": ("matrix", -2.0, 2.5),
    "uniform": ("unit",),
    "vonmises": ("matrix", 1.5),
    "wrapcauchy": ("unit", 0.5),
}
_DISCRETE = {
    "bernoulli": ("naturals", 0.3),
    "betabinom": ("naturals", 6, 2.0, 3.0),
    "binom": ("naturals", 6, 0.4),
    "geom": ("naturals", 0.4),
    "nbinom": ("naturals", 3.0, 0.4),
    "poisson": ("naturals", 2.5),
}
_DENSITIES = {
    "beta": "cdf logcdf logpdf logsf pdf sf",
    "cauchy": "cdf logcdf logpdf logsf pdf sf",
    "chi2": "cdf logcdf logpdf logsf pdf sf",
    "expon": "cdf logcdf logpdf logsf pdf sf",
    "gamma": "cdf logcdf logpdf logsf pdf sf",
    "gennorm": "cdf logpdf pdf",
    "gumbel_l": "cdf logcdf logpdf logsf pdf sf",
    "gumbel_r": "cdf logcdf logpdf logsf pdf sf",
    "laplace": "cdf logpdf pdf",
    "logistic": "cdf logpdf pdf sf",
    "norm": "cdf logcdf logpdf logsf pdf sf",
    "pareto": "cdf logcdf logpdf logsf pdf sf",
    "t": "logpdf pdf",
    "truncnorm": "cdf logcdf logpdf logsf pdf sf",
    "uniform": "cdf logpdf pdf",
    "vonmises": "logpdf pdf",
    "wrapcauchy": "logpdf pdf",
}
_MASSES = dict.fromkeys(_DISCRETE, "logpmf pmf") | {
    "bernoulli": "cdf logpmf pmf",
    "poisson": "cdf logpmf pmf",
}
_QUANTILES = (
    "cauchy.isf cauchy.ppf expon.ppf logistic.isf logistic.ppf norm.isf norm.ppf uniform.ppf"
)


def _of(distributions: dict[str, tuple], functions: dict[str, str], **kind) -> Table:
    table: Table = {}
    for name, (given, *parameters) in distributions.items():
        names = " ".join(f"{name}.{function}" for function in functions[name].split())
        table |= each(names, lambda f, x, p=tuple(parameters): f(x, *p), given, **kind)
    return table


STATS: Table = (
    _of(_DISTRIBUTIONS, _DENSITIES)
    | _of(_DISCRETE, _MASSES)
    | each(_QUANTILES, lambda f, q: f(q), "unit")
    | each("gumbel_l.ppf gumbel_r.ppf", lambda f, q: f(q), "unit", is_smooth=False)
    | entries("unit")(**{"pareto.ppf": lambda f, q: f(q, 2.0)})
    | entries("unit")(**{"bernoulli.ppf": lambda f, q: f(q, 0.3)})
    | entries("positive")(**{"poisson.entropy": lambda f, mu: f(mu)})
    | each("dirichlet.logpdf dirichlet.pdf", lambda f, x: f(x.T / x.sum(1), np.ones(4)), "positive")
    | each(
        "multinomial.logpmf multinomial.pmf",
        lambda f, x: f(x, x.sum(), np.full(4, 0.25, np.float32)),
        "naturals",
    )
    | each(
        "multivariate_normal.logpdf multivariate_normal.pdf",
        lambda f, x: f(x, np.zeros(4, np.float32), 2 * np.eye(4, dtype=np.float32)),
    )
    | entries("integers")(
        mode=lambda f, x: [*f(x), *f(x, axis=1)],
        rankdata=lambda f, x: [f(x), f(x, method="min", axis=0)],
    )
    | entries("matrix")(sem=lambda f, x: [f(x), f(x, axis=1, ddof=0)])
)


def correlations(f, x, y):
    return [f(x, y), f(x, y, mode="same"), f(x, y, mode="valid")]


SIGNAL: Table = (
    each("convolve correlate fftconvolve", correlations, "vector", "short")
    | each(
        "convolve2d correlate2d", lambda f, x, y: f(x, y[:3, :2], mode="same"), "matrix", "other"
    )
    | entries("matrix")(detrend=lambda f, x: [f(x), f(x, axis=0, type="constant")])
    | each("csd", lambda f, x, y: f(x, y, nperseg=4), "vector", "other vector")
    | each("stft welch", lambda f, x: f(x, nperseg=4), "vector")
    | entries("complex")(istft=lambda f, x: f(x[:5], nperseg=8, noverlap=4))
)

IMAGE: Table = entries("matrix")(
    resize=lambda f, x: [f(x, (5, 9), "linear"), f(x, (14, 4), "cubic"), f(x, (7, 2), "nearest")],
    scale_and_translate=lambda f, x: f(
        x, (5, 9), (0, 1), np.array([0.7, 2.0]), np.array([0.2, 1.0]), "linear"
    ),
)


def segments(f, x, i):
    return [f(x, i, 6), f(x, i, 4)]


OTHERS: dict[str, Table] = {
    "scipy.signal": SIGNAL,
    "scipy.ndimage": entries("matrix")(
        map_coordinates=lambda f, x: [
            f(x, [x[:, 0] + 3, x[:, 1] + 2], order=1),
            f(x, [x[:, 0] + 3, x[:, 1] + 2], order=0, mode="nearest"),
        ]
    ),
    "scipy.fft": each("dct dctn idct idctn")
    | each("dct idct", lambda f, x: [f(x), f(x, axis=0, norm="ortho")]),
    "scipy.integrate": entries("matrix", "sorted")(
        trapezoid=lambda f, x, t: [f(x), f(x, axis=0, dx=0.5), f(t**2, t)]
    ),
    "scipy.optimize": entries("short", is_smooth=False)(
        minimize=lambda f, x: f(lambda w: ((w - x) ** 2).sum(), np.zeros(5, "f"), method="BFGS").x
    ),
    "scipy.cluster.vq": entries("matrix", "other")(vq=lambda f, x, y: f(x, y[:3])),
    "image": IMAGE,
    "ops": each("segment_max segment_min segment_sum", segments, "vector", "counts")
    | each("segment_prod", segments, "vector", "counts", is_smooth=False),
}
