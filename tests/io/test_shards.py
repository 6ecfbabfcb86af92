"""Arrays of Zarr as JPI writes them: read by other libraries, by any part, and checked."""

import itertools

import jax.numpy as jnp
import numpy as np
import pytest
import tensorstore
import zarr

from jpi.io import _shards, _zarr

pytestmark = pytest.mark.ranks(1)  # files of one process

ARRAYS = {  # shapes, and how many ranks write them along each dimension
    "a number": ((), ()),
    "few rows": ((7,), (3,)),
    "no rows": ((0, 3), (2, 1)),
    "a grid, uneven": ((101, 301), (2, 2)),
    "long rows": ((3, 50_000), (2, 1)),
    "one row": ((1, 70_000), (1, 4)),
    "three dimensions": ((5, 4, 3), (1, 2, 3)),
}
DTYPES = "bool int8 uint16 int64 float16 bfloat16 float32 complex128 float8_e4m3fn".split()


def boxes(shape, part):
    counts = (range(-(-size // length)) for size, length in zip(shape, part, strict=True))
    for place in itertools.product(*counts):
        spans = zip(place, part, shape, strict=True)
        yield tuple((i * length, min((i + 1) * length, size)) for i, length, size in spans)


def written(path, x, parts):
    part, chunk = _zarr.grid(x.shape, parts, x.dtype.itemsize)
    described = _shards.metadata(x.shape, x.dtype, part, chunk, (None,) * x.ndim)
    _shards.create(path, described)
    array = _shards.Shards(path, described)
    for box in boxes(x.shape, part):
        array.write(box, x[(*(slice(*span) for span in box), ...)])
    return array


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", ARRAYS)
def test_other_libraries_read_the_array(tmp_path, case, dtype):
    shape, parts = ARRAYS[case]
    x = (np.arange(np.prod(shape, dtype=int)) % 7).reshape(shape).astype(jnp.dtype(dtype))
    written(str(tmp_path), x, parts)
    spec = {"driver": "zarr3", "kvstore": {"driver": "file", "path": str(tmp_path)}}
    found = tensorstore.open(spec).result().read().result()
    assert found.dtype == x.dtype
    np.testing.assert_array_equal(found, x)
    if x.dtype.kind != "V" and not dtype.startswith("float8"):
        np.testing.assert_array_equal(zarr.open(tmp_path, mode="r")[...], x)


@pytest.mark.parametrize("case", ["few rows", "a grid, uneven", "long rows", "three dimensions"])
def test_any_part_of_the_array_is_read(tmp_path, case):
    shape, parts = ARRAYS[case]
    x = np.random.default_rng(0).random(shape)
    array = written(str(tmp_path), x, parts)
    for first, last in ((0, 1), (1, 2), (0, 3), (2, 3)):  # thirds
        box = tuple((size * first // 3, size * last // 3) for size in shape)
        block = np.empty([stop - start for start, stop in box])
        array.read_into(block, box)
        np.testing.assert_array_equal(block, x[tuple(slice(*span) for span in box)])


@pytest.mark.parametrize("at", [0, -1, -30])  # in a chunk, in the index and its checksum
def test_a_damaged_byte_is_noticed(tmp_path, at):
    x = np.random.default_rng(0).random((101, 301))
    array = written(str(tmp_path), x, (1, 1))
    path = tmp_path / "c" / "0" / "0"
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match="checksum"):
        array[:]
    path.write_bytes(data[:2])
    with pytest.raises(ValueError, match="ends"):
        array[:]


def test_an_array_that_another_library_has_changed_is_read(tmp_path):
    x = np.arange(12.0).reshape(4, 3)
    written(str(tmp_path), x, (2, 1))
    changed = zarr.open(tmp_path, mode="r+")
    changed[1] = x[1] = 8.0
    changed.attrs["unit"] = "m"
    np.testing.assert_array_equal(_zarr.opened(str(tmp_path))[:], x)
