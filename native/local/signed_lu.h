#pragma once

// LU factors of the difference of a matrix and signs that depend on the elimination.

#include <cmath>
#include <complex>
#include <cstdint>
#include <type_traits>

namespace jpi {

// Replaces a square matrix, stored by rows, by the LU factors of its difference from the diagonal
// of `signs`, which it finds. See jpi/_blocks/signed_lu.py.
template <typename Number>
void SignedLu(Number* x, int64_t size, bool is_last_row, Number* signs) {
  constexpr bool kIsReal = std::is_floating_point_v<Number>;
  for (int64_t j = 0; j < size; ++j) {
    Number* row = x + j * size;
    const bool is_negative = std::real(row[j]) < 0;
    const bool stays = is_last_row && kIsReal && j == size - 1;
    signs[j] = is_negative == stays ? -1 : 1;
    const Number pivot = stays ? Number(0) : row[j] - signs[j];
    row[j] = pivot;
    for (int64_t i = j + 1; i < size; ++i) {
      Number* other = x + i * size;
      const Number factor = stays ? Number(0) : other[j] / pivot;
      other[j] = factor;
      if (stays) continue;
      for (int64_t k = j + 1; k < size; ++k) other[k] -= factor * row[k];
    }
  }
}

}  // namespace jpi
