#pragma once

// Checks whether the ranks make the same call. The ranks of a communicator compare a call before it
// runs: until they have agreed once on a call of its kind, or every time. In a correct program, a
// kind is new on all ranks at the same time.

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

// Ranks as text, for example: 0, 2-4
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

  bool IsSameEverywhere(uint64_t fingerprint) const {
    const int64_t half = static_cast<int64_t>(fingerprint >> 1);  // so that -half does not overflow
    const int64_t own[] = {half, -half};
    int64_t all[2];
    const int dtype = DtypeIndex(ffi::S64);
    Check(mpi_.narrow.Allreduce(own, all, 2, mpi_.types[dtype],
                                mpi_.narrow.op(dtype, static_cast<int>(Op::kMax)), handle_));
    return all[0] == -all[1];
  }

  // Throws an error that names the differences and the call of each rank.
  [[noreturn]] void Explain(const SharedValues& shared, const std::string& call) const {
    constexpr size_t kLength = 512;
    constexpr int kLines = 40;  // thousands of ranks may make as many calls
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
    bool has_other_level = false;
    for (size_t i = 0; i < shared.size(); ++i) {
      const auto is_other = [&](const Entry& entry) { return entry.values[i] != all[0].values[i]; };
      if (std::none_of(all.begin(), all.end(), is_other)) continue;
      text += Text(separator, "`", shared[i].name, "`");
      const std::string_view name = shared[i].name;
      if (name == "static arguments" || name == "operands")
        text += " (or how its arrays were made)";
      // Only a rank that compares every call has a hash of the line.
      has_other_level |= name == "line" && std::any_of(all.begin(), all.end(), [&](const Entry& e) {
                           return e.values[i] == 0;
                         });
      separator = ", ";
      if (i == 0) break;  // different operations may differ in the rest without a mistake
    }
    if (*separator == ' ') text += " nothing: perhaps several threads of a rank call JPI";
    text += ".\n";
    std::vector<bool> is_listed(comm_.size);
    int lines = 0;
    for (int rank = 0; rank < comm_.size; ++rank) {
      if (is_listed[rank]) continue;
      if (++lines > kLines) {
        text += "  more calls are left out.\n";
        break;
      }
      std::vector<int> alike;
      for (int other = rank; other < comm_.size; ++other) {
        const Entry &x = all[rank], &y = all[other];
        const bool same_call = std::string_view(x.call) == y.call;
        if (!same_call || !std::equal(x.values, std::end(x.values), y.values)) continue;
        alike.push_back(other);
        is_listed[other] = true;
      }
      text += Text("  rank ", RankList(alike), ": ", all[rank].call, "\n");
    }
    text += "Make the same calls in the same order on every rank.";
    if (has_other_level) {
      text +=
          " `jpi.config.check` (JPI_CHECK) must be the same on all ranks: some compare every call.";
    }
    throw Failure{ffi::ErrorCode::kInvalidArgument, text};
  }

 private:
  const Runtime<Handle>& mpi_;
  const Comm& comm_;
  const Handle handle_;
};

// Whether the ranks compare a call of this kind. All ranks answer the same, unless their calls or
// their levels differ.
inline bool MustCheck(const Message& m, uint64_t kind) {
  const CheckLevel level = check_level.load(std::memory_order_relaxed);
  if (level == CheckLevel::kOff) return false;
  return level == CheckLevel::kEvery || !m.comm->agreed.Has(kind);
}

}  // namespace jpi
