#pragma once

#include <cstdint>
#include <cstring>

#include "mpi/runtime.h"
#include "table/message.h"

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

// One MPI call, in each ABI and width of counts. Made from a generic lambda.
class MpiCall {
 public:
  constexpr MpiCall() = default;  // for a row that has no call of its own

  template <typename Function>
  constexpr MpiCall(Function call)  // NOLINT: a row holds the lambda itself
      : int_narrow_(call), int_wide_(call), pointer_narrow_(call), pointer_wide_(call) {}

  template <typename Handle, typename Count>
  int operator()(const Collectives<Handle, Count>& mpi, const Call<Handle, Count>& call) const {
    return Pointer(mpi)(mpi, call);
  }

 private:
  template <typename Handle, typename Count>
  using Function = int (*)(const Collectives<Handle, Count>&, const Call<Handle, Count>&);

  auto Pointer(const Collectives<int32_t, int>&) const { return int_narrow_; }
  auto Pointer(const Collectives<int32_t, int64_t>&) const { return int_wide_; }
  auto Pointer(const Collectives<void*, int>&) const { return pointer_narrow_; }
  auto Pointer(const Collectives<void*, int64_t>&) const { return pointer_wide_; }

  Function<int32_t, int> int_narrow_ = nullptr;
  Function<int32_t, int64_t> int_wide_ = nullptr;
  Function<void*, int> pointer_narrow_ = nullptr;
  Function<void*, int64_t> pointer_wide_ = nullptr;
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

  // From one rank to another, where only the two of them take part.
  bool is_message() const { return large == Large::kDatatype && counts == Known::kByEach; }
};

// Rows that are several calls of others.
constexpr Collective Routed(const char* name, bool reduces, Route route) {
  return {name, reduces, Extent::kAny, Extent::kAny, Known::kByEach, Large::kRoutes, {}, route};
}

inline constexpr Collective kCollectives[] = {
    {"allreduce", true, Extent::kAny, Extent::kSameAsX, Known::kByAll, Large::kPieces,
     [](const auto& mpi, const auto& c) {
       return mpi.Allreduce(c.x_or_in_place(), c.y, c.x_count, c.x_type, c.op, c.comm);
     }},
    {"reduce", true, Extent::kAny, Extent::kSameAsXAtRoot, Known::kByAll, Large::kPieces,
     [](const auto& mpi, const auto& c) {
       return mpi.Reduce(c.x_or_in_place(), c.y, c.x_count, c.x_type, c.op, c.root, c.comm);
     }},
    {"reduce_scatter", true, Extent::kRecvTotal, Extent::kRecvOfRank, Known::kByAll, Large::kRoots,
     [](const auto& mpi, const auto& c) {
       return c.recv.is_equal
                  ? mpi.Reduce_scatter_block(c.x, c.y, c.y_count, c.x_type, c.op, c.comm)
                  : mpi.Reduce_scatter(c.x, c.y, c.recv.counts.data(), c.x_type, c.op, c.comm);
     }},
    {"scan", true, Extent::kAny, Extent::kSameAsX, Known::kByAll, Large::kPieces,
     [](const auto& mpi, const auto& c) {
       return mpi.Scan(c.x_or_in_place(), c.y, c.x_count, c.x_type, c.op, c.comm);
     }},
    {"exscan", true, Extent::kAny, Extent::kSameAsX, Known::kByAll, Large::kPieces,
     [](const auto& mpi, const auto& c) {
       const int code = mpi.Exscan(c.x_or_in_place(), c.y, c.x_count, c.x_type, c.op, c.comm);
       // MPI leaves it undefined there.
       if (c.rank == 0) std::memset(c.y, 0, static_cast<size_t>(c.y_bytes));
       return code;
     }},
    {"bcast", false, Extent::kAnyAtRoot, Extent::kAnyElsewhere, Known::kByAll, Large::kDatatype,
     [](const auto& mpi, const auto& c) {
       return c.is_root() ? mpi.Bcast(const_cast<void*>(c.x), c.x_count, c.x_type, c.root, c.comm)
                          : mpi.Bcast(c.y, c.y_count, c.y_type, c.root, c.comm);
     }},
    {"allgather", false, Extent::kRecvOfRank, Extent::kRecvTotal, Known::kByAll, Large::kBlocks,
     [](const auto& mpi, const auto& c) {
       return c.recv.is_equal
                  ? mpi.Allgather(c.x, c.x_count, c.x_type, c.y, c.x_count, c.y_type, c.comm)
                  : mpi.Allgatherv(c.x, c.x_count, c.x_type, c.y, c.recv.counts.data(),
                                   c.recv.offsets.data(), c.y_type, c.comm);
     }},
    {"gather", false, Extent::kRecvOfRank, Extent::kRecvTotalAtRoot, Known::kByAll, Large::kBlocks,
     [](const auto& mpi, const auto& c) {
       return c.recv.is_equal
                  ? mpi.Gather(c.x, c.x_count, c.x_type, c.y, c.x_count, c.y_type, c.root, c.comm)
                  : mpi.Gatherv(c.x, c.x_count, c.x_type, c.y, c.recv.counts.data(),
                                c.recv.offsets.data(), c.y_type, c.root, c.comm);
     }},
    {"scatter", false, Extent::kSendTotalAtRoot, Extent::kSendOfRank, Known::kByAll, Large::kBlocks,
     [](const auto& mpi, const auto& c) {
       return c.send.is_equal
                  ? mpi.Scatter(c.x, c.y_count, c.x_type, c.y, c.y_count, c.y_type, c.root, c.comm)
                  : mpi.Scatterv(c.x, c.send.counts.data(), c.send.offsets.data(), c.x_type, c.y,
                                 c.y_count, c.y_type, c.root, c.comm);
     }},
    {"alltoall", false, Extent::kSendTotal, Extent::kRecvTotal, Known::kByAll, Large::kBlocks,
     [](const auto& mpi, const auto& c) {
       return mpi.Alltoall(c.x, c.send.counts[0], c.x_type, c.y, c.recv.counts[0], c.y_type,
                           c.comm);
     }},
    {"alltoallv", false, Extent::kSendTotal, Extent::kRecvTotal, Known::kByEach, Large::kBlocks,
     [](const auto& mpi, const auto& c) {
       return mpi.Alltoallv(c.x, c.send.counts.data(), c.send.offsets.data(), c.x_type, c.y,
                            c.recv.counts.data(), c.recv.offsets.data(), c.y_type, c.comm);
     }},
    {"alltoallw", false, Extent::kAny, Extent::kAny, Known::kByEach, Large::kParts, {}},
    Routed("fetch", false, Route::kFetch),
    Routed("deliver", false, Route::kDeliver),
    Routed("accumulate", true, Route::kDeliver),
    Routed("exchange", false, Route::kExchange),
    Routed("compare", false, Route::kCompare),
    {"barrier", false, Extent::kNone, Extent::kNone, Known::kByAll, Large::kDatatype,
     [](const auto& mpi, const auto& c) { return mpi.Barrier(c.comm); }},
    {"send", false, Extent::kAny, Extent::kNone, Known::kByEach, Large::kDatatype,
     [](const auto& mpi, const auto& c) {
       return mpi.Send(c.x, c.x_count, c.x_type, c.peers.dest, c.peers.sendtag, c.comm);
     }},
    {"recv", false, Extent::kNone, Extent::kAny, Known::kByEach, Large::kDatatype,
     [](const auto& mpi, const auto& c) {
       return mpi.Recv(c.y, c.y_count, c.y_type, c.peers.source, c.peers.recvtag, c.comm, c.status);
     }},
    {"sendrecv", false, Extent::kAny, Extent::kAny, Known::kByEach, Large::kDatatype,
     [](const auto& mpi, const auto& c) {
       return mpi.Sendrecv(c.x, c.x_count, c.x_type, c.peers.dest, c.peers.sendtag, c.y, c.y_count,
                           c.y_type, c.peers.source, c.peers.recvtag, c.comm, c.status);
     }},
};
inline constexpr int kCollectiveCount = sizeof(kCollectives) / sizeof(Collective);

// The FFI handler of row `index` of the table.
XLA_FFI_Handler* Target(int index);

}  // namespace jpi
