#pragma once

#include "xla/ffi/api/ffi.h"

namespace jpi {

// The FFI handler that sorts the last dimension of an array of unsigned integers. A second result,
// of int32, gets the place where each number was.
XLA_FFI_Handler* SortTarget();

}  // namespace jpi
