#pragma once

// Unsigned integers that order as numbers of other types do.

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "xla/ffi/api/ffi.h"

namespace jpi {

// How the bits of numbers of a type become keys, and keys become bits.
template <typename Key>
class Coding {
 public:
  Coding() = default;  // unsigned integers: their own keys

  explicit Coding(xla::ffi::DataType type) {
    using namespace xla::ffi;
    is_signed_ = type == S8 || type == S16 || type == S32 || type == S64;
    const int digits = type == F16    ? 10
                       : type == BF16 ? 7
                       : type == F32  ? 23
                       : type == F64  ? 52
                                      : 0;
    if (!digits) return;
    infinity_ = static_cast<Key>(static_cast<Key>(~kSign) >> digits << digits);
    nan_ = static_cast<Key>(infinity_ | Key{1} << (digits - 1));
  }

  bool has_own_keys() const { return !is_signed_ && !infinity_; }

  // Keys that order as numbers with these bits do; all NaN are equal, and the last.
  void Encode(const Key* bits, size_t count, Key* keys) const {
    const Key last = nan_ | kSign;
    const auto infinity = static_cast<Signed>(infinity_);
    if (is_signed_) {
      for (size_t i = 0; i < count; ++i) keys[i] = bits[i] ^ kSign;
      return;
    }
    for (size_t i = 0; i < count; ++i) {
      const Key x = bits[i];
      const bool is_nan = static_cast<Signed>(x & static_cast<Key>(~kSign)) > infinity;
      keys[i] = is_nan ? last : static_cast<Key>(x ^ (HighestEverywhere(x) | kSign));
    }
  }

  // The bits of the numbers that have these keys, in their place.
  void Decode(Key* keys, size_t count) const {
    if (is_signed_) {
      for (size_t i = 0; i < count; ++i) keys[i] ^= kSign;
    } else if (infinity_) {
      for (size_t i = 0; i < count; ++i) {
        const Key x = keys[i];
        keys[i] = static_cast<Key>(x ^ (static_cast<Key>(~HighestEverywhere(x)) | kSign));
      }
    }
  }

 private:
  using Signed = std::make_signed_t<Key>;
  static constexpr Key kSign = static_cast<Key>(Key{1} << (8 * sizeof(Key) - 1));

  // All bits of a key if its highest is set, else none. By signed numbers, as processors without
  // long vectors compare no others in vectors.
  static Key HighestEverywhere(Key x) {
    return static_cast<Key>(static_cast<Signed>(x) >> (8 * sizeof(Key) - 1));
  }

  bool is_signed_ = false;
  Key infinity_ = 0, nan_ = 0;  // the bits of an infinity and of the one NaN; zeros for integers
};

}  // namespace jpi
