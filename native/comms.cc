#include "comms.h"

#include <deque>
#include <mutex>
#include <shared_mutex>

namespace jpi {
namespace {

std::shared_mutex mutex;
std::deque<Comm> comms;  // references stay valid as it grows; slots are never reused

}  // namespace

int32_t AddComm(uint64_t handle, std::string label, int rank, int size) {
  std::unique_lock lock(mutex);
  comms.emplace_back(handle, std::move(label), rank, size);
  return static_cast<int32_t>(comms.size() - 1);
}

Comm& GetComm(int32_t index) {
  std::shared_lock lock(mutex);
  Require(index >= 0 && static_cast<size_t>(index) < comms.size(),
          "`comm` must be the index of a communicator; got ", index, " of ", comms.size(),
          ". Make the communicators in the same order in every run that shares compiled programs.");
  return comms[index];
}

const Comm& GetLiveComm(int32_t index) {
  const Comm& comm = GetComm(index);
  Require(!comm.is_freed, "`comm` must be a live communicator; got `", comm.label,
          "`, which was freed. Do not free a communicator while programs that use it still run.");
  return comm;
}

}  // namespace jpi
