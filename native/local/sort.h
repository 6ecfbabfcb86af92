#pragma once

// Sorting unsigned integers, stably, alone or with the places that they had.
//
// Integers alone are sorted by NumPy, where it uses long vectors: see `SortOf`. Otherwise an array
// of few ascending runs is merged, such as what ranks have sent that each sorted its own, and any
// other long one is sorted by its digits, from the last to the first: one pass for each byte of a
// key. Source: Knuth, The Art of Computer Programming, volume 3, sections 5.2.4 and 5.2.5.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace jpi {

// Numbers that move together: the keys and, if there are any, their places.
template <typename Key, bool kHasPlaces>
struct Run {
  Key* keys;
  int32_t* places;

  Run From(size_t start) const { return {keys + start, kHasPlaces ? places + start : nullptr}; }
  void Set(size_t i, const Run& source, size_t j) const {
    keys[i] = source.keys[j];
    if constexpr (kHasPlaces) places[i] = source.places[j];
  }
  void Copy(const Run& source, size_t count) const {
    std::copy_n(source.keys, count, keys);
    if constexpr (kHasPlaces) std::copy_n(source.places, count, places);
  }
};

constexpr size_t kFew = 24;      // numbers that are inserted one by one
constexpr size_t kRuns = 32;     // runs that are merged in less time than digits are sorted,
constexpr size_t kLongRun = 64;  // if they have this many numbers

template <typename Rows>
void Insert(const Rows& x, size_t count) {
  for (size_t i = 1; i < count; ++i) {
    for (size_t j = i; j > 0 && x.keys[j] < x.keys[j - 1]; --j) {
      std::swap(x.keys[j], x.keys[j - 1]);
      if (x.places) std::swap(x.places[j], x.places[j - 1]);
    }
  }
}

// Merges two runs from both ends at once, without a branch that the processor has to guess.
template <typename Rows>
void Merge(const Rows& a, size_t a_count, const Rows& b, size_t b_count, const Rows& result) {
  const size_t both = std::min(a_count, b_count);  // so neither end leaves its run
  size_t i = 0, j = 0, a_stop = a_count, b_stop = b_count, end = a_count + b_count;
  for (size_t k = 0; k < both; ++k) {
    const bool is_b = b.keys[j] < a.keys[i];
    result.Set(k, is_b ? b : a, is_b ? j : i);
    j += is_b, i += !is_b;
    const bool is_a = b.keys[b_stop - 1] < a.keys[a_stop - 1];
    result.Set(--end, is_a ? a : b, is_a ? a_stop - 1 : b_stop - 1);
    a_stop -= is_a, b_stop -= !is_a;
  }
  size_t k = both;
  while (i < a_stop && j < b_stop) {
    const bool is_b = b.keys[j] < a.keys[i];
    result.Set(k++, is_b ? b : a, is_b ? j : i);
    j += is_b, i += !is_b;
  }
  result.From(k).Copy(a.From(i), a_stop - i);
  result.From(k + a_stop - i).Copy(b.From(j), b_stop - j);
}

// Sorts `x`, which consists of ascending runs between `bounds`, by merging neighbours.
template <typename Rows>
void MergeRuns(Rows x, Rows scratch, std::vector<size_t> bounds) {
  const Rows result = x;
  const size_t count = bounds.back();
  while (bounds.size() > 2) {
    std::vector<size_t> merged = {0};
    for (size_t r = 0; r + 1 < bounds.size(); r += 2) {
      const size_t start = bounds[r], middle = bounds[r + 1];
      const size_t stop = r + 2 < bounds.size() ? bounds[r + 2] : middle;
      Merge(x.From(start), middle - start, x.From(middle), stop - middle, scratch.From(start));
      merged.push_back(stop);
    }
    bounds = std::move(merged);
    std::swap(x, scratch);
  }
  if (x.keys != result.keys) result.Copy(x, count);
}

// The bounds of the ascending runs of `keys`; no bounds if there are more than a few.
template <typename Key>
std::vector<size_t> AscendingRuns(const Key* keys, size_t count) {
  const size_t most = std::min(kRuns, count / kLongRun + 1);
  std::vector<size_t> bounds = {0};
  for (size_t i = 1; i < count; ++i) {
    if (keys[i] >= keys[i - 1]) continue;
    if (bounds.size() == most) return {};
    bounds.push_back(i);
  }
  bounds.push_back(count);
  return bounds;
}

template <typename Key, bool kHasPlaces>
void SortByDigits(Run<Key, kHasPlaces> x, Run<Key, kHasPlaces> scratch, size_t count) {
  constexpr size_t kDigits = sizeof(Key), kValues = 256;
  const auto digit_of = [](Key key, size_t digit) { return (key >> (8 * digit)) % kValues; };
  std::array<std::array<uint32_t, kValues>, kDigits> counts = {};
  for (size_t i = 0; i < count; ++i) {
    for (size_t digit = 0; digit < kDigits; ++digit) ++counts[digit][digit_of(x.keys[i], digit)];
  }
  const Run<Key, kHasPlaces> result = x;
  for (size_t digit = 0; digit < kDigits; ++digit) {
    auto& next = counts[digit];
    if (next[digit_of(x.keys[0], digit)] == count) continue;  // all have this digit
    uint32_t before = 0;
    for (uint32_t& n : next) before += std::exchange(n, before);
    for (size_t i = 0; i < count; ++i) scratch.Set(next[digit_of(x.keys[i], digit)]++, x, i);
    std::swap(x, scratch);
  }
  if (x.keys != result.keys) result.Copy(x, count);
}

// A function that sorts `count` keys in place, with the signature of those in NumPy's table of a
// dtype; null if there is none that is faster than merging and sorting by digits.
using SortFunction = int (*)(void* keys, intptr_t count, void* array);

template <typename Key>
std::atomic<SortFunction>& SortOf() {
  static std::atomic<SortFunction> function = nullptr;
  return function;
}

// Sorts the `count` numbers of `x`, fewer than 2^31; `scratch` has room for as many.
template <typename Key, bool kHasPlaces>
void Sort(const Run<Key, kHasPlaces>& x, const Run<Key, kHasPlaces>& scratch, size_t count) {
  if (count <= kFew) return Insert(x, count);
  if constexpr (!kHasPlaces) {
    const SortFunction sort = SortOf<Key>().load(std::memory_order_relaxed);
    if (sort && !sort(x.keys, static_cast<intptr_t>(count), nullptr)) return;
  }
  std::vector<size_t> runs = AscendingRuns(x.keys, count);
  if (runs.empty()) return SortByDigits(x, scratch, count);
  MergeRuns(x, scratch, std::move(runs));
}

}  // namespace jpi
