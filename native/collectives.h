#pragma once

#include <cstdint>

#include "message.h"
#include "runtime.h"

namespace jpi {

// How many elements a buffer holds; `send` and `recv` have one count per rank where they are named.
enum class Extent {
  kAny,
  kSameAsX,
  kRecvOfRank,      // the count of this rank in `recv`
  kSendTotal,       // all of `send`
  kRecvTotal,       // all of `recv`
  kRecvTotalAtRoot  // all of `recv` on the root, nothing elsewhere
};

// How counts beyond an int are met where the library has no MPI_*_c.
enum class Large {
  kPieces,  // several calls, each on a range of the elements
  kBlocks   // one MPI_Alltoallw, a datatype for each large block
};

// One MPI call, in each ABI and width of counts. Made from a generic lambda.
class MpiCall {
 public:
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

  Function<int32_t, int> int_narrow_;
  Function<int32_t, int64_t> int_wide_;
  Function<void*, int> pointer_narrow_;
  Function<void*, int64_t> pointer_wide_;
};

// An operation: the row of the table from which its FFI target is made.
struct Collective {
  const char* name;
  bool reduces;
  Extent x;
  Extent y;
  Large large;
  MpiCall call;
};

inline constexpr Collective kCollectives[] = {
    {"allreduce", true, Extent::kAny, Extent::kSameAsX, Large::kPieces,
     [](const auto& mpi, const auto& c) {
       return mpi.Allreduce(c.x_or_in_place(), c.y, c.x_count, c.type, c.op, c.comm);
     }},
    {"allgatherv", false, Extent::kRecvOfRank, Extent::kRecvTotal, Large::kBlocks,
     [](const auto& mpi, const auto& c) {
       return mpi.Allgatherv(c.x, c.x_count, c.type, c.y, c.recv.counts.data(),
                             c.recv.offsets.data(), c.type, c.comm);
     }},
    {"gatherv", false, Extent::kRecvOfRank, Extent::kRecvTotalAtRoot, Large::kBlocks,
     [](const auto& mpi, const auto& c) {
       return mpi.Gatherv(c.x, c.x_count, c.type, c.y, c.recv.counts.data(), c.recv.offsets.data(),
                          c.type, c.root, c.comm);
     }},
    {"alltoallv", false, Extent::kSendTotal, Extent::kRecvTotal, Large::kBlocks,
     [](const auto& mpi, const auto& c) {
       return mpi.Alltoallv(c.x, c.send.counts.data(), c.send.offsets.data(), c.type, c.y,
                            c.recv.counts.data(), c.recv.offsets.data(), c.type, c.comm);
     }},
};
inline constexpr int kCollectiveCount = sizeof(kCollectives) / sizeof(Collective);

// The FFI handler of row `index` of the table.
XLA_FFI_Handler* Target(int index);

}  // namespace jpi
