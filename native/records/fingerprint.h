#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "table/collectives.h"

namespace jpi {

// In a purpose, it stands before the values that are given to the operation.
inline constexpr std::string_view kGiven = ", given ";

// A property of a call that must be equal on all ranks, by the name that users know.
struct Shared {
  const char* name;
  int64_t value;
};
// The last kOfOneCall are not part of the kind of a call.
using SharedValues = std::array<Shared, 11>;
inline constexpr size_t kOfOneCall = 3;

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

// What must be the same of a purpose. The ranks may give one program other values: those that
// change it are among the static arguments.
inline std::string_view Compared(std::string_view purpose) {
  return purpose.substr(0, purpose.find(kGiven));
}

// The values of one call are set when it is compared.
inline SharedValues SharedOf(const Collective& row, const Message& m) {
  const bool has_same_x =
      row.y == Extent::kSameAsX || row.y == Extent::kSameAsXAtRoot || row.route == Route::kCompare;
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
      {"purpose", Hash(Compared(m.purpose))},
      {"static arguments", m.statics},
      {"line", 0},
      {"operands", 0},
      {"number of calls before", 0},
  }};
}

inline uint64_t KindOf(const SharedValues& shared) {
  uint64_t hash = 1;  // so that the hash is never 0
  for (size_t i = 0; i + kOfOneCall < shared.size(); ++i) hash = Mix(hash, shared[i].value);
  return hash;
}

inline uint64_t FingerprintOf(const SharedValues& shared) {
  uint64_t hash = KindOf(shared);
  for (size_t i = shared.size() - kOfOneCall; i < shared.size(); ++i) {
    hash = Mix(hash, shared[i].value);
  }
  return hash;
}

// Adds what must be equal on all ranks in this one call. With `is_every`, the ranks compare every
// call: then an operation on global arrays must come from one line, and have operands that were
// made by the same calls.
inline void AddOfOneCall(SharedValues& shared, const Message& m, std::string_view site,
                         int64_t position, bool is_every) {
  const bool is_global = is_every && !m.purpose.empty();
  // The folder of a file may differ between the machines of the ranks.
  const std::string_view line = site.substr(site.rfind('/') + 1);
  shared[shared.size() - 3].value = is_global ? Hash(line) : 0;
  shared[shared.size() - 2].value = is_every ? m.operands : 0;
  shared[shared.size() - 1].value = position;
}

}  // namespace jpi
