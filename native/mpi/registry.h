#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "mpi/errors.h"

namespace jpi {

// Items that compiled programs name by a small index. A handle or an address differs between runs,
// so it would be wrong in a program from the persistent compilation cache. A thread may read while
// another thread adds.
template <typename Item>
class Registry {
 public:
  explicit Registry(const char* name) : name_(name) {}

  template <typename... Parts>
  int32_t Add(Parts&&... parts) {
    std::unique_lock lock(mutex_);
    items_.emplace_back(std::forward<Parts>(parts)...);
    return static_cast<int32_t>(items_.size() - 1);
  }

  Item& Get(int32_t index) {
    std::shared_lock lock(mutex_);
    Require(index >= 0 && static_cast<size_t>(index) < items_.size(), "`", name_,
            "` must be the index of a registered item; got ", index, " of ", items_.size(),
            ". Register items in the same order in every run that shares compiled programs.");
    return items_[index];
  }

 private:
  const char* const name_;
  std::shared_mutex mutex_;
  std::deque<Item> items_;  // references stay valid when it grows; an index is never reused
};

}  // namespace jpi
