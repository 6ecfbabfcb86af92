#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "xla/ffi/api/ffi.h"

namespace jpi {

// The FFI handlers of the steps of factorizations, by target name. The first operand and the first
// result are one buffer.
//
// jpi_factor_block, jpi_eliminate, jpi_mark_failed: see cholesky.h.
// jpi_factor_panel, jpi_apply_panel: see lu.h.
// jpi_signed_lu: see signed_lu.h; it works without BLAS.
std::map<std::string, XLA_FFI_Handler*> FactorTargets();

// Sets the addresses of functions of BLAS and LAPACK, by their names: xgemm, xtrsm, xpotrf and
// xgetrf, for x in s, d, c and z, ssyrk, dsyrk, cherk and zherk.
void SetBlas(const std::map<std::string, uintptr_t>& addresses);

}  // namespace jpi
