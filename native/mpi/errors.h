#pragma once

#include <sstream>
#include <string>

#include "xla/ffi/api/ffi.h"

namespace jpi {

namespace ffi = xla::ffi;

// An error that a handler throws and its outermost function returns to XLA.
struct Failure {
  ffi::ErrorCode code;
  std::string text;
};

// The return code of an MPI function that failed.
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
