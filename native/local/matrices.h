#pragma once

#include <map>
#include <string>

#include "xla/ffi/api/ffi.h"

namespace jpi {

// The FFI handlers of operations on parts of matrices, by target name. The dimensions of an array
// before the last two are a batch.
//
// jpi_subtract_product, jpi_subtract_trailing, jpi_solve_triangle, jpi_substitute: see matrix.h.
// The first operand and the result are one buffer. jpi_trailing_product: of a matrix and a vector.
// jpi_product: a product of parts. jpi_pack: parts of matrices as one vector; jpi_unpack: back. See
// boxes.h. The others: see factors.h and eigen.h.
std::map<std::string, XLA_FFI_Handler*> MatrixTargets();

}  // namespace jpi
