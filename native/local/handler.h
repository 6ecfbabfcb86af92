#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "xla/ffi/api/ffi.h"

namespace jpi {

// The FFI handlers of what a rank computes alone, by target name.
//
// jpi_sort: sorts the last dimension of an array of unsigned integers. A second result, of int32,
// gets the place where each number was.
// jpi_search: for keys, values and the two bounds of their places, the places of the values in the
// last dimension of the keys; the other dimensions are those of the values.
// jpi_product: the product of parts of two matrices.
// jpi_subtract_product, jpi_solve_triangle, jpi_swap_rows: see matrix.h. The first operand and the
// result are one buffer.
std::map<std::string, XLA_FFI_Handler*> LocalTargets();

// Sets the addresses of BLAS's xgemm and xtrsm, for x in s, d, c and z, by their names.
void SetBlas(const std::map<std::string, uintptr_t>& addresses);

}  // namespace jpi
