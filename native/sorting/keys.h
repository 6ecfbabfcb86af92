#pragma once

// Unsigned integers that order as floats do.

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "xla/ffi/api/ffi.h"

namespace jpi {

template <typename Key>
constexpr Key kSign = static_cast<Key>(Key{1} << (8 * sizeof(Key) - 1));

// The bits of an infinity and of the one NaN of a type of floats; zeros for integers.
template <typename Key>
struct Floats {
  Key infinity = 0, nan = 0;

  explicit Floats(xla::ffi::DataType type) {
    const int digits = type == xla::ffi::F16    ? 10
                       : type == xla::ffi::BF16 ? 7
                       : type == xla::ffi::F32  ? 23
                       : type == xla::ffi::F64  ? 52
                                                : 0;
    if (!digits) return;
    infinity = static_cast<Key>(static_cast<Key>(~kSign<Key>) >> digits << digits);
    nan = static_cast<Key>(infinity | Key{1} << (digits - 1));
  }
  explicit operator bool() const { return infinity; }
};

// All bits of a key if its highest is set, else none. By signed numbers, as processors without long
// vectors compare no others in vectors.
template <typename Key>
Key HighestEverywhere(Key x) {
  using Signed = std::make_signed_t<Key>;
  return static_cast<Key>(static_cast<Signed>(x) >> (8 * sizeof(Key) - 1));
}

// Keys that order as floats with these bits do; all NaN are equal, and the last.
template <typename Key>
void Encode(const Key* bits, size_t count, Floats<Key> floats, Key* keys) {
  using Signed = std::make_signed_t<Key>;
  const Key last = floats.nan | kSign<Key>;
  const auto infinity = static_cast<Signed>(floats.infinity);
  for (size_t i = 0; i < count; ++i) {
    const Key x = bits[i];
    const bool is_nan = static_cast<Signed>(x & static_cast<Key>(~kSign<Key>)) > infinity;
    keys[i] = is_nan ? last : static_cast<Key>(x ^ (HighestEverywhere(x) | kSign<Key>));
  }
}

// The bits of the floats that have these keys, in their place.
template <typename Key>
void Decode(Key* keys, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const Key x = keys[i];
    keys[i] = static_cast<Key>(x ^ (static_cast<Key>(~HighestEverywhere(x)) | kSign<Key>));
  }
}

// What is done with sorted keys, in their place, as soon as they are there.
struct LeaveKeys {
  template <typename Key>
  void operator()(Key*, size_t) const {}
};
struct DecodeKeys {
  template <typename Key>
  void operator()(Key* keys, size_t count) const {
    Decode(keys, count);
  }
};

}  // namespace jpi
