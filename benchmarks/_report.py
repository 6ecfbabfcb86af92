"""The output of the benchmark of the collectives: table, targets, file and figure."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
from _collectives import RANKS
from mpi4py import MPI

KIB, MIB = 2**10, 2**20
LIBRARY = MPI.Get_library_version().splitlines()[0]
REFERENCE = "mpi4py"
COLUMNS = (
    "jpi call",
    "jpi eager",
    "jpi loop",
    "mpi4jax call",
    "mpi4jax loop",
    "gloo call",
    "gloo loop",
)


class Target(NamedTuple):
    """At most `limit` times the time of the reference, wherever both were timed."""

    words: str
    contestant: str
    reference: str
    limit: float
    applies: Callable[[int], bool]


TARGETS = (
    Target("jpi loop at 8 B", "jpi loop", "mpi4py", 1.25, lambda size: size == 8),
    Target("jpi loop from 1 MiB", "jpi loop", "mpi4py", 1.1, lambda size: size >= MIB),
    Target("jpi call from 1 MiB", "jpi call", "mpi4py", 1.3, lambda size: size >= MIB),
    Target("jpi call at 8 B", "jpi call", "mpi4jax call", 0.1, lambda size: size == 8),
    Target("jpi call at any size", "jpi call", "mpi4jax call", 1.0, lambda size: True),
    Target("jpi loop at any size", "jpi loop", "mpi4jax loop", 1.0, lambda size: True),
    Target("jpi call at any size", "jpi call", "gloo call", 1.0, lambda size: True),
    Target("jpi loop at any size", "jpi loop", "gloo loop", 1.0, lambda size: True),
)


def heading() -> str:
    names = "".join(f"{name:>14}" for name in (REFERENCE, *COLUMNS))
    return f"{RANKS} ranks, {LIBRARY}, JAX {jax.__version__}\n{'':<24}{names}"


def words_of(size: int) -> str:
    if size < KIB:
        return f"{size} B"
    return f"{size / KIB:g} KiB" if size < MIB else f"{size / MIB:g} MiB"


def row_of(result: dict[str, Any]) -> str:
    seconds = result["seconds"]
    ratios = [seconds[name] / seconds[REFERENCE] if name in seconds else None for name in COLUMNS]
    cells = "".join(f"{'-' if ratio is None else f'{ratio:.2f}x':>14}" for ratio in ratios)
    time = f"{seconds[REFERENCE] * 1e6:.2f} us"
    return f"{result['operation']:<16}{words_of(result['size']):>8}{time:>14}{cells}"


def verdicts_of(results: list[dict[str, Any]]) -> Iterator[str]:
    """Yields one line per target, and one for every figure that falls short."""
    for target in TARGETS:
        names = {target.contestant, target.reference}
        cases = [case for case in results if target.applies(case["size"])]
        cases = [case for case in cases if names <= case["seconds"].keys()]
        misses = []
        for case in cases:
            ratio = case["seconds"][target.contestant] / case["seconds"][target.reference]
            if ratio > target.limit:
                excess = f"{ratio:.3g}x, missed by {100 * (ratio / target.limit - 1):.0f} %"
                misses.append(f"    {case['operation']:<16}{words_of(case['size']):>8}  {excess}")
        verdict = f"missed in {len(misses)} of {len(cases)}" if misses else f"met in {len(cases)}"
        limit = f"at most {target.limit:g} x {target.reference}"
        yield f"  {target.words}, {limit}: {verdict if cases else 'not timed'}"
        yield from misses


def draw(results: list[dict[str, Any]], path: pathlib.Path) -> None:
    """Draws the ratio to mpi4py against the size, one panel per operation."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("no figure, as matplotlib is not installed")
        return
    names = list(dict.fromkeys(result["operation"] for result in results))
    rows = -(-len(names) // 3)
    figure = Figure((12, 3 * rows), layout="constrained")
    for place, name in enumerate(names, 1):
        cases = [result for result in results if result["operation"] == name]
        draw_panel(figure.add_subplot(rows, 3, place), name, cases)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    figure.supxlabel("bytes of one rank's operand")
    figure.supylabel(f"time / time of {REFERENCE}")
    figure.savefig(path, dpi=120)


def draw_panel(panel: Any, name: str, cases: list[dict[str, Any]]) -> None:
    panel.set(title=name, xscale="log", yscale="log")
    panel.axhline(1, color="black", linewidth=1)
    for column in COLUMNS:
        timed = [case for case in cases if column in case["seconds"]]
        sizes = [case["size"] for case in timed]
        ratios = [case["seconds"][column] / case["seconds"][REFERENCE] for case in timed]
        panel.plot(sizes, ratios, marker=".", label=column)


def report(results: list[dict[str, Any]], folder: pathlib.Path) -> None:
    """Prints the verdicts on the targets, and writes the numbers and their figure."""
    print("\ntargets", *verdicts_of(results), sep="\n")
    folder.mkdir(parents=True, exist_ok=True)
    facts = {"ranks": RANKS, "mpi": LIBRARY, "jax": jax.__version__}
    text = json.dumps(facts | {"results": results}, indent=1)
    (folder / "collectives.json").write_text(text + "\n")
    draw(results, folder / "collectives.png")
