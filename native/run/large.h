#pragma once

// Counts that exceed an int, for MPI libraries without MPI_*_c.

#include <algorithm>
#include <cstddef>

#include "run/datatypes.h"
#include "table/row.h"

namespace jpi {

// A row that moves blocks, as one MPI_Alltoallw.
template <typename Handle>
int ExchangeBlocks(const Runtime<Handle>& mpi, const Collective& row, const Message& m,
                   int64_t limit) {
  const auto block = [&](int dtype, int64_t offset, int64_t count) {
    return Block<Handle>(mpi, mpi.types[dtype], kDtypes[dtype].size, offset, count, limit);
  };
  const bool to_root = row.y == Extent::kRecvTotalAtRoot;
  const bool from_root = row.x == Extent::kSendTotalAtRoot;
  Side<Handle> send(m.comm->size, mpi.types[m.x_dtype]);
  Side<Handle> recv(m.comm->size, mpi.types[m.y_dtype]);
  int64_t sent = 0, received = 0;
  for (int rank = 0; rank < m.comm->size; ++rank) {
    if (m.send.size() == 0) {  // all ranks that receive get the same block
      send.Set(rank, block(m.x_dtype, 0, to_root && rank != m.root ? 0 : m.x_count));
    } else {
      send.Set(rank, block(m.x_dtype, sent, from_root && !m.is_root() ? 0 : m.send[rank]));
      sent += m.send[rank] + (rank == m.comm->rank ? m.kept : 0);
    }
    if (m.recv.size() == 0) {
      recv.Set(rank, block(m.y_dtype, 0, from_root && rank != m.root ? 0 : m.y_count));
    } else {
      recv.Set(rank, block(m.y_dtype, received, to_root && !m.is_root() ? 0 : m.recv[rank]));
      received += m.recv[rank];
    }
  }
  return CallAlltoallw(mpi, m.x, send, m.y, recv, *m.comm);
}

// The part of a message with `count` elements from `offset` on.
inline Message Piece(const Message& m, int64_t offset, int64_t count) {
  Message piece = m;
  piece.x = static_cast<const std::byte*>(m.x) + offset * m.item_size();
  piece.x_count = count;
  if (m.y_count > 0) {
    piece.y = static_cast<std::byte*>(m.y) + offset * m.item_size();
    piece.y_count = count;
  }
  return piece;
}

// Calls reduce(piece) for ranges of the elements, each with at most `limit` elements.
template <typename Reduce>
int ReducePieces(const Message& m, int64_t limit, Reduce reduce) {
  for (int64_t offset = 0; offset < m.x_count; offset += limit) {
    Check(reduce(Piece(m, offset, std::min(limit, m.x_count - offset))));
  }
  return 0;
}

// Calls reduce(message) for the block of each rank, with that rank as the root.
template <typename Reduce>
int ReduceToEach(const Message& m, Reduce reduce) {
  int64_t offset = 0;
  for (int rank = 0; rank < m.comm->size; ++rank) {
    Message block = m;
    block.root = rank;
    block.x = static_cast<const std::byte*>(m.x) + offset * m.item_size();
    block.x_count = m.recv[rank];
    block.y_count = block.is_root() ? m.recv[rank] : 0;
    offset += m.recv[rank];
    Check(reduce(block));
  }
  return 0;
}

// Whether a call needs MPI_*_c or the functions above. All ranks of the call must answer the same,
// so the answer may depend only on counts that all of them know. In MPI_Alltoallv, a rank knows
// only its own counts, and two other ranks may exchange a large block. Each of the two ranks of a
// message may choose for itself between many elements and one element of a datatype.
inline bool IsLarge(const Collective& row, const Message& m, int64_t limit) {
  if (row.counts == Known::kByEach && !row.is_message()) return true;
  return std::max({m.x_count, m.y_count, Total(m.send), Total(m.recv)}) > limit;
}

}  // namespace jpi
