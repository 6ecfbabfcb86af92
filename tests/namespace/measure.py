"""Prints the functions that gather, by the primitive that lacks a rule, as `namespace.gaps` has
them.

    cd tests && mpirun -n 3 python -m namespace.measure
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Sequence
from pprint import pformat

import jax

import jpi
from namespace import TABLES, installed, rows_of
from namespace.comparison import cut_inputs, run


def gathering(module: str, names: Sequence[str], axis: int = 0) -> dict[str, str]:
    """The functions of ``names`` that gather, and the primitives; they are traced, not compiled."""
    trace = functools.partial(functools.partial, jax.eval_shape)
    outcomes = run(rows_of("jpi", module, names), cut_inputs(axis), trace)
    found = {name: re.match("`(.*)` has no sharding", str(x)) for name, x in outcomes.items()}
    return {name: match[1] for name, match in found.items() if match}


def supported(module: str) -> list[str]:
    return [name for name, entry in installed(module).items() if entry.status != "unsupported"]


def main() -> None:
    jpi.config.fallback = "error"
    for module in TABLES:
        gaps = defaultdict(list)
        for name, primitive in gathering(module, supported(module)).items():
            gaps["fallback", f"`{primitive}` has no rule"].append(name)
        if jpi.rank() == 0:
            print(f"{module!r}:", pformat({why: " ".join(names) for why, names in gaps.items()}))


if __name__ == "__main__":
    main()
