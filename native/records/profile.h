#pragma once

// The cost of the calls of this process, for each operation. While it is measured, a barrier before
// each collective separates the time of waiting for other ranks from the time of the call itself.

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace jpi {

inline std::atomic<bool> is_profiling{false};
inline std::atomic<bool> is_verbose{false};  // writes a line to stderr for each call

struct Cost {
  int64_t calls = 0;
  int64_t bytes = 0;  // sent to other ranks
  double waiting = 0;
  double moving = 0;
};

class Profile {
 public:
  void Start() {
    std::lock_guard lock(mutex_);
    costs_.clear();
    is_profiling = true;
  }

  void Add(const std::string& operation, int64_t bytes, double waiting, double moving) {
    std::lock_guard lock(mutex_);
    Cost& cost = costs_[operation];
    ++cost.calls;
    cost.bytes += bytes;
    cost.waiting += waiting;
    cost.moving += moving;
  }

  std::map<std::string, Cost> Take() {
    std::lock_guard lock(mutex_);
    is_profiling = false;
    return std::exchange(costs_, {});
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Cost> costs_;
};
inline Profile profile;

}  // namespace jpi
