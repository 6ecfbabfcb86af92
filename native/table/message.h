#pragma once

#include <cstdint>
#include <string_view>

#include "mpi/comms.h"
#include "mpi/counts.h"
#include "mpi/ops.h"

namespace jpi {

// The peers and tags of a message, in MPI's numbers.
struct Peers {
  int dest;
  int sendtag;
  int source;
  int recvtag;
  int32_t status;  // the index of the user's MPI_Status, or -1
};

// The operands that say which rows go where; a row of the table uses some of them.
struct RoutedRows {
  const int32_t* owner = nullptr;   // for each row, the rank that holds it
  const int32_t* place = nullptr;   // and its place in that rank's block
  int64_t count = 0;                // of owners and of places
  const void* rows = nullptr;       // the new rows, if the call delivers some
  int64_t rows_count = 0;           // elements of them
  const int32_t* counts = nullptr;  // how many rows go to each rank
  int64_t counts_count = 0;
  int64_t leaving = 0;  // elements that left this rank; set when the call has run
};

// The call that XLA asks this rank to make: buffers, and counts in elements.
struct Message {
  const void* x;
  void* y;
  int64_t x_count;
  int64_t y_count;
  int x_dtype;  // an index in kDtypes
  int y_dtype;
  int op;  // an Op, or the number of a user's operation
  int root;
  Counts send;  // elements for each rank; empty if the call does not use it
  Counts recv;  // elements from each rank; likewise
  Counts x_shape;
  Counts y_shape;
  Peers peers;
  int32_t* envelope;  // receives source and tag; null if the call receives no message
  RoutedRows routed;
  Comm* comm;
  std::string_view purpose;  // the operation that makes the call; empty if unknown
  int64_t statics;           // a hash of what is static in that operation
  int64_t operands;          // a hash of what its operands were made by; 0 if unknown
  int64_t kept = 0;  // elements of x that do not move, before those for the ranks after this one

  int64_t item_size() const { return kDtypes[x_dtype].size; }
  bool is_root() const { return comm->rank == root; }
};

}  // namespace jpi
