#pragma once

#include <cstdint>

#include "mpi/errors.h"

namespace jpi {

enum class Family { kBool, kInteger, kFloat, kHalf, kComplex, kOpaque, kPacked };

struct Dtype {
  ffi::DataType id;
  const char* name;
  int64_t size;     // bytes of one element
  const char* mpi;  // the MPI datatype that moves it, and reduces it where MPI can
  Family family;
};

// JPI moves 8-bit floats but does not reduce them. It does neither with smaller types: XLA packs
// them, so a block of them may begin inside a byte.
inline constexpr Dtype kDtypes[] = {
    {ffi::PRED, "bool", 1, "C_BOOL", Family::kBool},
    {ffi::S8, "int8", 1, "INT8_T", Family::kInteger},
    {ffi::S16, "int16", 2, "INT16_T", Family::kInteger},
    {ffi::S32, "int32", 4, "INT32_T", Family::kInteger},
    {ffi::S64, "int64", 8, "INT64_T", Family::kInteger},
    {ffi::U8, "uint8", 1, "UINT8_T", Family::kInteger},
    {ffi::U16, "uint16", 2, "UINT16_T", Family::kInteger},
    {ffi::U32, "uint32", 4, "UINT32_T", Family::kInteger},
    {ffi::U64, "uint64", 8, "UINT64_T", Family::kInteger},
    {ffi::F16, "float16", 2, "UINT16_T", Family::kHalf},
    {ffi::BF16, "bfloat16", 2, "UINT16_T", Family::kHalf},
    {ffi::F32, "float32", 4, "FLOAT", Family::kFloat},
    {ffi::F64, "float64", 8, "DOUBLE", Family::kFloat},
    {ffi::C64, "complex64", 8, "C_FLOAT_COMPLEX", Family::kComplex},
    {ffi::C128, "complex128", 16, "C_DOUBLE_COMPLEX", Family::kComplex},
    {ffi::F8E5M2, "float8_e5m2", 1, "BYTE", Family::kOpaque},
    {ffi::F8E4M3, "float8_e4m3", 1, "BYTE", Family::kOpaque},
    {ffi::F8E4M3FN, "float8_e4m3fn", 1, "BYTE", Family::kOpaque},
    {ffi::F8E4M3B11FNUZ, "float8_e4m3b11fnuz", 1, "BYTE", Family::kOpaque},
    {ffi::F8E5M2FNUZ, "float8_e5m2fnuz", 1, "BYTE", Family::kOpaque},
    {ffi::F8E4M3FNUZ, "float8_e4m3fnuz", 1, "BYTE", Family::kOpaque},
    {ffi::F8E3M4, "float8_e3m4", 1, "BYTE", Family::kOpaque},
    {ffi::F8E8M0FNU, "float8_e8m0fnu", 1, "BYTE", Family::kOpaque},
    {ffi::F4E2M1FN, "float4_e2m1fn", 1, "BYTE", Family::kPacked},
    {ffi::S2, "int2", 1, "BYTE", Family::kPacked},
    {ffi::S4, "int4", 1, "BYTE", Family::kPacked},
    {ffi::U2, "uint2", 1, "BYTE", Family::kPacked},
    {ffi::U4, "uint4", 1, "BYTE", Family::kPacked},
};
inline constexpr int kDtypeCount = sizeof(kDtypes) / sizeof(Dtype);

// The index of `id` in `kDtypes`.
inline int DtypeIndex(ffi::DataType id) {
  for (int i = 0; i < kDtypeCount; ++i) {
    if (kDtypes[i].id == id) return i;
  }
  throw Failure{ffi::ErrorCode::kInvalidArgument,
                Text("`x` must have a dtype that JPI knows; got XLA type ", static_cast<int>(id),
                     ". Convert it with astype before the collective.")};
}

}  // namespace jpi
