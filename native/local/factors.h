#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "xla/ffi/api/ffi.h"

namespace jpi {

// The FFI handlers of the steps of factorizations, by target name. The first operand and the first
// result are one buffer, where they have one type.
//
// jpi_factor_block, jpi_eliminate, jpi_mark_failed: see cholesky.h.
// jpi_factor_panel, jpi_apply_panel: see lu.h.
// jpi_factor_rows, jpi_store_reflections, jpi_load_reflections,
// jpi_make_units: see reflections.h.
std::map<std::string, XLA_FFI_Handler*> FactorTargets();

// Sets the addresses of functions of BLAS and LAPACK, by their names: xgemm, xgemv, xtrsm, xpotrf,
// xgetrf and xgeqrf, for x in s, d, c and z, ssyrk, dsyrk, cherk, zherk, sorgqr, dorgqr, cungqr and
// zungqr.
void SetBlas(const std::map<std::string, uintptr_t>& addresses);

}  // namespace jpi
