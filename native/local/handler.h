#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "xla/ffi/api/ffi.h"

namespace jpi {

// The FFI handlers of what a rank computes alone, by target name.
//
// jpi_sort: sorts the last dimension of an array of integers or floats. The result has the numbers,
// or their keys. A second result, of int32, gets the place where each number was.
// jpi_search: for keys, values and the two bounds of their places, the places of the values in the
// last dimension of the keys; the other dimensions are those of the values.
// jpi_in_order: its two operands, a token and an array, in their buffers.
// The others: see matrices.h.
std::map<std::string, XLA_FFI_Handler*> LocalTargets();

// Sets the addresses of functions that sort unsigned integers of 4 and of 8 bytes: see `SortOf`.
void SetSorts(uintptr_t of_4_bytes, uintptr_t of_8_bytes);

}  // namespace jpi
