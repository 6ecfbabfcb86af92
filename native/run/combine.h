#pragma once

// The functions that reduce two rows elementwise, for each dtype that can be reduced.

#include <complex>
#include <cstdint>

#include "mpi/ops.h"

namespace jpi {

using Combine = void (*)(void* in, void* inout, int64_t* length, void* type);

// Sums and products are computed as `Sums`; maxima and minima compare numbers as `Value`.
template <typename Element, typename Sums = Element, typename Value = Sums>
Combine ArithmeticOf(int op) {
  switch (static_cast<Op>(op)) {
    case Op::kSum:
      return Reduce<int64_t, Element, Sums, Sum>;
    case Op::kProd:
      return Reduce<int64_t, Element, Sums, Prod>;
    case Op::kMax:
      return Reduce<int64_t, Element, Value, Max>;
    case Op::kMin:
      return Reduce<int64_t, Element, Value, Min>;
    default:
      return nullptr;
  }
}

// Integer sums wrap, as in XLA. C++ defines that for unsigned numbers only.
template <typename Element>
Combine IntegralOf(int op) {
  return ArithmeticOf<Element, uint64_t, Element>(op);
}

// The function for an op, which must be the result of `Canonical` for the dtype.
inline Combine CombineOf(ffi::DataType dtype, int op) {
  switch (dtype) {
    case ffi::PRED:
      return static_cast<Op>(op) == Op::kLor ? Reduce<int64_t, uint8_t, uint8_t, Max>
                                             : Reduce<int64_t, uint8_t, uint8_t, Min>;
    case ffi::S8:
      return IntegralOf<int8_t>(op);
    case ffi::S16:
      return IntegralOf<int16_t>(op);
    case ffi::S32:
      return IntegralOf<int32_t>(op);
    case ffi::S64:
      return IntegralOf<int64_t>(op);
    case ffi::U8:
      return IntegralOf<uint8_t>(op);
    case ffi::U16:
      return IntegralOf<uint16_t>(op);
    case ffi::U32:
      return IntegralOf<uint32_t>(op);
    case ffi::U64:
      return IntegralOf<uint64_t>(op);
    case ffi::F16:
      return ArithmeticOf<Float16, float>(op);
    case ffi::BF16:
      return ArithmeticOf<Bfloat16, float>(op);
    case ffi::F32:
      return ArithmeticOf<float>(op);
    case ffi::F64:
      return ArithmeticOf<double>(op);
    case ffi::C64:
      return ArithmeticOf<std::complex<float>>(op);
    case ffi::C128:
      return ArithmeticOf<std::complex<double>>(op);
    default:
      return nullptr;
  }
}

}  // namespace jpi
