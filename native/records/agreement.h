#pragma once

// Whether the ranks mean the same call. Each communicator compares a call over its ranks before it
// runs: the first time that it makes such a call, or every time. In a right program all ranks make
// it for the first time together.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "records/fingerprint.h"

namespace jpi {

enum class CheckLevel { kOff, kFirst, kEvery };
inline constexpr const char* kCheckLevelNames[] = {"off", "trace", "full"};
inline std::atomic<CheckLevel> check_level{CheckLevel::kFirst};

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
