#pragma once

// Products of parts of matrices, triangular systems and swaps of rows, in place. Matrices are
// stored by rows.

#include <algorithm>
#include <complex>
#include <cstddef>
#include <cstdint>

namespace jpi {

// Fortran's xGEMM and xTRSM. The process has them, the ones that jaxlib calls, in SciPy.
template <typename Number>
using Gemm = void(char* trans_a, char* trans_b, int* m, int* n, int* k, Number* alpha, Number* a,
                  int* lda, Number* b, int* ldb, Number* beta, Number* c, int* ldc);
template <typename Number>
using Trsm = void(char* side, char* uplo, char* trans, char* diag, int* m, int* n, Number* alpha,
                  Number* a, int* lda, Number* b, int* ldb);

// The addresses of the functions for a type of numbers, null until Python has set them.
template <typename Number>
inline Gemm<Number>* gemm = nullptr;
template <typename Number>
inline Trsm<Number>* trsm = nullptr;

// Part of a matrix: rows top to bottom, columns left to right.
struct Box {
  int64_t top, bottom, left, right;
  int64_t rows() const { return bottom - top; }
  int64_t columns() const { return right - left; }
};

// A matrix in memory, and the part of it that is meant.
template <typename Number>
struct Part {
  Number* matrix;
  int64_t width;  // of the matrix
  Box box;
  Number* first() const { return matrix + box.top * width + box.left; }
};

// Makes a part of c the sum of `old` times itself and `factor` times the product of parts of a and
// b; with the conjugate transpose of b.
//
// A matrix by rows is the transpose of one by columns, so Fortran gets C^T = op(B)^T A^T.
template <typename Number>
void AddProduct(Part<Number> c, Number old, Number factor, Part<Number> a, Part<Number> b,
                bool is_adjoint) {
  int m = c.box.columns(), n = c.box.rows(), k = a.box.columns();
  if (!m || !n) return;
  char of_b = is_adjoint ? 'C' : 'N', of_a = 'N';
  int lda = a.width, ldb = b.width, ldc = c.width;
  gemm<Number>(&of_b, &of_a, &m, &n, &k, &factor, b.first(), &ldb, a.first(), &lda, &old, c.first(),
               &ldc);
}

// Subtracts the product of parts of a and b from a part of c.
template <typename Number>
void SubtractProduct(Part<Number> c, Part<Number> a, Part<Number> b, bool is_adjoint) {
  if (a.box.columns()) AddProduct<Number>(c, 1, -1, a, b, is_adjoint);
}

// Makes a part of c, which may hold anything, the product of parts of a and b.
template <typename Number>
void Multiply(Part<Number> c, Part<Number> a, Part<Number> b, bool is_adjoint) {
  if (a.box.columns()) return AddProduct<Number>(c, 0, 1, a, b, is_adjoint);
  for (int64_t row = 0; row < c.box.rows(); ++row) {
    std::fill_n(c.first() + row * c.width, c.box.columns(), Number(0));
  }
}

// Solves T X = B, or X T^H = B if from the right, for the part B of x; X takes its place.
//
// As above: Fortran gets X^T T^T = B^T, or conj(T) X^T = B^T, and sees the other triangle.
template <typename Number>
void SolveTriangle(Part<Number> x, Part<Number> t, bool is_lower, bool is_unit, bool is_right) {
  int m = x.box.columns(), n = x.box.rows();
  if (!m || !n) return;
  char side = is_right ? 'L' : 'R', triangle = is_lower ? 'U' : 'L';
  char trans = is_right ? 'C' : 'N', diagonal = is_unit ? 'U' : 'N';
  int ldt = t.width, ldx = x.width;
  Number one = 1;
  trsm<Number>(&side, &triangle, &trans, &diagonal, &m, &n, &one, t.first(), &ldt, x.first(), &ldx);
}

// Swaps row start + i with row start + pivots[i], for one i after the other.
template <typename Number>
void SwapRows(Number* matrix, int64_t width, const int32_t* pivots, int64_t count, int64_t start) {
  for (int64_t i = 0; i < count; ++i) {
    if (pivots[i] == i) continue;
    Number *row = matrix + (start + i) * width, *other = matrix + (start + pivots[i]) * width;
    std::swap_ranges(row, row + width, other);
  }
}

}  // namespace jpi
