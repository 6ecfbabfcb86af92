"""Messages of the watch between ranks."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterator
from typing import Any

from jpi._mpi.library import MPI


def pack(content: Any) -> bytes:
    """A content as bytes; sets of ranks are mostly zeros, and texts are repeated."""
    return zlib.compress(pickle.dumps(content), 1)


def unpack(packed: bytes) -> Any:
    """The content that was packed."""
    return pickle.loads(zlib.decompress(packed))


class Channel:
    """Sends and receives without waiting, on a communicator that the watch has for itself."""

    def __init__(self, comm: MPI.Intracomm) -> None:
        self._comm = comm
        self._sent: list[Any] = []  # what MPI still reads

    def messages(self) -> Iterator[tuple[int, int, Any]]:
        """What has arrived: source, tag and content."""
        status = MPI.Status()
        while self._comm.Iprobe(MPI.ANY_SOURCE, MPI.ANY_TAG, status):
            source, tag = status.source, status.tag
            yield source, tag, unpack(self._comm.recv(source=source, tag=tag))

    def send(self, content: Any, dest: int, tag: int) -> None:
        self._sent = [request for request in self._sent if not request.Test()]
        self._sent.append(self._comm.isend(pack(content), dest, tag))
