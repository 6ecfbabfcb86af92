#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace jpi {

// (operation, comm index, elements of x, dtype, bytes that leave this rank) of one native call.
using LogEntry = std::tuple<std::string, int32_t, int64_t, std::string, int64_t>;

inline std::atomic<bool> is_logging{false};

// Empties the log, then logs the next `capacity` calls; 0 stops.
void LogStart(size_t capacity);

// Removes and returns the calls since LogStart or the last LogTake, in the order in which they ran.
std::vector<LogEntry> LogTake();

void LogAppend(LogEntry entry);

}  // namespace jpi
