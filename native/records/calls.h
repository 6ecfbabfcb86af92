#pragma once

// The calls that this process runs now and those that it ran last. They explain why it waits.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
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
// what must be equal on all ranks, also whether they compare the call before it runs; both are 0
// for a message.
struct CallRecord {
  const char* name = "";
  const char* op = "";  // empty if the call is not a reduction
  const char* dtype = "";
  int64_t count = 0;
  int root = -1;
  bool sends = false;     // is a message to peers.dest
  bool receives = false;  // is a message from peers.source
  Peers peers{};
  int32_t comm = 0;
  int64_t position = 0;
  uint64_t fingerprint = 0;
  int64_t number = -1;  // position among the calls of this process
  Phase phase = Phase::kDone;
  Clock::time_point start;
  double seconds = 0;  // set when the call has ended
  char site[192] = "";
  char purpose[128] = "";
};

// Copies a text, or its end if it is too long: the end of a path is more useful than its beginning.
template <size_t kSize>
void CopyEnd(char (&to)[kSize], std::string_view from) {
  from.remove_prefix(from.size() - std::min(from.size(), kSize - 1));
  to[from.copy(to, from.size())] = 0;
}

class Calls {
 public:
  // The record of a call that begins; `fill` describes the call.
  template <typename Fill>
  CallRecord& Begin(const Fill& fill) {
    std::lock_guard lock(mutex_);
    CallRecord* record;
    do {  // skips the calls of other threads that still run
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

  // How many calls have begun; the last ones that have ended and those that run, in order.
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
  static constexpr int kPlaces = 64;  // more than threads that run collectives

  std::mutex mutex_;
  int64_t started_ = 0;
  std::array<CallRecord, kPlaces> records_;
};
inline Calls calls;

// Records a call from its beginning to its end.
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
