#pragma once

#include <sstream>
#include <string>

#include "xla/ffi/api/ffi.h"

namespace jpi {

namespace ffi = xla::ffi;

// What a handler throws to its own top level, which hands it to XLA as an error.
struct Failure {
  ffi::ErrorCode code;
  std::string text;
};

// An MPI function's return code that is not MPI_SUCCESS.
struct MpiFailure {
  int code;
};

template <typename... Parts>
std::string Text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

template <typename... Parts>
void Require(bool condition, const Parts&... parts) {
  if (!condition) throw Failure{ffi::ErrorCode::kInvalidArgument, Text(parts...)};
}

inline void Check(int code) {
  if (code != 0) throw MpiFailure{code};
}

}  // namespace jpi
