#pragma once

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

// Rows that go where the data says: `x` is a rank's block. By its number of operands, after a token
// and x: owners and places; the rows that are delivered, before them; counts alone.
enum class Route {
  kNone = 0,
  kCompare = 2,   // none go: whether x is the same on every rank
  kExchange = 3,  // rows that follow each other
  kFetch = 4,     // rows of other blocks
  kDeliver = 5    // rows that change those which they meet
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
};

}  // namespace jpi
