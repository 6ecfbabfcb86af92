#pragma once

// How handlers get at matrices. The dimensions of an array before the last two are a batch.

#include <algorithm>
#include <climits>
#include <complex>
#include <cstdint>
#include <tuple>

#include "local/matrix.h"
#include "xla/ffi/api/ffi.h"

namespace jpi {

namespace ffi = xla::ffi;

using Integers = ffi::Buffer<ffi::S32>;
using Numbers = ffi::Span<const int64_t>;

// The result of `function` on a zero of the type of a matrix.
template <typename Function>
ffi::Error WithNumber(ffi::DataType type, Function function) {
  switch (type) {
    case ffi::F32:
      return function(float{});
    case ffi::F64:
      return function(double{});
    case ffi::C64:
      return function(std::complex<float>{});
    case ffi::C128:
      return function(std::complex<double>{});
    default:
      return ffi::Error::InvalidArgument("jpi: the matrices must have a type of LAPACK");
  }
}

inline int64_t Width(ffi::AnyBuffer x) { return x.dimensions().back(); }
inline int64_t Rows(ffi::AnyBuffer x) { return x.dimensions()[x.dimensions().size() - 2]; }
inline int64_t Elements(ffi::AnyBuffer x) { return Width(x) * Rows(x); }

// Calls `function` with a part of each array of a batch, for every matrix of it; the first array is
// an operand and the result, in one buffer.
template <typename... Arrays, typename Function>
ffi::Error WithParts(Numbers boxes, Function function, ffi::AnyBuffer first, Arrays... others) {
  if (std::max({Width(first), Width(others)...}) > INT_MAX) {
    return ffi::Error::InvalidArgument("jpi matrices: 0 to 2^31 - 1 columns");
  }
  const int64_t count = Elements(first) ? first.element_count() / Elements(first) : 0;
  return WithNumber(first.element_type(), [&](auto number) {
    using Number = decltype(number);
    for (int64_t i = 0; i < count; ++i) {
      int place = 0;
      const auto part = [&](ffi::AnyBuffer x) {
        return Part<Number>{static_cast<Number*>(x.untyped_data()) + i * Elements(x), Width(x),
                            BoxAt(boxes.begin(), place++)};
      };
      std::apply(function, std::tuple{part(first), part(others)...});
    }
    return ffi::Error::Success();
  });
}

// The address of a matrix of a batch.
template <typename Number>
Number* MatrixOf(ffi::AnyBuffer x, int64_t i) {
  return static_cast<Number*>(x.untyped_data()) + i * Elements(x);
}

// The address of a vector of a batch.
template <typename Number>
Number* RowOf(ffi::AnyBuffer x, int64_t i) {
  return static_cast<Number*>(x.untyped_data()) + i * Width(x);
}

// Calls `function` with the address and the number of each matrix of a batch.
template <typename Function>
ffi::Error WithMatrices(ffi::AnyBuffer x, Function function) {
  if (Width(x) > INT_MAX) {
    return ffi::Error::InvalidArgument("jpi matrices: 0 to 2^31 - 1 columns");
  }
  return WithNumber(x.element_type(), [&](auto number) {
    const int64_t each = Elements(x), count = each ? x.element_count() / each : 0;
    const auto first = static_cast<decltype(number)*>(x.untyped_data());
    for (int64_t i = 0; i < count; ++i) function(first + i * each, i);
    return ffi::Error::Success();
  });
}

}  // namespace jpi
