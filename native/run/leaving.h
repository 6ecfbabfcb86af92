#pragma once

#include <cstdint>

#include "run/parts.h"
#include "table/row.h"

namespace jpi {

// How many elements this rank sends to other ranks. An element for several ranks counts once.
inline int64_t LeavingCount(const Collective& row, const Message& m) {
  if (m.comm->size == 1) return 0;
  if (row.route != Route::kNone) return m.routed.leaving;
  if (row.large == Large::kParts) return LeavingParts(m);
  if ((row.y == Extent::kRecvTotalAtRoot || row.y == Extent::kSameAsXAtRoot) && m.is_root()) {
    return 0;
  }
  // If x holds a block for each rank, the block of this rank stays here.
  const bool has_blocks = row.x == Extent::kSendTotal || row.x == Extent::kSendTotalAtRoot;
  const Counts blocks = row.x == Extent::kRecvTotal ? m.recv : m.send;
  const bool keeps = (has_blocks || row.x == Extent::kRecvTotal) && m.x_count > 0;
  return m.x_count - (keeps ? blocks[m.comm->rank] : 0);
}

}  // namespace jpi
