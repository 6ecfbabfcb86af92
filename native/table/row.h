#pragma once

#include <cstddef>

#include "table/mpi_call.h"

namespace jpi {

// How many elements a buffer holds; `send` and `recv` have one count per rank where they are named.
enum class Extent {
  kAny,
  kSameAsX,
  kNone,
  kSameAsXAtRoot,    // that of x on the root, nothing elsewhere
  kAnyAtRoot,        // nothing elsewhere
  kAnyElsewhere,     // nothing on the root
  kSendOfRank,       // the count of this rank in `send`
  kRecvOfRank,       // the count of this rank in `recv`
  kSendTotal,        // all of `send`
  kRecvTotal,        // all of `recv`
  kSendTotalAtRoot,  // all of `send` on the root, nothing elsewhere
  kRecvTotalAtRoot   // all of `recv` on the root, nothing elsewhere
};

// How counts beyond an int are met where the library has no MPI_*_c.
enum class Large {
  kPieces,    // several calls, each on a range of the elements
  kBlocks,    // one MPI_Alltoallw, a datatype for each large block
  kDatatype,  // the same call, on one element of a datatype that holds all
  kRoots,     // a reduction in pieces to each rank in turn
  kParts,     // one MPI_Alltoallw whatever the counts: `send` and `recv` are parts of the arrays
  kRoutes     // several calls of other rows: the operands say what goes where
};

// Which ranks know the counts of a call: all of them, or each its own only.
enum class Known { kByAll, kByEach };

// What a row does whose operands say which rows of the arrays go where. `x` is a rank's block.
enum class Route {
  kNone,      // the row is of another kind
  kCompare,   // no rows move: compares x over the ranks
  kExchange,  // sends rows in their order; the operand is how many go to each rank
  kFetch,     // fetches rows of other blocks; the operands are their owners and places
  kDeliver    // changes rows of other blocks; the operands are new rows, their owners and places
};

// An operation: the row of the table from which its FFI target is made.
struct Collective {
  const char* name;
  bool reduces;
  Extent x;
  Extent y;
  Known counts;
  Large large;
  MpiCall call;
  Route route = Route::kNone;

  bool is_rooted() const {
    return x == Extent::kAnyAtRoot || x == Extent::kSendTotalAtRoot ||
           y == Extent::kRecvTotalAtRoot || y == Extent::kSameAsXAtRoot;
  }

  // From one rank to another, where only the two of them take part.
  bool is_message() const { return large == Large::kDatatype && counts == Known::kByEach; }
  bool sends() const { return is_message() && x != Extent::kNone; }
  bool receives() const { return is_message() && y != Extent::kNone; }

  // A token and x; the envelope of a message; what says where the rows go.
  size_t operands() const {
    constexpr size_t kOfRoute[] = {2, 2, 3, 4, 5};  // in the order of Route
    return is_message() ? 3 : kOfRoute[static_cast<int>(route)];
  }

  // A token and y; the envelope of a message.
  size_t results() const { return is_message() ? 3 : 2; }
};

}  // namespace jpi
