#pragma once

// Reductions. MPI's own operations serve where they agree with jax.numpy; for the others (16-bit
// floats, and a maximum that propagates NaN) this makes operations of our own.

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

// Below, `op` is the number of an Op; those from kOpCount on are of users.
inline const char* OpName(int op) { return op < kOpCount ? kOpNames[op] : "of the user"; }

// The operation that reduces `family` as jax.numpy does: on booleans a sum is "any".
inline int Canonical(int op, Family family) {
  constexpr Op kOnBool[kOpCount] = {Op::kLor, Op::kLand, Op::kLor,  Op::kLand, Op::kLand,
                                    Op::kLor, Op::kLxor, Op::kLand, Op::kLor,  Op::kLxor};
  return family == Family::kBool && op < kOpCount ? static_cast<int>(kOnBool[op]) : op;
}

// A user's operation gets MPI's datatype, and MPI has none for 16-bit floats.
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

// MPI may combine a pair in either order on different ranks, so for equal results everywhere the
// choice between equal values (signed zeros) and between NaNs must not depend on the order.
template <bool kGreater>
struct Extremum {
  template <typename Real>
  Real operator()(Real x, Real y) const {
    // Selections without a branch, which compilers vectorise.
    const Real first = Precedes(x, y) ? x : y;
    if constexpr (std::is_integral_v<Real>) {
      return first;
    } else {
      const Real chosen = x == y ? MergeSigns(x, y) : first;
      return (x != x) | (y != y) ? std::numeric_limits<Real>::quiet_NaN() : chosen;
    }
  }

  // Lexicographic by real, then imaginary part, as lax.max compares. lax.max keeps or drops a NaN
  // by its position; numpy.max propagates it, which is the same for every number of ranks.
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

  // Of two equal values, which differ in the sign of zero at most: +0 is the greater.
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

// Calls add(dtype, op, function) for each pair that needs an operation of our own.
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
