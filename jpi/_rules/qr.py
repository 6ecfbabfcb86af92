"""qr: tall matrices by one tree of factorizations, others by blocks of reflections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from jpi._blocks.dealt_rows import collect, deal, dealt
from jpi._blocks.householder import factor, q_columns, triangle, unreflected
from jpi._evaluation.registry import Call
from jpi._evaluation.values import Value
from jpi._layout.layout import offsets
from jpi._mpi.comm import Comm
from jpi._ordered.in_order import in_order
from jpi._rules._by_rows import ROWS, by_rows
from jpi._rules._matrices import SMALL, factorization
from jpi._rules._tall import is_tall, tall_qr
from jpi._rules.linalg import each_matrix


@factorization("qr")
def qr(
    call: Call, value: Value, *, full_matrices: bool, pivoting: bool = False, **params: Any
) -> Sequence[Value]:
    rows, columns = value.shape[-2:]
    if pivoting:
        return each_matrix(call, [value], (2,))
    if not full_matrices and is_tall(call, value, rows=-2, columns=-1):
        return tall_qr(call, value)
    kept = rows if full_matrices else min(rows, columns)

    def algorithm(block: Any, comm: Comm) -> list[Any]:
        own = deal(block, comm, rows)
        signs = unreflected(own, comm, (rows, columns))
        signs = jnp.pad(signs, (0, kept - signs.shape[0]), constant_values=1)
        factored = factor(own, comm, (rows, columns))
        packed, index = factored.packed, jnp.arange(*offsets(kept, comm.size)[comm.rank :][:2])
        r = triangle(collect(packed[: dealt(kept, comm)], comm, kept), index)
        factored = factored._replace(packed=in_order(packed))  # it is sent before it is changed
        q = collect(q_columns(factored, kept, comm), comm, rows)
        return [q * signs, r * signs[index, None]]

    return by_rows(call, value, algorithm, [ROWS, ROWS], SMALL)
