#pragma once

// The eigenvalues of D + r z z^T: see jpi/_blocks/secular.py, and secular_steps.py for the same
// steps by XLA.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

namespace jpi {

// A number as the sum of two.
template <typename Number>
struct Pole {
  Number high, low;
  Number Minus(Pole other) const { return (high - other.high) + (low - other.low); }
};

// As many numbers, in two arrays.
template <typename Number>
struct Poles {
  const Number *high, *low;
  Pole<Number> operator[](int64_t i) const { return {high[i], low[i]}; }
};

// The sum, and its rounding error (Knuth).
template <typename Number>
Pole<Number> ExactSum(Number a, Number b) {
  const Number high = a + b, rest = high - a;
  return {high, (a - (high - rest)) + (b - rest)};
}

// Numbers that are not a number come last.
template <typename Number>
bool IsBefore(Number a, Number b) {
  return a < b || (std::isnan(b) && !std::isnan(a));
}

// Writes the poles in order, moved up where the next one is nearer than the square of the
// precision; z as they are, none too near to zero; and the place of each in that order.
template <typename Number>
void OrderPoles(Poles<Number> poles, const Number* z, int64_t size, Number* high, Number* low,
                Number* ordered, int32_t* place) {
  constexpr Number kEps = std::numeric_limits<Number>::epsilon();
  std::vector<int32_t> order(size);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int32_t i, int32_t j) {
    const auto a = poles[i], b = poles[j];
    if (IsBefore(a.high, b.high)) return true;
    return !IsBefore(b.high, a.high) && IsBefore(a.low, b.low);
  });
  Pole<Number> largest{};
  for (int64_t i = 0; i < size; ++i) {
    const Pole<Number> pole = poles[order[i]];
    const Number step = kEps * kEps * Number(i);
    const Pole<Number> lowered = ExactSum<Number>(pole.high, pole.low - step);
    const bool is_larger =
        largest.high < lowered.high || (largest.high == lowered.high && largest.low < lowered.low);
    if (i == 0 || is_larger) largest = lowered;
    const Pole<Number> moved = ExactSum<Number>(largest.high, largest.low + step);
    high[i] = moved.high;
    low[i] = moved.low;
    const Number weight = z[order[i]];
    ordered[i] = std::abs(weight) < kEps ? (weight < 0 ? -kEps : kEps) : weight;
    place[order[i]] = static_cast<int32_t>(i);
  }
}

constexpr int64_t kLanes = 8;  // sums that do not wait for each other

// Calls `add` with each number below `size` and the lane it belongs to.
template <typename Add>
void InLanes(int64_t size, Add add) {
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) add(i + lane, lane);
  }
  for (; i < size; ++i) add(i, 0);
}

template <typename Number>
struct Terms {
  Number sum = 0, squares = 0, moduli = 0;
};

// The sums of z^2 / (d - x), of (z / (d - x))^2, and of the moduli of the first.
template <typename Number>
Terms<Number> Fractions(const Number* d, const Number* z, int64_t size, Number x) {
  Number sum[kLanes]{}, squares[kLanes]{}, moduli[kLanes]{};
  InLanes(size, [&](int64_t i, int64_t lane) {
    const Number term = z[i] / (d[i] - x), product = z[i] * term;
    sum[lane] += product;
    squares[lane] += term * term;
    moduli[lane] += std::abs(product);
  });
  Terms<Number> terms;
  for (int64_t lane = 0; lane < kLanes; ++lane) {
    terms.sum += sum[lane];
    terms.squares += squares[lane];
    terms.moduli += moduli[lane];
  }
  return terms;
}

// f, the derivatives of its parts below and above the root, and the sum of moduli.
template <typename Number>
struct Secular {
  Number f, below, above, moduli;
};

template <typename Number>
Secular<Number> SecularAt(const Number* d, const Number* z, int64_t size, int64_t below, Number r,
                          Number x) {
  const auto one = Fractions(d, z, below, x);
  const auto two = Fractions(d + below, z + below, size - below, x);
  return {1 + r * (one.sum + two.sum), r * one.squares, r * two.squares,
          1 + r * (one.moduli + two.moduli)};
}

// What to add to a root: the zero of c + s / (one - x) + t / (two - x), with f and the derivatives
// of its parts below and above the root (Li, "Solving secular equations stably and efficiently",
// 1993: the middle way).
template <typename Number>
Number Correction(Secular<Number> at, Number one, Number two) {
  const Number c = at.f - one * at.below - two * at.above;
  const Number a = (one + two) * at.f - one * two * (at.below + at.above);
  const Number b = one * two * at.f;
  const Number root = std::sqrt(std::max(a * a - 4 * b * c, Number(0)));
  return a <= 0 ? (a - root) / (2 * c) : 2 * b / (a + root);
}

template <typename Number>
Number Middle(Number lower, Number upper) {
  return std::sqrt(lower) * std::sqrt(upper);
}

// x where it is between the bounds, else their middle.
template <typename Number>
Number Inside(Number x, Number lower, Number upper) {
  return x > lower && x < upper ? x : Middle(lower, upper);
}

// The root above pole i, as the pole next to it and the difference. `d` has room for `size`
// numbers.
template <typename Number>
Pole<Number> FindRoot(Poles<Number> poles, Number r, const Number* z, int64_t size, Number total,
                      int64_t i, Number* d, Number& offset) {
  constexpr Number kEps = std::numeric_limits<Number>::epsilon();
  constexpr int kSteps = 100;  // more than any root takes; numbers that are not finite have none
  const bool is_last = i == size - 1;
  const Pole<Number> left = poles[i];
  const Pole<Number> right =
      is_last ? Pole<Number>{left.high + 2 * (r * total), left.low} : poles[i + 1];
  const Number gap = right.Minus(left);
  const auto subtract = [&](Pole<Number> origin) {
    for (int64_t k = 0; k < size; ++k) d[k] = poles[k].Minus(origin);
  };
  subtract(left);
  const auto middle = SecularAt(d, z, size, i + 1, r, gap / 2);
  const bool is_left = middle.f >= 0 || is_last;
  const Number guess = gap / 2 + Correction(middle, -gap / 2, gap / 2);
  if (!is_left) subtract(right);
  const Number sign = is_left ? 1 : -1, weight = is_left || is_last ? z[i] : z[i + 1];
  // the offsets of the two poles around the root; the last root has no pole above it
  const Number to_left = is_left ? 0 : -gap, to_right = is_left ? gap : 0;
  Number lower = r * weight * weight / (1 + 2 * r * total / gap) / 2;
  Number upper = is_last ? gap / 2 * (1 + 4 * kEps) : gap / 2;
  Number at = Inside(is_left ? guess : gap - guess, lower, upper);
  for (int step = 0; step < kSteps; ++step) {
    offset = sign * at;
    const auto here = SecularAt(d, z, size, i + 1, r, offset);
    if (std::abs(here.f) <= kEps * here.moduli) break;
    (sign * here.f > 0 ? upper : lower) = at;
    const Number found = sign * (offset + Correction(here, to_left - offset, to_right - offset));
    const bool is_near = std::abs(found - at) < at / 16;
    const Number next =
        is_near || step % 8 != 7 ? Inside(found, lower, upper) : Middle(lower, upper);
    const bool goes_on = std::abs(next - at) > 2 * kEps * at && upper - lower > 2 * kEps * at;
    at = next;
    if (!goes_on) break;
  }
  offset = sign * at;
  return is_left ? left : right;
}

// Writes the roots from `start` on, in three rows: a pole near each, high and low, and the
// difference to it.
template <typename Number>
void FindRoots(Poles<Number> poles, Number r, const Number* z, int64_t size, int64_t start,
               int64_t count, Number* roots) {
  std::vector<Number> d(size);
  Number total = 0;
  for (int64_t i = 0; i < size; ++i) total += z[i] * z[i];
  for (int64_t k = 0; k < count; ++k) {
    const Pole<Number> origin =
        FindRoot(poles, r, z, size, total, start + k, d.data(), roots[2 * count + k]);
    roots[k] = origin.high;
    roots[count + k] = origin.low;
  }
}

// Writes those z_i from `start` on of which all roots are exact, times the square root of r; the
// signs are those of z.
template <typename Number>
void FindWeights(Poles<Number> poles, const Number* z, const Number* roots, int64_t size,
                 int64_t start, int64_t count, Number* weights) {
  const Poles<Number> near{roots, roots + size};
  const Number* offsets = roots + 2 * size;
  for (int64_t i = start; i < start + count; ++i) {
    const Pole<Number> own = poles[i];
    Number products[kLanes];
    std::fill_n(products, kLanes, Number(1));
    InLanes(size, [&](int64_t j, int64_t lane) {
      const Number difference = j == i ? Number(1) : poles[j].Minus(own);
      products[lane] *= (near[j].Minus(own) + offsets[j]) / difference;
    });
    Number product = 1;
    for (const Number x : products) product *= x;
    const Number modulus = std::sqrt(std::abs(product));
    weights[i - start] = z[i] < 0 ? -modulus : modulus;
  }
}

}  // namespace jpi
