#include "records/log.h"

#include <mutex>
#include <utility>

namespace jpi {
namespace {

std::mutex mutex;
std::vector<LogEntry> entries;
size_t room = 0;

}  // namespace

void LogStart(size_t capacity) {
  std::lock_guard lock(mutex);
  entries.clear();
  room = capacity;
  is_logging.store(capacity > 0, std::memory_order_relaxed);
}

std::vector<LogEntry> LogTake() {
  std::lock_guard lock(mutex);
  return std::exchange(entries, {});
}

void LogAppend(LogEntry entry) {
  std::lock_guard lock(mutex);
  if (room == 0) return;
  --room;
  entries.push_back(std::move(entry));
}

}  // namespace jpi
