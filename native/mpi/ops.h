#pragma once

// Reductions. JPI uses MPI's operations where they give the results of jax.numpy. Elsewhere (16-bit
// floats, and a maximum that propagates NaN) it uses the operations defined here.

#include <complex>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "mpi/dtypes.h"
#include "mpi/floats.h"

namespace jpi {

enum class Op { kSum, kProd, kMax, kMin, kLand, kLor, kLxor, kBand, kBor, kBxor };

inline constexpr const char* kOpNames[] = {"SUM", "PROD", "MAX",  "MIN", "LAND",
                                           "LOR", "LXOR", "BAND", "BOR", "BXOR"};
inline constexpr int kOpCount = sizeof(kOpNames) / sizeof(kOpNames[0]);

// Below, `op` is the number of an Op; numbers from kOpCount on are operations of users.
inline const char* OpName(int op) { return op < kOpCount ? kOpNames[op] : "of the user"; }

// The operation that reduces `family` as jax.numpy does: a sum of booleans is "any".
inline int Canonical(int op, Family family) {
  constexpr Op kOnBool[kOpCount] = {Op::kLor, Op::kLand, Op::kLor,  Op::kLand, Op::kLand,
                                    Op::kLor, Op::kLxor, Op::kLand, Op::kLor,  Op::kLxor};
  return family == Family::kBool && op < kOpCount ? static_cast<int>(kOnBool[op]) : op;
}

// A user's operation receives an MPI datatype, and MPI has no datatype for 16-bit floats.
inline bool CanReduce(int op, Family family) {
  const bool is_exact = family == Family::kBool || family == Family::kInteger;
  const bool is_arithmetic = op <= static_cast<int>(Op::kMin);
  if (op >= kOpCount) return family != Family::kHalf && family < Family::kOpaque;
  return is_exact || (is_arithmetic && family < Family::kOpaque);
}

struct Sum {
  template <typename Value>
  Value operator()(Value x, Value y) const {
    return x + y;
  }
};

struct Prod {
  template <typename Value>
  Value operator()(Value x, Value y) const {
    return x * y;
  }
};

// MPI may combine two values in a different order on each rank. For the same result on every rank,
// the choice between equal values (signed zeros) and between NaNs must not depend on the order.
template <bool kGreater>
struct Extremum {
  template <typename Real>
  Real operator()(Real x, Real y) const {
    // Compilers vectorise these selections, as they have no branch.
    const Real first = Precedes(x, y) ? x : y;
    if constexpr (std::is_integral_v<Real>) {
      return first;
    } else {
      const Real chosen = x == y ? MergeSigns(x, y) : first;
      return ((x != x) | (y != y)) ? std::numeric_limits<Real>::quiet_NaN() : chosen;
    }
  }

  // Compares the real parts, then the imaginary parts, as lax.max does. lax.max keeps or drops a
  // NaN by its position; numpy.max propagates it, which gives the same for every number of ranks.
  template <typename Real>
  std::complex<Real> operator()(std::complex<Real> x, std::complex<Real> y) const {
    constexpr Real kNan = std::numeric_limits<Real>::quiet_NaN();
    if (x != x || y != y) return {kNan, kNan};
    if (x.real() != y.real()) return Precedes(x.real(), y.real()) ? x : y;
    if (x.imag() != y.imag()) return Precedes(x.imag(), y.imag()) ? x : y;
    return {(*this)(x.real(), y.real()), (*this)(x.imag(), y.imag())};
  }

 private:
  template <typename Real>
  static bool Precedes(Real x, Real y) {
    return kGreater ? x > y : x < y;
  }

  // The result for two equal values, which can differ only in the sign of zero: +0 is greater.
  template <typename Real>
  static Real MergeSigns(Real x, Real y) {
    using Bits = std::conditional_t<sizeof(Real) == 4, uint32_t, uint64_t>;
    const auto a = BitCast<Bits>(x), b = BitCast<Bits>(y);
    return BitCast<Real>(static_cast<Bits>(kGreater ? a & b : a | b));
  }
};
using Max = Extremum<true>;
using Min = Extremum<false>;

// An MPI user function: inout[i] = combine(in[i], inout[i]), in the arithmetic of `Value`.
template <typename Count, typename Element, typename Value, typename Combine>
void Reduce(void* in, void* inout, Count* length, void* /*type*/) {
  const auto* x = static_cast<const Element*>(in);
  auto* y = static_cast<Element*>(inout);
  for (Count i = 0; i < *length; ++i) {
    y[i] = static_cast<Element>(Combine{}(Value(x[i]), Value(y[i])));
  }
}

// Calls add(dtype, op, function) for each pair for which MPI has no suitable operation.
template <typename Count, typename Add>
void ForEachUserOp(Add add) {
  add(ffi::F16, Op::kSum, Reduce<Count, Float16, float, Sum>);
  add(ffi::F16, Op::kProd, Reduce<Count, Float16, float, Prod>);
  add(ffi::F16, Op::kMax, Reduce<Count, Float16, float, Max>);
  add(ffi::F16, Op::kMin, Reduce<Count, Float16, float, Min>);
  add(ffi::BF16, Op::kSum, Reduce<Count, Bfloat16, float, Sum>);
  add(ffi::BF16, Op::kProd, Reduce<Count, Bfloat16, float, Prod>);
  add(ffi::BF16, Op::kMax, Reduce<Count, Bfloat16, float, Max>);
  add(ffi::BF16, Op::kMin, Reduce<Count, Bfloat16, float, Min>);
  add(ffi::F32, Op::kMax, Reduce<Count, float, float, Max>);
  add(ffi::F32, Op::kMin, Reduce<Count, float, float, Min>);
  add(ffi::F64, Op::kMax, Reduce<Count, double, double, Max>);
  add(ffi::F64, Op::kMin, Reduce<Count, double, double, Min>);
  add(ffi::C64, Op::kMax, Reduce<Count, std::complex<float>, std::complex<float>, Max>);
  add(ffi::C64, Op::kMin, Reduce<Count, std::complex<float>, std::complex<float>, Min>);
  add(ffi::C128, Op::kMax, Reduce<Count, std::complex<double>, std::complex<double>, Max>);
  add(ffi::C128, Op::kMin, Reduce<Count, std::complex<double>, std::complex<double>, Min>);
}

}  // namespace jpi
