"""The folders of native/ form layers: a file includes files of its own layer or of lower ones."""

import graphlib
import re
from pathlib import Path

import pytest

NATIVE = Path(__file__).parents[1] / "native"
# From the lowest to the highest.
LAYERS = ("sorting", "mpi", "table", "records", "run", "local", "module.cc")


def includes(root):
    """The files that each file includes, by their paths from ``root``."""
    files = [path for path in root.rglob("*") if path.suffix in (".h", ".cc")]
    return {
        path.relative_to(root).as_posix(): re.findall(
            r'^\s*#\s*include\s*"(?!xla/)(.*?)"', path.read_text(), re.MULTILINE
        )
        for path in files
    }


def mistakes(root):
    """What breaks the order of the layers under ``root``, one line for each mistake."""
    graph = includes(root)
    found = [f"{path} is in no layer" for path in graph if path.split("/")[0] not in LAYERS]
    if found:
        return found
    for path, included in graph.items():
        for other in included:
            if other not in graph:
                found.append(f"{path} includes {other}, which does not exist")
            elif layer(other) > layer(path):
                found.append(f"{path} includes {other}, which is in a higher layer")
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        found.append("these files include each other: " + ", ".join(error.args[1]))
    return sorted(found)


def layer(path):
    return LAYERS.index(path.split("/")[0])


def test_every_include_is_of_the_same_layer_or_a_lower_one():
    assert mistakes(NATIVE) == []
    assert {path.split("/")[0] for path in includes(NATIVE)} == set(LAYERS)


@pytest.mark.parametrize(
    ("file", "line", "mistake"),
    [
        ("mpi/new.h", '#include "mpi/ops.h"', None),
        ("run/new.cc", '#include "mpi/ops.h"', None),
        ("mpi/new.h", "#include <mpi.h>", None),
        ("run/new.h", '#include "xla/ffi/api/ffi.h"', None),
        ("mpi/new.h", '#include "table/row.h"', "higher layer"),
        ("table/new.h", '  #  include "run/run.h"', "higher layer"),
        ("run/new.h", '#include "module.cc"', "higher layer"),
        ("run/new.h", '#include "ops.h"', "does not exist"),
        ("mpi/ops.h", '#include "mpi/ops.h"', "include each other"),
        ("table/row.h", '#include "table/cycle.h"', "include each other"),
        ("other/new.h", "", "is in no layer"),
        ("new.h", "", "is in no layer"),
    ],
)
def test_the_check_finds_each_kind_of_mistake(tmp_path, file, line, mistake):
    tree = {
        "mpi/ops.h": "",
        "table/row.h": '#include "mpi/ops.h"',
        "table/cycle.h": '#include "table/row.h"',
        "run/run.h": '#include "table/row.h"',
        "module.cc": '#include "run/run.h"',
        file: line,
    }
    for path, text in tree.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(f"#pragma once\n{text}\n")
    found = mistakes(tmp_path)
    assert (found == []) if mistake is None else (len(found) == 1 and mistake in found[0])
