#pragma once

// Whether the ranks mean the same call. Each communicator compares a call over its ranks before it
// runs: the first time that it makes such a call, or every time. In a right program all ranks make
// it for the first time together.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "table/collectives.h"

namespace jpi {

enum class CheckLevel { kOff, kFirst, kEvery };
inline std::atomic<CheckLevel> check_level{CheckLevel::kFirst};

// What must be equal on all ranks, under the name by which users know it.
struct Shared {
  const char* name;
  int64_t value;
};
using SharedValues = std::array<Shared, 7>;

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

inline bool IsRooted(const Collective& row) {
  return row.x == Extent::kAnyAtRoot || row.x == Extent::kSendTotalAtRoot ||
         row.y == Extent::kRecvTotalAtRoot || row.y == Extent::kSameAsXAtRoot;
}

inline SharedValues SharedOf(const Collective& row, const Message& m) {
  const bool has_same_x = row.y == Extent::kSameAsX || row.y == Extent::kSameAsXAtRoot;
  const bool is_bcast = row.x == Extent::kAnyAtRoot;
  return {{
      {"operation", &row - kCollectives},
      {"root", IsRooted(row) ? m.root : 0},
      {"op", row.reduces ? m.op : 0},
      {"dtype", row.x == Extent::kNone ? 0 : m.x_dtype},
      {"number of elements", has_same_x ? m.x_count
                             : is_bcast ? std::max(m.x_count, m.y_count)
                                        : 0},
      {"counts", row.counts == Known::kByAll ? Hash(m.send, m.recv) : 0},
      {"purpose", Hash(m.purpose)},
  }};
}

inline uint64_t FingerprintOf(const SharedValues& shared) {
  uint64_t hash = 1;  // so that it is never 0
  for (const Shared& item : shared) hash = Mix(hash, item.value);
  return hash;
}

// The ranks in words: 0, 2-4
inline std::string RankList(const std::vector<int>& ranks) {
  std::string text;
  for (size_t i = 0, j = 0; i < ranks.size(); i = j) {
    while (j < ranks.size() && ranks[j] == ranks[i] + static_cast<int>(j - i)) ++j;
    text += Text(i ? ", " : "", ranks[i]);
    if (j - i > 1) text += Text("-", ranks[j - 1]);
  }
  return text;
}

template <typename Handle>
class Agreement {
 public:
  Agreement(const Runtime<Handle>& mpi, const Comm& comm)
      : mpi_(mpi), comm_(comm), handle_(ToHandle<Handle>(comm.check_handle)) {}

  bool IsEverywhere(uint64_t fingerprint) const {
    const int64_t half = static_cast<int64_t>(fingerprint >> 1);  // its negative exists
    const int64_t own[] = {half, -half};
    int64_t all[2];
    const int dtype = DtypeIndex(ffi::S64);
    Check(mpi_.narrow.Allreduce(own, all, 2, mpi_.types[dtype],
                                mpi_.narrow.op(dtype, static_cast<int>(Op::kMax)), handle_));
    return all[0] == -all[1];
  }

  // Throws what the ranks differ in, with the call of each of them.
  [[noreturn]] void Explain(const SharedValues& shared, const std::string& call) const {
    constexpr size_t kLength = 512;
    struct Entry {
      int64_t values[std::tuple_size_v<SharedValues>];
      char call[kLength];
    };
    Entry own{};
    for (size_t i = 0; i < shared.size(); ++i) own.values[i] = shared[i].value;
    call.copy(own.call, kLength - 1);
    std::vector<Entry> all(comm_.size);
    const int bytes = sizeof(Entry);
    const Handle type = mpi_.types[DtypeIndex(ffi::U8)];
    Check(mpi_.narrow.Allgather(&own, bytes, type, all.data(), bytes, type, handle_));
    std::string text = "the ranks must make the same call; they differ in";
    const char* separator = " ";
    for (size_t i = 0; i < shared.size(); ++i) {
      const auto is_other = [&](const Entry& entry) { return entry.values[i] != all[0].values[i]; };
      if (std::none_of(all.begin(), all.end(), is_other)) continue;
      text += Text(separator, "`", shared[i].name, "`");
      separator = ", ";
      if (i == 0) break;  // other operations differ in the rest for no fault of theirs
    }
    text += ".\n";
    std::vector<bool> is_told(comm_.size);
    for (int rank = 0; rank < comm_.size; ++rank) {
      if (is_told[rank]) continue;
      std::vector<int> alike;
      for (int other = rank; other < comm_.size; ++other) {
        if (std::string_view(all[other].call) != all[rank].call) continue;
        alike.push_back(other);
        is_told[other] = true;
      }
      text += Text("  rank ", RankList(alike), ": ", all[rank].call, "\n");
    }
    throw Failure{ffi::ErrorCode::kInvalidArgument,
                  text + "Make this call alike, and the calls in one order, on every rank."};
  }

 private:
  const Runtime<Handle>& mpi_;
  const Comm& comm_;
  const Handle handle_;
};

// Whether this call is to be compared: alike on all ranks, unless they make different calls.
inline bool IsToBeChecked(const Message& m, uint64_t fingerprint) {
  const CheckLevel level = check_level.load(std::memory_order_relaxed);
  if (level == CheckLevel::kOff) return false;
  return m.comm->checked.Add(fingerprint) || level == CheckLevel::kEvery;
}

}  // namespace jpi
