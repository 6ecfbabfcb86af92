#pragma once

#include <cstdint>
#include <limits>
#include <numeric>

#include "mpi/errors.h"

namespace jpi {

// Numbers of elements, one for each rank.
using Counts = ffi::Span<const int64_t>;

inline int64_t Total(Counts counts) {
  return std::accumulate(counts.begin(), counts.end(), int64_t{0});
}

template <typename Count>
Count Narrow(int64_t n) {
  if (n > std::numeric_limits<Count>::max()) {
    throw Failure{ffi::ErrorCode::kInternal, Text("count ", n, " does not fit the MPI call")};
  }
  return static_cast<Count>(n);
}

}  // namespace jpi
