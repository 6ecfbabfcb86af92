#pragma once

#include <cstdint>
#include <vector>

#include "mpi/runtime.h"
#include "table/message.h"

namespace jpi {

// Counts and the offsets of their blocks, as MPI's v-collectives take them. `kept` elements lie
// after the block of `rank`.
template <typename Count>
struct Blocks {
  explicit Blocks(Counts from, int rank = 0, int64_t kept = 0) {
    counts.reserve(from.size());
    offsets.reserve(from.size());
    int64_t offset = 0;
    for (int64_t n : from) {
      counts.push_back(Narrow<Count>(n));
      offsets.push_back(Narrow<Count>(offset));
      offset += n + (static_cast<int>(counts.size()) == rank + 1 ? kept : 0);
      is_equal = is_equal && n == *from.begin();
    }
  }

  std::vector<Count> counts;
  std::vector<Count> offsets;
  bool is_equal = true;  // then the collective without v does the same
};

// A message in the types of an MPI ABI: the arguments from which a row calls its MPI function.
template <typename Handle, typename Count>
struct MpiArguments {
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

  // The operand of a reduction, or MPI_IN_PLACE if operand and result are the same buffer.
  const void* x_or_in_place() const { return x == y ? in_place : x; }
};

// One MPI call, for each ABI and each type of counts. It is made from a generic lambda.
class MpiCall {
 public:
  constexpr MpiCall() = default;  // for a row that is not one MPI call

  template <typename Function>
  constexpr MpiCall(Function call)  // NOLINT: a row holds the lambda itself
      : int_narrow_(call), int_wide_(call), pointer_narrow_(call), pointer_wide_(call) {}

  template <typename Handle, typename Count>
  int operator()(const Collectives<Handle, Count>& mpi,
                 const MpiArguments<Handle, Count>& call) const {
    return Pointer(mpi)(mpi, call);
  }

 private:
  template <typename Handle, typename Count>
  using Function = int (*)(const Collectives<Handle, Count>&, const MpiArguments<Handle, Count>&);

  auto Pointer(const Collectives<int32_t, int>&) const { return int_narrow_; }
  auto Pointer(const Collectives<int32_t, int64_t>&) const { return int_wide_; }
  auto Pointer(const Collectives<void*, int>&) const { return pointer_narrow_; }
  auto Pointer(const Collectives<void*, int64_t>&) const { return pointer_wide_; }

  Function<int32_t, int> int_narrow_ = nullptr;
  Function<int32_t, int64_t> int_wide_ = nullptr;
  Function<void*, int> pointer_narrow_ = nullptr;
  Function<void*, int64_t> pointer_wide_ = nullptr;
};

}  // namespace jpi
