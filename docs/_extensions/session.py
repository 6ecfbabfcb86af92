"""The blocks of one page, run by every rank as one program: see `mpirun`."""

import contextlib
import io
import json
import linecache
import sys
import traceback
import types
from pathlib import Path

from mpi4py import MPI

NAME = "program.py"


def run(code, wanted, first_line, variables):
    """Returns the output of a block, and its warnings and the error that it must raise."""
    output, errors = io.StringIO(), io.StringIO()
    program = compile("\n" * (first_line - 1) + code, NAME, "exec")
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        try:
            exec(program, variables)
        except Exception as error:
            if type(error).__qualname__ != wanted:
                raise
            errors.write("".join(traceback.format_exception_only(error)))
        else:
            if wanted:
                raise SystemExit(f"this block must raise {wanted}:\n{code}")
    return output.getvalue(), errors.getvalue()


def main():
    blocks = json.loads(Path("blocks.json").read_text())
    lines = [line for code, _ in blocks for line in code.splitlines()]
    linecache.cache[NAME] = (1, None, [f"{line}\n" for line in lines], NAME)
    program = sys.modules["__main__"] = types.ModuleType("__main__")  # its names are no names here
    first_line, printed = 1, []
    for code, wanted in blocks:
        printed.append(run(code, wanted, first_line, program.__dict__))
        first_line += len(code.splitlines())
        MPI.COMM_WORLD.barrier()
    Path(f"printed.{MPI.COMM_WORLD.rank}.json").write_text(json.dumps(printed))


if __name__ == "__main__":
    main()
