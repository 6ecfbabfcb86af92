"""`jpi.visualize` shows every block once, with its ranks, and prints on one rank only."""

import io
import itertools
import sys
from collections import Counter

import jax
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from support.layouts import layouts_of, meshes, shapes
from support.native_log import calls_during
from support.oracle import ROWS

import jpi
import jpi.numpy as jnp
from jpi._array import visualize as _visualize
from jpi._layout.layout import layout

LAST = jpi.size() - 1
GRID = (("x", 2), ("y", 2))


@given(st.data(), shapes, st.integers(1, 8))
def test_blocks_tile_the_array_and_name_every_rank_once(data, shape, ranks):
    cut = data.draw(layouts_of(shape, data.draw(meshes(ranks))))
    blocks = _visualize.blocks_of(cut, 4)
    assert sorted(rank for block in blocks for rank in block.ranks) == list(range(ranks))
    elements = Counter(
        index
        for block in blocks
        for index in itertools.product(*(range(a, b) for a, b in block.box))
    )
    assert elements == Counter(itertools.product(*map(range, shape)))
    for block in blocks:
        assert all(cut.box(cut.coordinates_of(rank)) == block.box for rank in block.ranks)


def shown(draw, *of):
    text = io.StringIO()
    Console(file=text, width=100).print(draw(_visualize.blocks_of(layout(*of), 4)))
    return [line.rstrip() for line in text.getvalue().splitlines()]


def test_a_matrix_is_a_table_of_its_blocks():
    assert shown(_visualize._table, (5, 1), GRID, (("x",), ("y",))) == [
        "┌────────────┬────────────┐",
        "│   rank 0   │   rank 1   │",
        "│ [0:3, 0:1] │ [0:3, 1:1] │",
        "│  12 bytes  │   empty    │",
        "├────────────┼────────────┤",
        "│   rank 2   │   rank 3   │",
        "│ [3:5, 0:1] │ [3:5, 1:1] │",
        "│  8 bytes   │   empty    │",
        "└────────────┴────────────┘",
    ]


def test_replicas_of_a_vector_share_a_block():
    assert shown(_visualize._table, (3000,), GRID, (("y",),)) == [
        "┌─────────────┐",
        "│ ranks 0, 2  │",
        "│  [0:1500]   │",
        "│ 6,000 bytes │",
        "├─────────────┤",
        "│ ranks 1, 3  │",
        "│ [1500:3000] │",
        "│ 6,000 bytes │",
        "└─────────────┘",
    ]


def test_other_arrays_are_listed():
    mesh = (("x", 2), ("y", 3))
    assert shown(_visualize._list, (2, 3, 2), mesh, ((), ("x",))) == [
        "┏━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━┳━━━━━━━━━━┓",
        "┃ held by   ┃ block           ┃ shape     ┃ bytes    ┃",
        "┡━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━━┩",
        "│ ranks 0-2 │ [0:2, 0:2, 0:2] │ (2, 2, 2) │ 32 bytes │",
        "│ ranks 3-5 │ [0:2, 2:3, 0:2] │ (2, 1, 2) │ 16 bytes │",
        "└───────────┴─────────────────┴───────────┴──────────┘",
    ]
    assert shown(_visualize._list, (), mesh, ())[3] == "│ ranks 0-5 │ [()]  │ ()    │ 4 bytes │"


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("shape", [(), (4,), (4, 2)], ids=len)
def test_the_root_prints_and_no_other_rank(capsys, rows, shape):
    x = jnp.zeros((rows, *shape))
    jpi.visualize(x, root=LAST)
    text = capsys.readouterr().out
    if jpi.rank() == LAST:
        assert f"shape={x.shape}, dtype=float32, spec=P('ranks'" in text
        for rank in range(jpi.size()):
            assert f"rank {rank} " in text
    else:
        assert text == ""


def test_colours_are_used_in_a_terminal(capsys, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    jpi.visualize(jnp.zeros((4, 2)))
    assert "\x1b" not in capsys.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    jpi.visualize(jnp.zeros((4, 2)))
    assert ("\x1b[" in capsys.readouterr().out) == (jpi.rank() == 0)


def test_nothing_is_communicated(capsys):
    x = jnp.zeros((7, 4))
    assert calls_during(lambda: jpi.visualize(x)) == ([], None)


def test_a_traced_array_is_shown_when_it_is_traced(capsys):
    jax.jit(lambda x: jpi.visualize(x))(jnp.zeros((7, 4)))
    assert ("shape=(7, 4)" in capsys.readouterr().out) == (jpi.rank() == 0)


@pytest.mark.parametrize("shape", [(7,), (7, 4), (2, 3), (0,), (0, 3), (0, 0)], ids=str)
def test_the_root_draws_a_picture(capsys, mpi_tmp_path, shape):
    file = mpi_tmp_path / f"blocks of rank {jpi.rank()}.png"
    jpi.visualize(jnp.zeros(shape), picture=file)
    assert file.exists() == (jpi.rank() == 0)
    assert not file.exists() or file.read_bytes().startswith(b"\x89PNG")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("library,picture", [("rich", None), ("matplotlib", "x.png")])
def test_a_missing_library_is_an_error_with_the_remedy_on_every_rank(monkeypatch, library, picture):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=rf'{library}.*pip install "jpi\[visualize\]"'):
        jpi.visualize(jnp.zeros(3), picture=picture)


def test_bad_input_is_an_error_on_every_rank():
    with pytest.raises(TypeError, match="must be a DistArray; got list"):
        jpi.visualize([1])
    with pytest.raises(ValueError, match="`root` of visualize must be a rank"):
        jpi.visualize(jnp.zeros(3), root=99)
    with pytest.raises(ValueError, match="1 or 2 dimensions; got one of 3"):
        jpi.visualize(jnp.zeros((3, 3, 3)), picture="x.png")
