"""What the functions return for arrays that are sharded along their first axis, as by default.

A test compares it with what they do return."""

from __future__ import annotations

from jpi._rules.elementwise import BINARY, TERNARY, UNARY

# A plain array, which no axis shards.
WHOLE: dict[str, set[str]] = {
    "numpy": set("allclose array_equal array_equiv vdot".split()),
    "random": set("PRNGKey clone fold_in key key_data key_impl split wrap_key_data".split()),
}

# A plain array or a distributed one: it depends on the layout, or on the arguments.
EITHER: dict[str, set[str]] = {
    "numpy": set(
        """
        all any amax amin argmax argmin count_nonzero max mean median min prod ptp std sum var
        nanargmax nanargmin nanmax nanmean nanmedian nanmin nanprod nanstd nansum nanvar
        percentile nanpercentile quantile nanquantile average trapezoid trace
        apply_over_axes argwhere bincount broadcast_arrays corrcoef cov diag_indices
        diag_indices_from dot einsum flatnonzero from_dlpack frombuffer fromfile fromiter
        fromstring histogram histogram2d histogram_bin_edges histogramdd inner ix_ load
        mask_indices matmul matvec nonzero packbits partition poly polydiv polyfit roots take
        tensordot tril_indices tril_indices_from triu_indices triu_indices_from unique
        unique_all unique_counts vecdot vecmat
        """.split()
    ),
    "numpy.linalg": set(
        """
        cond cross det eig eigh eigvals eigvalsh lstsq matmul matrix_norm matrix_rank multi_dot norm
        qr slogdet svd svdvals tensordot trace vecdot vector_norm
        """.split()
    ),
    "nn": {"logmeanexp", "logsumexp"},
    "scipy.special": {"bernoulli", "logsumexp", "sph_harm_y"},
    "scipy.linalg": set(
        """
        det dft eigh funm hadamard helmert hessenberg hilbert invhilbert invpascal lu_factor pascal
        polar qr qr_multiply schur solve_sylvester sqrtm svd
        """.split()
    ),
    "scipy.stats": set(
        """
        poisson.entropy dirichlet.logpdf dirichlet.pdf multinomial.logpmf multinomial.pmf
        multivariate_normal.logpdf multivariate_normal.pdf mode rankdata sem
        """.split()
    ),
    "scipy.signal": {"csd", "istft", "stft", "welch"},
    "scipy.integrate": {"trapezoid"},
    "scipy.cluster.vq": {"vq"},
    "scipy.optimize": {"minimize"},
    "image": {"resize", "scale_and_translate"},
    "ops": {"segment_max", "segment_min", "segment_prod", "segment_sum"},
}

_ELEMENTWISE = {*UNARY, *BINARY, *TERNARY}


def result(module: str, name: str) -> str:
    """The type of the arrays in the result, if there are distributed ones among the arguments."""
    if name in WHOLE.get(module, ()):
        return "Array"
    is_known = module not in ("lax", "random") or name in _ELEMENTWISE
    return "DistArray" if is_known and name not in EITHER.get(module, ()) else "DistArray | Array"
