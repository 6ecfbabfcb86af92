#pragma once

// Whether the ranks mean the same call. Each communicator checks the first call of each collective:
// that costs nothing afterwards, and finds what is wrong in every call, such as another root.

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "collectives.h"

namespace jpi {

// What must be equal on all ranks, under the name by which users know it.
struct Shared {
  const char* name;
  int64_t value;
};

inline int64_t Hash(int64_t seed, Counts counts) {
  uint64_t hash = static_cast<uint64_t>(seed);
  for (int64_t n : counts) hash = (hash ^ static_cast<uint64_t>(n)) * 1099511628211u;
  return static_cast<int64_t>(hash >> 1);  // so that its negative exists
}

template <typename Handle>
void RequireAgreement(const Runtime<Handle>& mpi, const Collective& row, const Message& m) {
  const bool is_rooted = row.x == Extent::kAnyAtRoot || row.x == Extent::kSendTotalAtRoot ||
                         row.y == Extent::kRecvTotalAtRoot || row.y == Extent::kSameAsXAtRoot;
  const bool has_same_counts = row.counts == Known::kByAll;
  const bool has_same_x = row.y == Extent::kSameAsX || row.y == Extent::kSameAsXAtRoot;
  const bool is_bcast = row.x == Extent::kAnyAtRoot;
  const int64_t count = has_same_x ? m.x_count : is_bcast ? std::max(m.x_count, m.y_count) : 0;
  const Shared shared[] = {
      {"root", is_rooted ? m.root : 0},
      {"op", row.reduces ? m.op : 0},
      {"dtype", m.x_dtype},
      {"number of elements", count},
      {"counts", has_same_counts ? Hash(Hash(0, m.send), m.recv) : 0},
  };
  constexpr int kShared = sizeof(shared) / sizeof(Shared);
  int64_t own[2 * kShared], all[2 * kShared];
  for (int i = 0; i < kShared; ++i) {
    own[2 * i] = shared[i].value;
    own[2 * i + 1] = -shared[i].value;
  }
  const int dtype = DtypeIndex(ffi::S64);
  Check(mpi.narrow.Allreduce(own, all, 2 * kShared, mpi.types[dtype],
                             mpi.narrow.op(dtype, static_cast<int>(Op::kMax)),
                             ToHandle<Handle>(m.comm->handle)));
  for (int i = 0; i < kShared; ++i) {
    Require(all[2 * i] == -all[2 * i + 1], "`", shared[i].name,
            "` must be the same on every rank; got ", shared[i].value, " on rank ", m.comm->rank,
            ", and from ", -all[2 * i + 1], " to ", all[2 * i],
            " on all. Pass the same to this call on every rank, or make the calls in one order.");
  }
}

// Every rank of the communicator makes the same calls in the same order, so all of them are here
// for their first one together.
template <typename Handle>
void CheckFirstCall(const Runtime<Handle>& mpi, const Collective& row, const Message& m) {
  if (row.is_message() || m.comm->size == 1) return;
  std::atomic<bool>& is_checked = m.comm->is_checked[&row - kCollectives];
  if (is_checked.load(std::memory_order_relaxed)) return;
  is_checked.store(true, std::memory_order_relaxed);
  RequireAgreement(mpi, row, m);
}

}  // namespace jpi
