#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "registry.h"

namespace jpi {

inline constexpr int kMaxCollectives = 32;

struct Comm {
  Comm(uint64_t handle, std::string label, int rank, int size)
      : handle(handle), label(std::move(label)), rank(rank), size(size) {}

  const uint64_t handle;
  const std::string label;
  const int rank;
  const int size;
  std::atomic<bool> is_freed{false};
  std::atomic<bool> is_checked[kMaxCollectives] = {};  // see agreement.h
};

inline Registry<Comm> comms("comm");

// A communicator that must still be usable.
inline Comm& GetLiveComm(int32_t index) {
  Comm& comm = comms.Get(index);
  Require(!comm.is_freed, "`comm` must be a live communicator; got `", comm.label,
          "`, which was freed. Do not free a communicator while programs that use it still run.");
  return comm;
}

}  // namespace jpi
