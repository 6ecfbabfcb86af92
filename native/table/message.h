#pragma once

#include <cstdint>
#include <string_view>

#include "mpi/comms.h"
#include "mpi/counts.h"
#include "mpi/ops.h"

namespace jpi {

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

}  // namespace jpi
