#pragma once

// The vectors of D + r z z^T, some at a time, and the product of a matrix with them: see
// jpi/_blocks/secular_vectors.py.

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "local/matrix.h"
#include "local/secular.h"
#include "run/pages.h"

namespace jpi {

// The vectors that are wanted: those of the matrix, or the singular vectors to which they lead.
enum class Kind : int64_t { kEigen, kLeft, kRight };

// What the vectors are computed from. Poles and weights are in the order of the vectors' rows.
template <typename Number>
struct VectorsOf {
  Kind kind;
  int64_t size;
  Poles<Number> poles;
  const Number* weights;
  Poles<Number> near;  // the poles near the roots
  const Number* offsets;
  const Number* turn;             // c and s, for right vectors
  const Number* roots = nullptr;  // of the poles, for left vectors
};

// Divides a vector by its norm, whose square could be too large.
template <typename Number>
void MakeUnit(Number* x, int64_t size) {
  Number largest = 0;
  for (int64_t i = 0; i < size; ++i) largest = std::max(largest, std::abs(x[i]));
  Number squares[kLanes]{};
  InLanes(size, [&](int64_t i, int64_t lane) {
    x[i] /= largest;
    squares[lane] += x[i] * x[i];
  });
  Number sum = 0;
  for (const Number square : squares) sum += square;
  const Number norm = std::sqrt(sum);
  for (int64_t i = 0; i < size; ++i) x[i] /= norm;
}

// Writes vector j.
template <typename Number>
void WriteVector(const VectorsOf<Number>& of, int64_t j, Number* x) {
  const int64_t size = of.size, first = size / 2 - 1, last = size - 1;
  if (j == last && of.kind != Kind::kEigen) {
    const bool is_left = of.kind == Kind::kLeft;
    std::fill_n(x, size, Number(0));
    x[first] = is_left ? Number(0) : -of.turn[1];
    x[last] = is_left ? Number(1) : of.turn[0];
    return;
  }
  const Pole<Number> near = of.near[j];
  const Number offset = of.offsets[j];
  for (int64_t i = 0; i < size; ++i) x[i] = of.weights[i] / (of.poles[i].Minus(near) - offset);
  if (of.kind == Kind::kLeft) {
    for (int64_t i = 0; i < size; ++i) x[i] *= of.roots[i];
    x[first] = -1;
  }
  if (of.kind != Kind::kEigen) x[last] = 0;
  MakeUnit(x, size);
  if (of.kind == Kind::kRight) {
    const Number between = x[first];
    x[first] = of.turn[0] * between;
    x[last] = of.turn[1] * between;
  }
}

// Writes the rows of two blocks on a diagonal, one below the other in `pairs`, times the vectors;
// the first rows and columns of that, as many as the result has.
//
// The last two rows of a block are its first and last one, and so are those of the product: but for
// left vectors, which need none.
template <typename Number>
void MultiplyByVectors(Number* pairs, int64_t rows, VectorsOf<Number> of, const int32_t* place,
                       Part<Number> result) {
  const int64_t size = of.size, half = size / 2, beside = of.kind == Kind::kLeft ? 0 : 2;
  const int64_t width = std::min<int64_t>(size, 128), own = rows - beside;
  if (!result.box.rows()) return;
  const Scratch scratch((width + 4) * size * sizeof(Number));
  const auto columns = reinterpret_cast<Number*>(scratch.bytes()), high = columns + width * size,
             low = high + size, weights = low + size, roots = weights + size;
  for (int64_t i = 0; i < size; ++i) {
    high[i] = of.poles.high[place[i]];
    low[i] = of.poles.low[place[i]];
    weights[i] = of.weights[place[i]];
    roots[i] = std::sqrt(high[i]);
  }
  of.poles = {high, low};
  of.weights = weights;
  of.roots = roots;
  for (int64_t start = 0; start < result.width; start += width) {
    const int64_t count = std::min(width, result.width - start);
    for (int64_t j = 0; j < count; ++j) WriteVector(of, start + j, columns + j * size);
    // rows of block k of the pair, times these vectors
    const auto multiply = [&](int64_t k, int64_t from, int64_t to, int64_t number) {
      const int64_t first = k * rows + from, last = std::min(to + number, result.box.bottom);
      if (last <= to) return;
      Multiply<Number>({result.matrix, result.width, {to, last, start, start + count}},
                       {pairs, half, {first, first + last - to, 0, half}},
                       {columns, size, {0, count, k * half, (k + 1) * half}}, 1, 0, false, true);
    };
    multiply(0, 0, 0, own);
    multiply(1, 0, own, own);
    if (beside) {
      multiply(0, own, 2 * own, 1);
      multiply(1, own + 1, 2 * own + 1, 1);
    }
  }
}

}  // namespace jpi
