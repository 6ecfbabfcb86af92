"""The line on the terminal that says how far a long work has come."""

import io
import sys

import pytest

from jpi.checkpoint import _progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("is_shown", "patience"), [(True, 0.0), (True, 1e6), (False, 0.0)])
def test_a_long_work_shows_its_progress(monkeypatch, is_shown, patience):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(_progress, "_PATIENCE", patience)
    with _progress.Progress("writing step 3", 4_000_000, is_shown) as progress:
        progress.add(1_000_000)
        progress.add(3_000_000)
    lines = terminal.getvalue().split("\r")
    if is_shown and not patience:
        assert "1 of 4 MB" in lines[1] and lines[2].endswith(f"[{'#' * 30}] 4 of 4 MB\n")
    else:
        assert lines == [""]
