#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "errors.h"

namespace jpi {

// A communicator that compiled programs name by its index in the registry. A handle would differ
// between runs, and be wrong in a program from the persistent compilation cache.
struct Comm {
  Comm(uint64_t handle, std::string label, int rank, int size)
      : handle(handle), label(std::move(label)), rank(rank), size(size) {}

  const uint64_t handle;
  const std::string label;
  const int rank;
  const int size;
  std::atomic<bool> is_freed{false};
};

// The index of the new communicator.
int32_t AddComm(uint64_t handle, std::string label, int rank, int size);

// Any thread may ask for a communicator while another adds one.
Comm& GetComm(int32_t index);

// A communicator that must still be usable.
const Comm& GetLiveComm(int32_t index);

}  // namespace jpi
