#pragma once

// The steps of an LU factorization with partial pivoting, in place. A rank has whole columns of a
// matrix.

#include <algorithm>
#include <complex>
#include <cstdint>
#include <memory>
#include <vector>

#include "local/matrix.h"
#include "run/pages.h"

namespace jpi {

// Fortran's xGETRF; see gemm in matrix.h.
template <typename Number>
using Getrf = void(int* m, int* n, Number* a, int* lda, int* pivots, int* info);
template <typename Number>
inline Getrf<Number>* getrf = nullptr;

// Makes `to` the transpose of a matrix of this size. Eight numbers fill a line of the cache, or
// several.
template <typename Number>
void Transpose(const Number* from, int64_t rows, int64_t columns, int64_t width, Number* to,
               int64_t height) {
  constexpr int64_t kSide = 8;
  const int64_t whole = rows / kSide * kSide;
  for (int64_t top = 0; top < whole; top += kSide) {
    for (int64_t column = 0; column < columns; ++column) {
      for (int64_t i = 0; i < kSide; ++i) {
        to[column * height + top + i] = from[(top + i) * width + column];
      }
    }
  }
  for (int64_t column = 0; column < columns; ++column) {
    for (int64_t row = whole; row < rows; ++row) {
      to[column * height + row] = from[row * width + column];
    }
  }
}

// Replaces a part, which has all rows that are left, by its factors. Copies them to `message`, by
// rows, and after them the pivots: row i was swapped with row pivots[i] of the part.
//
// LAPACK wants columns. A number of floating point holds a pivot: one of float, those of 2^24 rows.
template <typename Number>
void FactorPanel(Part<Number> part, Number* message) {
  int m = part.box.rows(), n = part.box.columns(), info = 0;
  int height = m + 8;  // numbers a power of two apart would share few lines of the cache
  const int64_t size = int64_t{m} * n;
  const Scratch scratch(int64_t{height} * n * sizeof(Number));
  const auto columns = reinterpret_cast<Number*>(scratch.bytes());
  std::vector<int> pivots(std::min(m, n));
  Transpose(part.first(), m, n, part.width, columns, height);
  getrf<Number>(&m, &n, columns, &height, pivots.data(), &info);
  Transpose(columns, n, m, height, message, n);
  for (int64_t row = 0; row < m; ++row) {
    std::copy_n(message + row * n, n, part.first() + row * part.width);
  }
  for (size_t i = 0; i < pivots.size(); ++i) message[size + i] = Number(pivots[i] - 1);
}

// Applies what FactorPanel has sent for the rows from `start` on: swaps the rows of all columns but
// `own`, solves for the rows of U in the columns from `own.right` on, and subtracts the product.
template <typename Number>
void ApplyPanel(Part<Number> own, int64_t rows, Number* message, int64_t columns) {
  const int64_t start = own.box.top, height = rows - start, count = std::min(height, columns);
  for (int64_t i = 0; i < count; ++i) {
    const auto pivot = static_cast<int64_t>(std::real(message[height * columns + i]));
    if (pivot == i) continue;
    Number *row = own.matrix + (start + i) * own.width,
           *other = own.matrix + (start + pivot) * own.width;
    std::swap_ranges(row, row + own.box.left, other);
    std::swap_ranges(row + own.box.right, row + own.width, other + own.box.right);
  }
  const Part<Number> upper{own.matrix, own.width, {start, start + count, own.box.right, own.width}};
  const Part<Number> below{own.matrix, own.width, {start + count, rows, own.box.right, own.width}};
  SolveTriangle<Number>(upper, {message, columns, {0, count, 0, count}}, true, true, false);
  SubtractProduct<Number>(below, {message, columns, {count, height, 0, count}}, upper, false);
}

}  // namespace jpi
