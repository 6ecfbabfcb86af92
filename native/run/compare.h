#pragma once

// Checks whether a replicated value is the same on every rank: bit by bit, or up to rounding.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "mpi/floats.h"
#include "run/steps.h"

namespace jpi {

inline uint64_t HashBytes(const void* data, int64_t bytes) {
  const auto* at = static_cast<const unsigned char*>(data);
  uint64_t hash = 14695981039346656037u;
  for (int64_t i = 0; i < bytes; ++i) hash = (hash ^ at[i]) * 1099511628211u;
  return hash;
}

template <typename Value>
std::vector<double> Widened(const void* data, int64_t count) {
  const auto* at = static_cast<const Value*>(data);
  std::vector<double> wide(count);
  for (int64_t i = 0; i < count; ++i) {
    const auto x = static_cast<double>(static_cast<float>(at[i]));
    wide[i] = x;
  }
  return wide;
}

template <>
inline std::vector<double> Widened<double>(const void* data, int64_t count) {
  const auto* at = static_cast<const double*>(data);
  return std::vector<double>(at, at + count);
}

// The real numbers of an array of floats, and how far they may differ, relative to the largest.
struct Reals {
  std::vector<double> values;
  double tolerance = 0;
};

inline Reals RealsOf(const Message& m) {
  const auto rounding = [](double epsilon) { return std::pow(epsilon, 0.6); };
  constexpr double kFloat = std::numeric_limits<float>::epsilon();
  constexpr double kDouble = std::numeric_limits<double>::epsilon();
  switch (kDtypes[m.x_dtype].id) {
    case ffi::F16:
      return {Widened<Float16>(m.x, m.x_count), rounding(0x1p-10)};
    case ffi::BF16:
      return {Widened<Bfloat16>(m.x, m.x_count), rounding(0x1p-7)};
    case ffi::F32:
      return {Widened<float>(m.x, m.x_count), rounding(kFloat)};
    case ffi::C64:
      return {Widened<float>(m.x, 2 * m.x_count), rounding(kFloat)};
    case ffi::F64:
      return {Widened<double>(m.x, m.x_count), rounding(kDouble)};
    case ffi::C128:
      return {Widened<double>(m.x, 2 * m.x_count), rounding(kDouble)};
    default:
      return {};
  }
}

// The elementwise maximum over the ranks.
template <typename Value>
std::vector<Value> Maximum(const Message& m, ffi::DataType id, const std::vector<Value>& values,
                           const RunStep& run) {
  std::vector<Value> result(values.size());
  Message part = m;
  part.x = values.data();
  part.y = result.data();
  part.x_dtype = part.y_dtype = DtypeIndex(id);
  part.x_count = part.y_count = static_cast<int64_t>(values.size());
  part.op = static_cast<int>(Op::kMax);
  run("allreduce", part);
  return result;
}

// The largest difference between the numbers of two ranks, relative to the largest number. It is
// the same on all ranks.
inline double Difference(const Message& m, std::vector<double> values, const RunStep& run) {
  // This number stands for NaN: it is equal to itself and differs from all other numbers.
  constexpr double kNan = std::numeric_limits<double>::max();
  for (double& x : values) x = std::isnan(x) ? kNan : x;
  const std::vector<double> high = Maximum(m, ffi::F64, values, run);
  for (double& x : values) x = -x;
  const std::vector<double> negated = Maximum(m, ffi::F64, values, run);
  double largest = 0, difference = 0;
  for (size_t i = 0; i < high.size(); ++i) {
    if (high[i] == -negated[i]) {
      if (std::abs(high[i]) < kNan) largest = std::max(largest, std::abs(high[i]));
      continue;
    }
    largest = std::max({largest, std::abs(high[i]), std::abs(negated[i])});
    difference = std::max(difference, high[i] + negated[i]);
  }
  return difference == 0 ? 0 : std::isfinite(difference) ? difference / largest : difference;
}

// Copies x to y if x is the same on all ranks; throws an error if it is not.
inline void RequireSame(const Message& m, const RunStep& run) {
  const int64_t bytes = m.x_count * m.item_size();
  const auto hash = static_cast<int64_t>(HashBytes(m.x, bytes) >> 1);
  const std::vector<int64_t> all =
      Maximum<int64_t>(m, ffi::S64, {hash, -hash, m.x_count, -m.x_count}, run);
  Require(all[2] == -all[3],
          "a replicated value must be the same on every rank; its number of elements is from ",
          -all[3], " to ", all[2], ". Give the same array on all ranks.");
  if (all[0] != -all[1]) {
    const Reals reals = RealsOf(m);
    const bool has_reals = reals.tolerance > 0;
    const double difference = has_reals ? Difference(m, reals.values, run) : 0;
    Require(
        has_reals && difference <= reals.tolerance,
        "a replicated value must be the same on every rank; it differs",
        has_reals ? Text(" by up to ", difference, " of its size") : "",
        ". Compute it in the same way on all ranks, send the value of one rank with bcast, or make "
        "an array of the values of all ranks with jpi.from_shard. If only a gradient differs, pass "
        "the value through jpi.spread where it meets the data of each rank.");
  }
  if (m.x != m.y) std::memcpy(m.y, m.x, static_cast<size_t>(bytes));
}

}  // namespace jpi
