"""The native layer: MPI collectives as XLA FFI targets (source in native/)."""

from types import CodeType
from typing import Any, TypedDict

ffi_version: tuple[int, int]
"""The version of the XLA FFI API in the headers that this was built with: major, minor."""

op_names: tuple[str, ...]
"""MPI's operations that JPI knows. The position of a name is the number of the operation."""

known_peers: tuple[str, ...]
"""Which peer of a message the operand's envelope replaces: the last of ``peers`` is a position."""

given: str
"""What stands in a purpose before the values that are given to the operation."""

check_levels: tuple[str, ...]
"""The levels that `set_check` accepts."""

class CallRecord(TypedDict):
    """A call of this process.

    ``text`` is the operation, its size and its root in words. ``dest`` and ``source`` are the peers
    of a message, None where it does not send or receive. ``position`` counts the collectives of a
    communicator, and ``fingerprint`` is what the ranks must share; both are 0 for a message.
    ``is_compared`` says that the ranks compare the call now, before it runs.
    """

    number: int
    text: str
    dest: int | None
    source: int | None
    sendtag: int
    recvtag: int
    comm: int
    position: int
    fingerprint: int
    is_compared: bool
    is_done: bool
    seconds: float
    site: str
    purpose: str

def can_reduce(op: int, dtype: str) -> bool:
    """Whether the operation with this number reduces arrays of the dtype with this name."""

def constants() -> list[str]:
    """The names in ``mpi4py.MPI`` of the datatypes and operations that `init` needs."""

def init(
    path: str,
    handle_size: int,
    in_place: int,
    status: tuple[int, int, int],
    constants: dict[str, int],
) -> None:
    """Bind to the MPI library that mpi4py's extension at ``path`` has loaded. Done once.

    ``status`` is the size of an MPI_Status and the offsets of its source and tag, in bytes.
    """

def targets() -> dict[str, Any]:
    """The capsules for ``jax.ffi.register_ffi_target``, by target name: ``jpi_<operation>``.

    Operands are (token, x), results (token, y). Attributes are ``comm``, ``op`` and ``root``
    (int32), ``send``, ``recv`` (elements per rank) and ``peers`` (int64 arrays, empty where
    unused), ``purpose``, the operation on global arrays that makes the call, ``statics``, a hash
    (int64) of what is static in it, and ``site``, the line of the user's program; where that is
    empty, the token holds its number. send, recv and sendrecv
    have an *envelope* after x and y, the source and tag of a message (two int32). Their ``peers``
    are dest, sendtag, source, recvtag, the index of a status or -1, a position in `known_peers`.
    """

def local_targets() -> dict[str, Any]:
    """The capsules of the functions on one rank's numbers, by target name.

    ``jpi_sort`` sorts the last dimension of unsigned integers, stably. It has a second result where
    the places are wanted that the numbers had (int32). ``jpi_search`` finds values in sorted keys;
    its operands are keys, values and the first and last place (int32) of each, its attribute
    ``is_above`` says whether equal keys are before the place.
    ``jpi_subtract_product``, ``jpi_solve_triangle`` and ``jpi_swap_rows`` change their first
    operand, see `jpi._blocks.parts`.
    """

def set_blas(addresses: dict[str, int]) -> None:
    """Set the addresses of BLAS's ``sgemm``, ``strsm`` and so on, for s, d, c and z."""

def set_sorts(of_4_bytes: int, of_8_bytes: int) -> None:
    """Set the addresses of functions that sort unsigned integers of so many bytes; 0 for none."""

def add_comm(handle: int, check_handle: int, label: str) -> int:
    """The index by which compiled programs name the communicator with this MPI handle.

    ``check_handle`` is of a duplicate, on which the ranks compare their calls. The communicator
    must return its errors (``MPI.ERRORS_RETURN``): otherwise MPI aborts before JPI reports them.
    """

def free_comm(index: int) -> None:
    """Wait for the calls in flight on this communicator, and make every later one an error."""

def add_op(handle: int) -> int:
    """The number by which compiled programs name the user's operation with this MPI handle."""

def add_status(address: int) -> int:
    """The number by which compiled programs name the MPI_Status at this address."""

def frames_of(thread: int) -> list[tuple[CodeType, int | None]]:
    """The code and the line of each frame of a thread, the innermost first, at one moment."""

def add_site(text: str) -> int:
    """The number of a line of the user's program; a token holds it in calls from that line."""

def set_check(level: str) -> None:
    """Compare no call over the ranks ("off"), each kind once ("trace"), or all ("full")."""

def keep_freed_memory(bytes: int) -> bool:
    """Let the C library keep so much freed memory for the next results; False if it cannot."""

def calls() -> tuple[int, list[CallRecord]]:
    """How many calls have begun; the last ones that have ended and those that run, in order."""

def position(comm: int) -> int:
    """How many collectives have begun on this communicator."""

def fingerprint_at(comm: int, position: int) -> int:
    """What the ranks must share in the collective at a position; 0 if unknown."""

class Notice:
    """A text that is written to stderr after so many seconds, unless it is cancelled before."""

    def __init__(self, seconds: float, text: str) -> None: ...
    def cancel(self) -> None: ...

def set_verbose(enabled: bool) -> None:
    """Write a line to stderr for each call."""

def profile_start() -> None:
    """Forget the costs of calls and begin to count them. All ranks do so together."""

def profile_take() -> dict[str, tuple[int, int, float, float]]:
    """Stop counting: calls, bytes sent, seconds waited and moved, by operation."""

def log_start(capacity: int) -> None:
    """Forget the logged calls and keep the next ``capacity``; 0 stops."""

def log_take() -> list[tuple[str, int, int, str, int]]:
    """The logged calls in the order they ran, removed from the log.

    Each is (operation, comm index, elements of x, dtype, bytes of x that other ranks get).
    """

def has_large_counts() -> bool:
    """Whether the MPI_*_c functions are used."""

def set_large_counts(enabled: bool) -> bool:
    """Allow MPI_*_c (the default) or not, the same on every rank; the previous setting."""

def set_count_limit(limit: int) -> int:
    """The largest count in one call without MPI_*_c, the same on every rank; the previous limit."""
