#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_set>

#include "mpi/registry.h"

namespace jpi {

// The fingerprints of the calls that were made before. Any thread may add one. A full set is
// emptied: all ranks add the same fingerprints, so all of them empty it at the same call.
class SeenCalls {
 public:
  // Adds a fingerprint; returns whether it is new.
  bool Add(uint64_t item) {
    if (last_.load(std::memory_order_relaxed) == item) return false;
    std::lock_guard lock(mutex_);
    if (items_.size() >= kMost) items_.clear();
    const bool is_new = items_.insert(item).second;
    last_.store(item, std::memory_order_relaxed);
    return is_new;
  }

  void Forget() {
    std::lock_guard lock(mutex_);
    items_ = {};
  }

 private:
  static constexpr size_t kMost = 100000;

  std::mutex mutex_;
  std::unordered_set<uint64_t> items_;
  std::atomic<uint64_t> last_{0};  // no call's fingerprint
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
  std::atomic<int64_t> positions{0};  // how many collectives have begun
  SeenCalls checked;                  // see records/agreement.h
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
  comm.checked.Forget();
}

}  // namespace jpi
