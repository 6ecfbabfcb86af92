#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <type_traits>

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

// Adds a part to a text. Streams would need the C++ library that all of the process shares: a copy
// inside this extension crashes beside another.
inline void Append(std::string& text, std::string_view part) { text += part; }
inline void Append(std::string& text, char part) { text += part; }
inline void Append(std::string& text, double part) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%g", part);
  text += digits;
}
template <typename Integer, std::enable_if_t<std::is_integral_v<Integer>, int> = 0>
void Append(std::string& text, Integer part) {
  text += std::to_string(part);
}

template <typename... Parts>
std::string Text(const Parts&... parts) {
  std::string text;
  (Append(text, parts), ...);
  return text;
}

template <typename... Parts>
void Require(bool condition, const Parts&... parts) {
  if (!condition) throw Failure{ffi::ErrorCode::kInvalidArgument, Text(parts...)};
}

inline void Check(int code) {
  if (code != 0) throw MpiFailure{code};
}

}  // namespace jpi
