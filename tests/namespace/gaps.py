"""The functions that do not keep all arrays in blocks, and why."""

ONE_MATRIX = "a sharded matrix is gathered; a batch of matrices stays in blocks"
NOT_TALL = "a sharded matrix is gathered if not tall; a tall one and a batch stay in blocks"

GAPS: dict[str, dict[tuple[str, str], str]] = {
    "numpy": {
        ("fallback", "the eigenvalues of one matrix"): "roots",
        ("unsupported", "`jax.numpy` raises too: reading is no pure function"): "fromfile fromiter",
    },
    "numpy.linalg": {
        ("fallback", ONE_MATRIX): (
            "cholesky det eigh eigvals eigvalsh inv matrix_power slogdet solve"
        ),
        ("fallback", NOT_TALL): "cond lstsq matrix_rank pinv qr svdvals",
        ("fallback", f"{NOT_TALL}, without `full_matrices`"): "svd",
        ("fallback", "one matrix, which is gathered"): "tensorinv tensorsolve",
        ("fallback", "only with `ord` 2, -2 or 'nuc', of one matrix that is not tall"): "norm",
    },
    "nn": {
        ("unsupported", "JAX runs it on GPUs only"): "scaled_matmul",
    },
}
