#pragma once

// What this process runs now and ran last, for whoever asks why it waits.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <string_view>
#include <vector>

#include "table/message.h"

namespace jpi {

using Clock = std::chrono::steady_clock;

inline double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

enum class Phase { kChecking, kRunning, kDone };

// A call of this process. `position` counts the collectives of a communicator, `fingerprint` is
// what the ranks must share; both are 0 for a message.
struct CallRecord {
  const char* name = "";
  const char* op = "";  // of a reduction
  const char* dtype = "";
  int64_t count = 0;
  int root = -1;
  bool sends = false;     // a message, to peers.dest
  bool receives = false;  // a message, from peers.source
  Peers peers{};
  int32_t comm = 0;
  int64_t position = 0;
  uint64_t fingerprint = 0;
  int64_t number = -1;  // among the calls of this process
  Phase phase = Phase::kDone;
  Clock::time_point start;
  double seconds = 0;  // once it is done
  char site[192] = "";
  char purpose[128] = "";
};

// The end of a long path says more than its beginning.
template <size_t kSize>
void CopyEnd(char (&to)[kSize], std::string_view from) {
  from.remove_prefix(from.size() - std::min(from.size(), kSize - 1));
  std::memcpy(to, from.data(), from.size());
  to[from.size()] = 0;
}

class Calls {
 public:
  // A place for a call that begins, which `fill` describes.
  template <typename Fill>
  CallRecord& Begin(const Fill& fill) {
    std::lock_guard lock(mutex_);
    CallRecord* record;
    do {  // those of other threads may still run
      record = &records_[started_++ % kPlaces];
    } while (record->phase != Phase::kDone);
    fill(*record);
    record->number = started_ - 1;
    record->seconds = 0;
    record->start = Clock::now();
    return *record;
  }

  void SetPhase(CallRecord& record, Phase phase) {
    std::lock_guard lock(mutex_);
    record.phase = phase;
  }

  // How many calls have begun; the last ones that are done and those that run, in their order.
  std::pair<int64_t, std::vector<CallRecord>> Latest() {
    std::lock_guard lock(mutex_);
    std::vector<CallRecord> latest;
    for (const CallRecord& record : records_) {
      if (record.number >= 0) latest.push_back(record);
    }
    std::sort(latest.begin(), latest.end(),
              [](const CallRecord& x, const CallRecord& y) { return x.number < y.number; });
    return {started_, latest};
  }

 private:
  static constexpr int kPlaces = 64;  // more than there are threads in collectives

  std::mutex mutex_;
  int64_t started_ = 0;
  std::array<CallRecord, kPlaces> records_;
};
inline Calls calls;

// A call, from its beginning to its end.
class CallScope {
 public:
  template <typename Fill>
  explicit CallScope(const Fill& fill) : record_(calls.Begin(fill)) {}
  ~CallScope() { calls.SetPhase(record_, Phase::kDone); }
  CallScope(const CallScope&) = delete;

  CallRecord& record() { return record_; }
  void Run() { calls.SetPhase(record_, Phase::kRunning); }

 private:
  CallRecord& record_;
};

}  // namespace jpi
