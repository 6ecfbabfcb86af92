#pragma once

// float16 and bfloat16: storage, and conversion to float32 and back (to nearest, ties to even)
// without branches. XLA runs handlers in a mode that replaces subnormal float32 numbers by zero, so
// no step here may depend on subnormal numbers.

#include <cstdint>
#include <cstring>

namespace jpi {

template <typename To, typename From>
To BitCast(From value) {
  static_assert(sizeof(To) == sizeof(From));
  To result;
  std::memcpy(&result, &value, sizeof(To));
  return result;
}

inline bool IsNan(float x) { return x != x; }

class Bfloat16 {
 public:
  Bfloat16() = default;
  Bfloat16(float value) {  // NOLINT: converts like a number
    const auto bits = BitCast<uint32_t>(value);
    bits_ = IsNan(value) ? 0x7fc0 : (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  }
  operator float() const { return BitCast<float>(uint32_t{bits_} << 16); }

 private:
  uint16_t bits_;
};

class Float16 {
 public:
  Float16() = default;
  Float16(float value) {  // NOLINT: converts like a number
    const auto bits = BitCast<uint32_t>(value);
    const uint32_t sign = (bits >> 16) & 0x8000;
    const uint32_t magnitude = bits & 0x7fffffff;
    bits_ = IsNan(value) ? 0x7e00 : sign | Round(magnitude);
  }
  operator float() const {
    const uint32_t sign = uint32_t{bits_ & 0x8000u} << 16;
    const int32_t magnitude = bits_ & 0x7fff;
    const auto subnormal = BitCast<uint32_t>(static_cast<float>(magnitude) * 0x1p-24f);
    const uint32_t normal = (magnitude << 13) + (magnitude < kInfinity ? kRebias : 2 * kRebias);
    return BitCast<float>(sign | (magnitude < kSmallestNormal ? subnormal : normal));
  }

 private:
  static constexpr int32_t kSmallestNormal = 0x0400;
  static constexpr int32_t kInfinity = 0x7c00;
  static constexpr uint32_t kRebias = (127 - 15) << 23;

  static uint32_t Round(uint32_t magnitude) {
    // Adding 2^23 leaves no bit below one, so the sum rounds to a multiple of 2^-24.
    const float multiple = BitCast<float>(magnitude) * 0x1p24f + 0x1p23f;
    const uint32_t subnormal = BitCast<uint32_t>(multiple) & 0x7ff;
    const uint32_t normal = (magnitude - kRebias + 0xfff + ((magnitude >> 13) & 1)) >> 13;
    const uint32_t finite = magnitude < BitCast<uint32_t>(0x1p-14f) ? subnormal : normal;
    return magnitude < BitCast<uint32_t>(65520.0f) ? finite : kInfinity;
  }

  uint16_t bits_;
};

}  // namespace jpi
