#pragma once

#include <cstdint>
#include <limits>
#include <numeric>
#include <string_view>
#include <vector>

#include "mpi/comms.h"
#include "mpi/ops.h"

namespace jpi {

using Counts = ffi::Span<const int64_t>;

// Where a point-to-point call sends and from where it receives, in MPI's own numbers.
struct Peers {
  int dest;
  int sendtag;
  int source;
  int recvtag;
  int32_t status;  // index of the user's MPI_Status, -1 for none
};

// Rows, each by the rank that holds it and its place in that rank's block; or, in `owner` alone,
// how many rows go to each rank.
struct Named {
  const int32_t* owner;
  const int32_t* place;
  int64_t count;
  const void* rows;  // what goes there; null where they are asked for
  int64_t rows_count;
  int64_t leaving;  // elements of rows that left this rank, once it has run
};

// What one rank is asked to do, as it comes from XLA: buffers, and counts in elements.
struct Message {
  const void* x;
  void* y;
  int64_t x_count;
  int64_t y_count;
  int x_dtype;  // index in kDtypes
  int y_dtype;
  int op;  // an Op, or beyond them the index of a user's own
  int root;
  Counts send;  // elements for each rank, and from each rank; empty where unused
  Counts recv;
  Counts x_shape;
  Counts y_shape;
  Peers peers;
  int32_t* envelope;  // source and tag of the message received; null where none is
  Named named;
  Comm* comm;
  std::string_view purpose;  // for what it is called; empty if that is not known

  int64_t item_size() const { return kDtypes[x_dtype].size; }
  bool is_root() const { return comm->rank == root; }
};

inline int64_t Total(Counts counts) {
  return std::accumulate(counts.begin(), counts.end(), int64_t{0});
}

template <typename Count>
Count Narrow(int64_t n) {
  if (n > std::numeric_limits<Count>::max()) {
    throw Failure{ffi::ErrorCode::kInternal, Text("count ", n, " does not fit the MPI call")};
  }
  return static_cast<Count>(n);
}

// Counts and where their blocks begin, as MPI's v-collectives take them.
template <typename Count>
struct Blocks {
  explicit Blocks(Counts from) {
    counts.reserve(from.size());
    offsets.reserve(from.size());
    int64_t offset = 0;
    for (int64_t n : from) {
      counts.push_back(Narrow<Count>(n));
      offsets.push_back(Narrow<Count>(offset));
      offset += n;
      is_equal = is_equal && n == *from.begin();
    }
  }

  std::vector<Count> counts;
  std::vector<Count> offsets;
  bool is_equal = true;  // the plain collective will do
};

// A message in the terms of an MPI ABI: what a row of the table passes to its MPI function.
template <typename Handle, typename Count>
struct Call {
  const void* x;
  void* y;
  Count x_count;
  Count y_count;
  Handle x_type;
  Handle y_type;
  int64_t y_bytes;
  Blocks<Count> send;
  Blocks<Count> recv;
  Handle op;
  int root;
  int rank;
  Peers peers;
  void* status;
  Handle comm;
  const void* in_place;

  bool is_root() const { return rank == root; }

  // The operand of a reduction, which may lie in the result already.
  const void* x_or_in_place() const { return x == y ? in_place : x; }
};

}  // namespace jpi
