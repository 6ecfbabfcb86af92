#pragma once

#include <map>
#include <string>

#include "xla/ffi/api/ffi.h"

namespace jpi {

// The FFI handlers of the steps that find eigenvalues and vectors, by target name. The dimensions
// of an array before the last one, or those of a matrix, are a batch.
//
// jpi_secular_order, jpi_secular_roots, jpi_secular_weights: see secular.h.
// jpi_secular_product: see secular_vectors.h.
std::map<std::string, XLA_FFI_Handler*> EigenTargets();

}  // namespace jpi
