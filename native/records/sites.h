#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace jpi {

// Lines of users' programs. Many lines can call one compiled program; each call passes the index of
// its line.
class Sites {
 public:
  uint32_t Add(std::string text) {
    std::lock_guard lock(mutex_);
    texts_.push_back(std::move(text));
    return static_cast<uint32_t>(texts_.size() - 1);
  }

  std::string_view Get(uint32_t index) {
    std::lock_guard lock(mutex_);
    return index < texts_.size() ? std::string_view(texts_[index]) : std::string_view();
  }

 private:
  std::mutex mutex_;
  std::deque<std::string> texts_{""};  // 0: unknown; results of Get stay valid when it grows
};
inline Sites sites;

}  // namespace jpi
