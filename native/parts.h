#pragma once

// Parts of arrays sent and received where they lie: one MPI_Alltoallw, a datatype for each part.

#include <vector>

#include "large.h"

namespace jpi {

// A box of a row-major array as runs of adjacent elements, repeated along outer dimensions.
struct Runs {
  struct Repeat {
    int64_t count;
    int64_t stride;  // in elements
  };

  // `box` has a start and a size for each dimension of `shape`.
  Runs(Counts shape, const int64_t* box) {
    int64_t stride = 1;
    for (size_t dim = shape.size(); dim-- > 0; stride *= shape[dim]) {
      const int64_t start = box[2 * dim], count = box[2 * dim + 1];
      offset += start * stride;
      if (repeats.empty() && length == stride) {
        length *= count;
      } else if (!repeats.empty() && repeats.back().count * repeats.back().stride == stride) {
        repeats.back().count *= count;
      } else if (count != 1) {
        repeats.push_back({count, stride});
      }
      total *= count;
    }
  }

  int64_t offset = 0;
  int64_t length = 1;
  int64_t total = 1;
  std::vector<Repeat> repeats;  // the innermost first
};

// The parts of `m.x` for each rank, or those of `m.y` from each rank, follow each other in `boxes`.
inline Runs RunsOf(Counts shape, Counts boxes, int rank) {
  return Runs(shape, boxes.begin() + 2 * shape.size() * rank);
}

// The elements that leave this rank, each counted once for each rank that gets it.
inline int64_t LeavingParts(const Message& m) {
  int64_t count = 0;
  for (int rank = 0; rank < m.comm->size; ++rank) {
    if (rank != m.comm->rank) count += RunsOf(m.x_shape, m.send, rank).total;
  }
  return count;
}

template <typename Handle>
Block<Handle> PartOf(const Runtime<Handle>& mpi, int dtype, const Runs& runs, int64_t limit) {
  const int64_t size = kDtypes[dtype].size;
  if (runs.total == 0 || runs.repeats.empty()) {
    return Block<Handle>(mpi, mpi.types[dtype], size, runs.offset, runs.total, limit);
  }
  Block<Handle> part(mpi, mpi.types[dtype], size, 0, runs.length, limit);
  for (const Runs::Repeat& repeat : runs.repeats) {
    part.Repeat(mpi, repeat.count, repeat.stride * size);
  }
  part.MoveTo(mpi, runs.offset * size, limit);
  return part;
}

template <typename Handle>
int ExchangeParts(const Runtime<Handle>& mpi, const Message& m, int64_t limit) {
  Side<Handle> send, recv;
  for (int rank = 0; rank < m.comm->size; ++rank) {
    send.Add(PartOf(mpi, m.x_dtype, RunsOf(m.x_shape, m.send, rank), limit));
    recv.Add(PartOf(mpi, m.y_dtype, RunsOf(m.y_shape, m.recv, rank), limit));
  }
  return mpi.Alltoallw(m.x, send.counts.data(), send.offsets.data(), send.types.data(), m.y,
                       recv.counts.data(), recv.offsets.data(), recv.types.data(),
                       ToHandle<Handle>(m.comm->handle));
}

}  // namespace jpi
