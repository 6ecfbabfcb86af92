"""The functions that gather an array or are unsupported, and why."""

ONE_MATRIX = "a sharded matrix is gathered; a batch of matrices stays sharded"

GAPS: dict[str, dict[tuple[str, str], str]] = {
    "numpy": {
        ("fallback", "the eigenvalues of one matrix"): "roots",
        ("unsupported", "`jax.numpy` raises too: reading is no pure function"): "fromfile fromiter",
    },
    "numpy.linalg": {
        ("fallback", ONE_MATRIX): "eig eigvals",
    },
    "scipy.linalg": {
        ("fallback", "one matrix, which is gathered"): (
            "funm hessenberg qr_multiply rsf2csf schur solve_sylvester sqrtm"
        ),
    },
    "nn": {
        ("unsupported", "JAX runs it on GPUs only"): "scaled_matmul",
    },
}
