#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "table/collectives.h"

namespace jpi {

// A property of a call that must be equal on all ranks, by the name that users know.
struct Shared {
  const char* name;
  int64_t value;
};
// The last one is not part of the kind of a call.
using SharedValues = std::array<Shared, 8>;

inline uint64_t Mix(uint64_t hash, int64_t value) {
  hash = (hash ^ static_cast<uint64_t>(value)) * 0x9E3779B97F4A7C15u;
  return hash ^ hash >> 29;
}

inline int64_t Hash(Counts send, Counts recv) {
  uint64_t hash = send.size();
  for (int64_t n : send) hash = Mix(hash, n);
  for (int64_t n : recv) hash = Mix(hash, n);
  return static_cast<int64_t>(hash);
}

inline int64_t Hash(std::string_view text) {
  uint64_t hash = text.size();
  for (size_t i = 0; i < text.size(); i += sizeof(int64_t)) {
    int64_t part = 0;
    std::memcpy(&part, text.data() + i, std::min(sizeof(part), text.size() - i));
    hash = Mix(hash, part);
  }
  return static_cast<int64_t>(hash);
}

// The number of calls before is set when the call begins.
inline SharedValues SharedOf(const Collective& row, const Message& m) {
  const bool has_same_x = row.y == Extent::kSameAsX || row.y == Extent::kSameAsXAtRoot ||
                          row.route == Route::kCompare;
  const bool is_bcast = row.x == Extent::kAnyAtRoot;
  return {{
      {"operation", &row - kCollectives},
      {"root", row.is_rooted() ? m.root : 0},
      {"op", row.reduces ? m.op : 0},
      {"dtype", row.x == Extent::kNone ? 0 : m.x_dtype},
      {"number of elements", has_same_x ? m.x_count
                             : is_bcast ? std::max(m.x_count, m.y_count)
                                        : 0},
      {"counts", row.counts == Known::kByAll ? Hash(m.send, m.recv) : 0},
      {"purpose", Hash(m.purpose)},
      {"number of calls before", 0},
  }};
}

inline uint64_t KindOf(const SharedValues& shared) {
  uint64_t hash = 1;  // so that the hash is never 0
  for (size_t i = 0; i + 1 < shared.size(); ++i) hash = Mix(hash, shared[i].value);
  return hash;
}

inline uint64_t FingerprintOf(const SharedValues& shared) {
  return Mix(KindOf(shared), shared.back().value);
}

}  // namespace jpi
