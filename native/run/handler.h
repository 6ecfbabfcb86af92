#pragma once

#include "mpi/errors.h"

namespace jpi {

// The FFI handler of row `index` of the table.
XLA_FFI_Handler* Target(int index);

}  // namespace jpi
