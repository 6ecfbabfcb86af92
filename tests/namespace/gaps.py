"""The functions that gather an array or are unsupported, and why."""

ONE_MATRIX = "a sharded matrix is gathered; a batch of matrices stays sharded"
NOT_TALL = "a sharded matrix that is not tall is gathered; a tall one and a batch stay sharded"

GAPS: dict[str, dict[tuple[str, str], str]] = {
    "numpy": {
        ("fallback", "the eigenvalues of one matrix"): "roots",
        ("unsupported", "`jax.numpy` raises too: reading is no pure function"): "fromfile fromiter",
    },
    "numpy.linalg": {
        ("fallback", ONE_MATRIX): ("eigh eigvals eigvalsh"),
        ("fallback", NOT_TALL): "cond lstsq matrix_rank pinv qr svdvals",
        ("fallback", f"{NOT_TALL}, without `full_matrices`"): "svd",
        ("fallback", "only with `ord` 2, -2 or 'nuc', of one matrix that is not tall"): "norm",
    },
    "nn": {
        ("unsupported", "JAX runs it on GPUs only"): "scaled_matmul",
    },
}
