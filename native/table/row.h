#pragma once

#include <cstddef>

#include "table/mpi_call.h"

namespace jpi {

// How many elements a buffer holds. `send` and `recv` are counts, one for each rank.
enum class Extent {
  kAny,
  kSameAsX,
  kNone,
  kSameAsXAtRoot,    // as many as x on the root, none elsewhere
  kAnyAtRoot,        // any number on the root, none elsewhere
  kAnyElsewhere,     // none on the root, any number elsewhere
  kSendOfRank,       // the count of this rank in `send`
  kRecvOfRank,       // the count of this rank in `recv`
  kSendTotal,        // all of `send`
  kRecvTotal,        // all of `recv`
  kSendTotalAtRoot,  // all of `send` on the root, none elsewhere
  kRecvTotalAtRoot   // all of `recv` on the root, none elsewhere
};

// How a row runs if a count exceeds an int and the library has no MPI_*_c.
enum class Large {
  kPieces,    // as several calls, each on a range of the elements
  kBlocks,    // as one MPI_Alltoallw, with a datatype for each large block
  kDatatype,  // as the same call, on one element of a datatype for the whole buffer
  kRoots,     // as reductions to each rank in turn, each in several calls
  kParts,     // always as one MPI_Alltoallw: `send` and `recv` are ranks with parts of the arrays
  kRoutes     // always as several calls of other rows: see Route
};

// Which ranks know the counts of a call: every rank knows all counts, or only its own.
enum class Known { kByAll, kByEach };

// What a collective does with the rows of arrays, if its operands say to which rank each row goes.
// `x` is a rank's block.
enum class Route {
  kNone,            // the collective is of another kind
  kCompare,         // moves no rows: compares x over the ranks
  kExchange,        // sends rows in their order; the operand is how many go to each rank
  kExchangeSorted,  // the same for sorted keys, which are merged
  kFetch,           // fetches rows of other blocks; the operands are their owners and places
  kDeliver          // changes rows of other blocks; operands: new rows, their owners and places
};

// An operation: a row of the table, from which its FFI target is made.
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

  // Whether `send` and `recv` are counts of the ranks that they name; else they are of all ranks.
  bool names_counts() const { return counts == Known::kByEach && large == Large::kBlocks; }

  // Whether it is a message, in which only the sender and the receiver take part.
  bool is_message() const { return large == Large::kDatatype && counts == Known::kByEach; }
  bool sends() const { return is_message() && x != Extent::kNone; }
  bool receives() const { return is_message() && y != Extent::kNone; }

  // A token and x; then the envelope of a message, or the operands of a Route.
  size_t operands() const {
    constexpr size_t kOfRoute[] = {2, 2, 3, 3, 4, 5};  // in the order of Route
    return is_message() ? 3 : kOfRoute[static_cast<int>(route)];
  }

  // Whether the operand of its Route is how many rows go to each rank.
  bool counts_rows() const { return route == Route::kExchange || route == Route::kExchangeSorted; }

  // A token and y; then the envelope of a message.
  size_t results() const { return is_message() ? 3 : 2; }
};

}  // namespace jpi
