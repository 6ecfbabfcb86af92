#pragma once

// Products of parts of matrices, and triangular systems, in place. Matrices are stored by rows.

#include <algorithm>
#include <complex>
#include <cstddef>
#include <cstdint>

#include "local/boxes.h"

namespace jpi {

// Fortran's xGEMM, xGEMV and xTRSM. The process has them, the ones that jaxlib calls, in SciPy.
template <typename Number>
using Gemm = void(char* trans_a, char* trans_b, int* m, int* n, int* k, Number* alpha, Number* a,
                  int* lda, Number* b, int* ldb, Number* beta, Number* c, int* ldc);
template <typename Number>
using Gemv = void(char* trans, int* m, int* n, Number* alpha, Number* a, int* lda, Number* x,
                  int* incx, Number* beta, Number* y, int* incy);
template <typename Number>
using Trsm = void(char* side, char* uplo, char* trans, char* diag, int* m, int* n, Number* alpha,
                  Number* a, int* lda, Number* b, int* ldb);

// The addresses of the functions for a type of numbers, null until Python has set them.
template <typename Number>
inline Gemm<Number>* gemm = nullptr;
template <typename Number>
inline Gemv<Number>* gemv = nullptr;
template <typename Number>
inline Trsm<Number>* trsm = nullptr;

// A matrix in memory, and the part of it that is meant.
template <typename Number>
struct Part {
  Number* matrix;
  int64_t width;  // of the matrix
  Box box;
  Number* first() const { return matrix + box.top * width + box.left; }
};

// Makes a part of c the product of parts of a and b times `alpha`, and what it was times `beta`.
//
// A matrix by rows is the transpose of one by columns, so Fortran gets C^T = op(B)^T op(A)^T.
template <typename Number>
void Multiply(Part<Number> c, Part<Number> a, Part<Number> b, int alpha, int beta,
              bool is_a_adjoint = false, bool is_b_adjoint = false) {
  int m = c.box.columns(), n = c.box.rows();
  int k = is_a_adjoint ? a.box.rows() : a.box.columns();
  if (!m || !n) return;
  char of_b = is_b_adjoint ? 'C' : 'N', of_a = is_a_adjoint ? 'C' : 'N';
  int lda = std::max<int64_t>(a.width, 1), ldb = std::max<int64_t>(b.width, 1), ldc = c.width;
  Number factor = alpha, of_c = beta;
  gemm<Number>(&of_b, &of_a, &m, &n, &k, &factor, b.first(), &ldb, a.first(), &lda, &of_c,
               c.first(), &ldc);
}

// Writes the product of a part of a and the vector x, or of x and the part.
template <typename Number>
void MultiplyByVector(Part<Number> a, Number* x, Number* y, bool is_left) {
  int m = a.box.columns(), n = a.box.rows(), lda = std::max<int64_t>(a.width, 1), one = 1;
  char trans = is_left ? 'N' : 'T';
  if (!m || !n) {
    std::fill_n(y, is_left ? m : n, Number(0));
    return;
  }
  Number factor = 1, of_y = 0;
  gemv<Number>(&trans, &m, &n, &factor, a.first(), &lda, x, &one, &of_y, y, &one);
}

// Subtracts the product of parts of a and b from a part of c; with the conjugate transpose of b.
template <typename Number>
void SubtractProduct(Part<Number> c, Part<Number> a, Part<Number> b, bool is_adjoint) {
  if (a.box.columns()) Multiply<Number>(c, a, b, -1, 1, false, is_adjoint);
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

// Solves X U = B with the upper triangle U of t, for the part B of x; X takes its place.
template <typename Number>
void DivideByTriangle(Part<Number> x, Part<Number> t) {
  int m = x.box.columns(), n = x.box.rows(), ldt = t.width, ldx = x.width;
  if (!m || !n) return;
  char side = 'L', triangle = 'L', trans = 'N', diagonal = 'N';
  Number one = 1;
  trsm<Number>(&side, &triangle, &trans, &diagonal, &m, &n, &one, t.first(), &ldt, x.first(), &ldx);
}

// Gives the rows of `panel` their part of the solution X of T X = B, which takes the place of B.
//
// `panel` has as many rows of T from `start` on, and of them the columns that are not zero: those
// before the diagonal, or those after it, whose part of X is known.
template <typename Number>
void Substitute(Number* x, int64_t width, int64_t start, Part<Number> panel, bool is_lower,
                bool is_unit) {
  const int64_t height = panel.box.rows(), others = panel.width - height;
  const int64_t corner = is_lower ? others : 0, rest = is_lower ? 0 : height;
  const int64_t known = is_lower ? 0 : start + height;
  const Part<Number> rows{x, width, {start, start + height, 0, width}};
  SubtractProduct<Number>(rows, {panel.matrix, panel.width, {0, height, rest, rest + others}},
                          {x, width, {known, known + others, 0, width}}, false);
  SolveTriangle<Number>(rows, {panel.matrix, panel.width, {0, height, corner, corner + height}},
                        is_lower, is_unit, false);
}

}  // namespace jpi
