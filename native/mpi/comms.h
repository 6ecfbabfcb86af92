#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "mpi/registry.h"

namespace jpi {

// The kinds of calls that all ranks have found to be the same. Any thread may use it. A full set is
// emptied: all ranks add the same kinds, so all of them empty it at the same call.
class AgreedCalls {
 public:
  bool Has(uint64_t kind) {
    if (last_.load(std::memory_order_relaxed) == kind) return true;
    std::lock_guard lock(mutex_);
    if (items_.count(kind) == 0) return false;
    last_.store(kind, std::memory_order_relaxed);
    return true;
  }

  void Add(uint64_t kind) {
    std::lock_guard lock(mutex_);
    if (items_.size() >= kMost) {
      items_.clear();
      last_.store(0, std::memory_order_relaxed);
    }
    items_.insert(kind);
  }

  void Forget() {
    std::lock_guard lock(mutex_);
    items_ = {};
  }

 private:
  static constexpr size_t kMost = 100000;

  std::mutex mutex_;
  std::unordered_set<uint64_t> items_;
  std::atomic<uint64_t> last_{0};  // no call's kind
};

// The collectives that have begun on a communicator: how many, and the fingerprints of the latest.
// They take as much memory as there are calls: programs may make thousands of communicators. Any
// thread may use it.
class BegunCalls {
 public:
  // Adds a call; returns its position, which is 1 for the first one.
  int64_t Add(uint64_t fingerprint) {
    std::lock_guard lock(mutex_);
    if (fingerprints_.size() < kPlaces) {
      fingerprints_.push_back(fingerprint);
    } else {
      fingerprints_[count_ % kPlaces] = fingerprint;
    }
    return ++count_;
  }

  int64_t count() {
    std::lock_guard lock(mutex_);
    return count_;
  }

  // The fingerprint of the call at a position; 0 if it has not begun, or long ago.
  uint64_t FingerprintAt(int64_t position) {
    std::lock_guard lock(mutex_);
    const int64_t age = count_ - position;
    return position > 0 && age >= 0 && age < static_cast<int64_t>(fingerprints_.size())
               ? fingerprints_[(position - 1) % kPlaces]
               : 0;
  }

  void Forget() {
    std::lock_guard lock(mutex_);
    fingerprints_ = {};
  }

 private:
  static constexpr int64_t kPlaces = 1024;

  std::mutex mutex_;
  int64_t count_ = 0;
  std::vector<uint64_t> fingerprints_;
};

struct Comm {
  Comm(uint64_t handle, uint64_t check_handle, std::string label, int rank, int size)
      : handle(handle),
        check_handle(check_handle),
        label(std::move(label)),
        rank(rank),
        size(size) {}

  const uint64_t handle;
  const uint64_t check_handle;  // of a duplicate, on which the ranks compare their calls
  const std::string label;
  const int rank;
  const int size;
  int32_t index = -1;        // in the registry
  std::shared_mutex in_use;  // shared by the calls that run; whoever frees the communicator waits
  std::atomic<bool> is_freed{false};
  BegunCalls begun;
  AgreedCalls agreed;  // see records/agreement.h
};

inline Registry<Comm> comms("comm");

// The communicator with this index, which must not be freed.
inline Comm& GetLiveComm(int32_t index) {
  Comm& comm = comms.Get(index);
  Require(!comm.is_freed, "`comm` must be a live communicator; got `", comm.label,
          "`, which was freed. Do not free a communicator while programs that use it still run.");
  return comm;
}

// Waits for the calls in flight on a communicator, and makes every later call an error.
inline void FreeComm(int32_t index) {
  Comm& comm = comms.Get(index);
  std::unique_lock lock(comm.in_use);
  comm.is_freed = true;
  comm.agreed.Forget();
  comm.begun.Forget();
}

}  // namespace jpi
