#pragma once

// The steps of a QR factorization by blocks of reflections, in place. A rank has whole rows of a
// matrix, dealt one by one. See jpi/_blocks/reflection_steps.py and householder.py.

#include <algorithm>
#include <complex>
#include <cstdint>
#include <vector>

#include "local/lu.h"
#include "local/matrix.h"
#include "local/signed_lu.h"
#include "run/pages.h"

namespace jpi {

// Fortran's xGEQRF, and its xORGQR, or xUNGQR for complex numbers; see gemm in matrix.h.
template <typename Number>
using Geqrf = void(int* m, int* n, Number* a, int* lda, Number* tau, Number* work, int* lwork,
                   int* info);
template <typename Number>
using Orgqr = void(int* m, int* n, int* k, Number* a, int* lda, Number* tau, Number* work,
                   int* lwork, int* info);
template <typename Number>
inline Geqrf<Number>* geqrf = nullptr;
template <typename Number>
inline Orgqr<Number>* orgqr = nullptr;

// The rows of a panel that a rank has: row i is row i * ranks + rank of the panel.
struct Dealt {
  int64_t rank, ranks;
  int64_t At(int64_t i) const { return i * ranks + rank; }
};

// The QR factors of a part, by rows: Q with min(rows, columns) columns, and R with numbers on its
// diagonal that are not negative.
template <typename Number>
void FactorRows(Part<Number> part, Number* q, Number* r) {
  int m = part.box.rows(), n = part.box.columns(), k = std::min(m, n), info = 0;
  int height = m + 8;  // numbers a power of two apart would share few lines of the cache
  const Scratch scratch(int64_t{height} * n * sizeof(Number));
  const auto columns = reinterpret_cast<Number*>(scratch.bytes());
  Transpose(part.first(), m, n, part.width, columns, height);
  constexpr int64_t kWidth = 64;  // LAPACK's blocks have 32 columns
  int size = kWidth * std::max(n, 1);
  std::vector<Number> tau(k), work(size);
  geqrf<Number>(&m, &n, columns, &height, tau.data(), work.data(), &size, &info);
  std::vector<Number> signs(k);
  for (int64_t row = 0; row < k; ++row) {
    signs[row] = std::real(columns[row * height + row]) < 0 ? -1 : 1;
    for (int64_t column = 0; column < n; ++column) {
      const Number value = column < row ? Number(0) : columns[column * height + row];
      r[row * n + column] = signs[row] * value;
    }
  }
  orgqr<Number>(&m, &k, &k, columns, &height, tau.data(), work.data(), &size, &info);
  for (int64_t column = 0; column < k; ++column) {
    if (signs[column] == Number(1)) continue;
    Number* first = columns + column * height;
    std::transform(first, first + m, first, [](Number x) { return -x; });
  }
  Transpose(columns, k, m, height, q, k);
}

// Writes the vectors of a panel's reflections below its diagonal, and R on it and above; T to
// `matrix`.
//
// The panel's Q is the product of `q` and `factors`. `tops` has its first rows, those of one rank
// after those of another.
template <typename Number>
void StoreReflections(Part<Number> panel, Dealt dealt, const Number* tops, int64_t held, Number* q,
                      const Number* factors, int64_t k, const Number* r, bool is_last_row,
                      Number* matrix) {
  const int64_t b = panel.box.columns();
  const Box square{0, b, 0, b};
  const Scratch scratch((2 * b + k + 1) * b * sizeof(Number));
  const auto lu = reinterpret_cast<Number*>(scratch.bytes()), upper = lu + b * b,
             quotient = upper + b * b, signs = quotient + k * b;
  for (int64_t row = 0; row < b; ++row) {
    std::copy_n(tops + (row % dealt.ranks * held + row / dealt.ranks) * b, b, lu + row * b);
  }
  SignedLu(lu, b, is_last_row, signs);
  // T V_1^H = -U S
  for (int64_t row = 0; row < b; ++row) {
    for (int64_t column = 0; column < b; ++column) {
      const bool is_upper = column >= row;
      upper[row * b + column] = is_upper ? lu[row * b + column] : Number(0);
      matrix[row * b + column] = -upper[row * b + column] * signs[column];
    }
    // a row that is not reflected has a pivot of 0
    if (upper[row * b + row] == Number(0)) upper[row * b + row] = 1;
  }
  SolveTriangle<Number>({matrix, b, square}, {lu, b, square}, true, true, true);
  for (int64_t row = 0; row < b; ++row) std::fill_n(matrix + row * b, row, Number(0));
  // V = Q U^-1, but for the rows of the triangles
  const Part<Number> right{quotient, b, {0, k, 0, b}};
  std::copy_n(factors, k * b, quotient);
  DivideByTriangle<Number>(right, {upper, b, square});
  Multiply<Number>(panel, {q, k, {0, panel.box.rows(), 0, k}}, right, 1, 0);
  for (int64_t i = 0; i < held && dealt.At(i) < b; ++i) {
    const int64_t row = dealt.At(i);
    Number* to = panel.first() + i * panel.width;
    std::copy_n(lu + row * b, row, to);
    std::transform(r + row * b + row, r + row * b + b, to + row,
                   [&](Number x) { return signs[row] * x; });
  }
}

// The vectors of a panel's reflections, which StoreReflections wrote.
template <typename Number>
void LoadReflections(Part<Number> panel, Dealt dealt, Number* vectors) {
  const int64_t b = panel.box.columns();
  for (int64_t i = 0; i < panel.box.rows(); ++i, vectors += b) {
    const int64_t row = std::min(dealt.At(i), b);
    std::copy_n(panel.first() + i * panel.width, row, vectors);
    if (row < b) vectors[row] = 1;
    for (int64_t column = row + 1; column < b; ++column) vectors[column] = 0;
  }
}

// Makes the columns of a panel those of the identity matrix, above the panel too.
template <typename Number>
void MakeUnits(Part<Number> panel, Dealt dealt) {
  const int64_t b = panel.box.columns(), first = panel.box.top;
  for (int64_t row = 0; row < panel.box.bottom; ++row) {
    Number* numbers = panel.matrix + row * panel.width + panel.box.left;
    std::fill_n(numbers, b, Number(0));
    if (row >= first && dealt.At(row - first) < b) numbers[dealt.At(row - first)] = 1;
  }
}

}  // namespace jpi
