#pragma once

// The steps of a Cholesky factorization, in place. A rank has whole rows of a matrix; the lower
// triangle is used, and the factor takes its place.

#include <algorithm>
#include <complex>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "local/matrix.h"

namespace jpi {

template <typename Number>
struct RealOf {
  using type = Number;
};
template <typename Number>
struct RealOf<std::complex<Number>> {
  using type = Number;
};
template <typename Number>
using Real = typename RealOf<Number>::type;

// Fortran's xPOTRF, and its xHERK, or xSYRK for real numbers; see gemm in matrix.h.
template <typename Number>
using Potrf = void(char* uplo, int* n, Number* a, int* lda, int* info);
template <typename Number>
using Herk = void(char* uplo, char* trans, int* n, int* k, Real<Number>* alpha, Number* a, int* lda,
                  Real<Number>* beta, Number* c, int* ldc);
template <typename Number>
inline Potrf<Number>* potrf = nullptr;
template <typename Number>
inline Herk<Number>* herk = nullptr;

// Replaces a block on the diagonal by its factor, with zeros above, and copies the rows up to there
// to `panel`; returns LAPACK's `info`.
//
// Fortran sees the transpose: A^T = U^H U, and U is the transpose of the factor.
template <typename Number>
int FactorBlock(Part<Number> block, Number* panel) {
  int n = block.box.rows(), width = block.width, info = 0;
  char triangle = 'U';
  potrf<Number>(&triangle, &n, block.first(), &width, &info);
  for (int row = 0; row < n; ++row) {
    std::fill_n(block.first() + row * block.width + row + 1, n - row - 1, Number(0));
    const Number* known = block.matrix + (block.box.top + row) * block.width;
    std::copy_n(known, block.box.right, panel + row * block.box.right);
  }
  return info;
}

// Subtracts A A^H from the lower triangle of a block on the diagonal. Fortran sees A^T.
template <typename Number>
void SubtractSquare(Part<Number> block, Part<Number> a) {
  int n = block.box.rows(), k = a.box.columns(), width = block.width, width_of_a = a.width;
  char triangle = 'U', trans = std::is_same_v<Number, Real<Number>> ? 'T' : 'C';
  Real<Number> minus = -1, one = 1;
  herk<Number>(&triangle, &trans, &n, &k, &minus, a.first(), &width_of_a, &one, block.first(),
               &width);
}

// Gives the rows from `first` on their columns of the factor that `panel` has on the diagonal, and
// subtracts the products of these columns from the blocks of these rows on the diagonal.
//
// `panel` has rows of the factor, to the diagonal.
template <typename Number>
void Eliminate(Number* x, int64_t rows, int64_t width, int64_t first, const Box* diagonal,
               int64_t blocks, Number* panel, int64_t height, int64_t end) {
  const int64_t start = end - height;
  const Part<Number> below{x, width, {first, rows, start, end}};
  const Part<Number> known{x, width, {first, rows, 0, start}};
  SubtractProduct<Number>(below, known, {panel, end, {0, height, 0, start}}, true);
  SolveTriangle<Number>(below, {panel, end, {0, height, start, end}}, true, false, true);
  for (int64_t i = 0; i < blocks; ++i) {
    const Box& box = diagonal[i];
    SubtractSquare<Number>({x, width, box}, {x, width, {box.top, box.bottom, start, end}});
  }
}

// Makes a matrix NaN.
template <typename Number>
void MarkFailed(Number* x, int64_t elements) {
  std::fill_n(x, elements, Number(std::numeric_limits<Real<Number>>::quiet_NaN()));
}

}  // namespace jpi
