"""`jax.numpy.linalg`, `jax.numpy.fft`, `jax.nn` and `jax.scipy.special`."""

import numpy as np

from namespace.entries import Table, each, entries

LINALG: Table = (
    entries("square", "batch")(
        cond=lambda f, a, b: [f(a), f(b)],
        det=lambda f, a, b: [f(a), f(b)],
        diagonal=lambda f, a, b: [f(a), f(b, offset=1)],
        inv=lambda f, a, b: [f(a), f(b)],
        matrix_norm=lambda f, a, b: [f(a), f(b, ord=1)],
        matrix_power=lambda f, a, b: [f(a, 3), f(b, 2), f(a, -1)],
        matrix_rank=lambda f, a, b: [f(a), f(b)],
        matrix_transpose=lambda f, a, b: [f(a), f(b)],
        matmul=lambda f, a, b: [f(a, a), f(b, b)],
        pinv=lambda f, a, b: [f(a), f(b)],
        qr=lambda f, a, b: [abs(y) for x in (a, b) for y in f(x)],
        slogdet=lambda f, a, b: [*f(a), *f(b)],
        solve=lambda f, a, b: [f(a, a[0]), f(b, b)],
        svd=lambda f, a, b: [abs(y) for x in (a, b) for y in f(x)],
        svdvals=lambda f, a, b: [f(a), f(b)],
        tensordot=lambda f, a, b: f(b, b, axes=([1], [2])),
        tensorinv=lambda f, a, b: f(a, ind=1),
        tensorsolve=lambda f, a, b: f(a, a[0]),
        trace=lambda f, a, b: [f(a), f(b)],
        vecdot=lambda f, a, b: [f(a, 2 * a), f(b, b, axis=1)],
        vector_norm=lambda f, a, b: [f(a), f(b, axis=0), f(a, axis=1, ord=1)],
        norm=lambda f, a, b: [f(a), f(a, axis=0), f(b, axis=(1, 2)), f(a, ord=2)],
        multi_dot=lambda f, a, b: f([a, a.T, a]),
        outer=lambda f, a, b: f(a[0], a[:, 1]),
    )
    | entries("symmetric", "definite batch")(
        cholesky=lambda f, a, b: [f(a), f(b)],
        eigh=lambda f, a, b: [abs(y) for x in (a, b) for y in f(x)],
        eigvalsh=lambda f, a, b: [f(a), f(b)],
        eigvals=lambda f, a, b: [abs(f(a)).sum(), abs(f(b)).sum(-1)],
    )
    | entries("symmetric", "definite batch", is_smooth=False)(
        eig=lambda f, a, b: [abs(f(a)[0]).sum(), abs(f(b)[0]).sum(-1)],
    )
    | entries("triples")(cross=lambda f, x: f(x, 2 * x[::-1] + 1))
    | entries("matrix", "other")(lstsq=lambda f, x, y: f(x, y[:, 0])[:3])
)


def along_axes(f, x):
    return [f(x, axis=0), f(x, axis=1), f(x, n=5, axis=0)]


FFT: Table = (
    each("fft ifft hfft irfft", along_axes, "complex")
    | each("ihfft rfft", along_axes)
    | each("fft2 fftn ifft2 ifftn irfft2 irfftn", lambda f, x: f(x), "complex")
    | each("rfft2 rfftn")
    | each("fftshift ifftshift", lambda f, x: [f(x), f(x, axes=0)])
    | entries()(fftfreq=lambda f: f(7, 0.5), rfftfreq=lambda f: f(7, 0.5))
)

NN: Table = (
    each(
        "celu elu gelu hard_sigmoid hard_silu hard_swish hard_tanh identity leaky_relu log_sigmoid "
        "mish relu relu6 selu sigmoid silu soft_sign softplus sparse_plus sparse_sigmoid "
        "squareplus swish tanh"
    )
    | each("log1mexp", lambda f, x: f(x), "positive")
    | each("glu log_softmax softmax standardize", lambda f, x: [f(x), f(x[:6], axis=0)])
    | each("logmeanexp logsumexp", lambda f, x: [f(x), f(x, axis=0), f(x, axis=1, keepdims=True)])
    | entries("counts")(one_hot=lambda f, i: [f(i, 6), f(i, 6, axis=0)])
    | entries("blocks")(
        dot_product_attention=lambda f, x: f(x[:, :, None], 2 * x[:, :, None], x[:, :, None] + 1),
    )
    | entries("blocks", is_smooth=False)(
        scaled_matmul=lambda f, x: f(
            x.astype("bfloat16"), x.astype("bfloat16"), abs(x[..., :1]), abs(x[..., :1])
        ),
        scaled_dot_general=lambda f, x: f(
            x.astype("bfloat16"), x.astype("bfloat16"), (((2,), (2,)), ((0,), (0,)))
        ),
    )
    | entries(is_eager=True)(get_scaled_dot_general_config=lambda f: type(f("mxfp8")).__name__)
)

SPECIAL: Table = (
    each("entr erf erfc expit i0 i0e i1 i1e log_ndtr ndtr")
    | each("sici spence fresnel erfcx dawsn", is_slow=True)
    | each("digamma factorial gamma gammaln gammasgn loggamma", lambda f, x: f(x), "positive")
    | each("exp1 expi wofz", lambda f, x: f(x), "positive", is_slow=True)
    | each("erfinv erfcinv logit ndtri", lambda f, x: f(x), "unit")
    | each("log_softmax logsumexp softmax", lambda f, x: [f(x, axis=0), f(x, axis=1)])
    | each(
        "beta betaln comb kl_div poch rel_entr xlog1py xlogy",
        lambda f, x, y: f(x, y),
        "positive",
        "unit",
    )
    | each("gammainc gammaincc", lambda f, x, y: f(x, y), "positive", "unit", is_slow=True)
    | each("bernoulli", lambda f, x: f(6))
    | entries("positive")(
        boxcox=lambda f, x: f(x, 0.5),
        boxcox1p=lambda f, x: f(x, 0.5),
        multigammaln=lambda f, x: f(x + 2, 3),
        owens_t=lambda f, x: f(x, 0.5),
    )
    | entries("positive", is_slow=True)(
        bessel_jn=lambda f, x: f(x, v=2),
        expn=lambda f, x: f(2, x),
        polygamma=lambda f, x: f(1, x),
        zeta=lambda f, x: f(x + 1, 2.0),
    )
    | entries("unit", is_slow=True)(
        betainc=lambda f, x: f(2.0, 3.0, x),
        hyp1f1=lambda f, x: f(1.5, 2.5, x),
        hyp2f1=lambda f, x: f(1.5, 2.5, 3.5, x / 2),
        sph_harm_y=lambda f, x: f(np.array([2]), np.array([1]), x[:, 0], x[:, 1], n_max=2),
    )
)
