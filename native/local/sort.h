#pragma once

// Sorting unsigned integers, stably, alone or with the places that they had.
//
// An array of few ascending runs is merged, such as what ranks have sent that each sorted its own.
// Other integers alone are sorted by NumPy, where it uses long vectors: see `SortOf`. Any other
// long array is sorted by its digits, from the last to the first: one pass for each byte of a key.
// Source: Knuth, The Art of Computer Programming, volume 3, sections 5.2.4 and 5.2.5.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "local/merge.h"

namespace jpi {

constexpr size_t kFew = 24;      // numbers that are inserted one by one
constexpr size_t kRuns = 32;     // runs that are merged in less time than digits are sorted,
constexpr size_t kFewRuns = 8;   // and than NumPy sorts with long vectors,
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

// How often `MergeRuns` merges neighbours until one run is left.
inline size_t Passes(size_t runs) {
  size_t passes = 0;
  for (; runs > 1; runs = (runs + 1) / 2) ++passes;
  return passes;
}

// Sorts `source`, which consists of ascending runs between `bounds`, into `result`, by merging
// neighbours. The source is not where the first pass writes: that is the result if the number of
// passes is odd, and else `scratch`.
template <typename Rows>
void MergeRuns(Rows source, const Rows& result, const Rows& scratch, std::vector<size_t> bounds) {
  const size_t count = bounds.back();
  bool is_result = Passes(bounds.size() - 1) % 2;
  for (; bounds.size() > 2; is_result = !is_result) {
    const Rows& target = is_result ? result : scratch;
    std::vector<size_t> merged = {0};
    for (size_t r = 0; r + 1 < bounds.size(); r += 2) {
      const size_t start = bounds[r], middle = bounds[r + 1];
      const size_t stop = r + 2 < bounds.size() ? bounds[r + 2] : middle;
      Merge(source.From(start), middle - start, source.From(middle), stop - middle,
            target.From(start));
      merged.push_back(stop);
    }
    bounds = std::move(merged);
    source = target;
  }
  if (source.keys != result.keys) result.Copy(source, count);
}

// The bounds of the ascending runs of `keys`; no bounds if there are more than `most`.
template <typename Key>
std::vector<size_t> AscendingRuns(const Key* keys, size_t count, size_t most) {
  constexpr size_t kChunk = 256;
  most = std::min(most, count / kLongRun + 1);
  std::vector<size_t> bounds = {0};
  for (size_t start = 1; start < count; start += kChunk) {
    const size_t stop = std::min(start + kChunk, count);
    bool descends = false;  // compared without a branch: in long vectors
    for (size_t i = start; i < stop; ++i) descends |= keys[i] < keys[i - 1];
    for (size_t i = start; descends && i < stop; ++i) {
      if (keys[i] >= keys[i - 1]) continue;
      if (bounds.size() == most) return {};
      bounds.push_back(i);
    }
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

// Sorts `count` keys, fewer than 2^31, into `x`, where they may be already; `scratch` has room for
// as many numbers.
template <typename Key, bool kHasPlaces>
void Sort(const Key* keys, const Run<Key, kHasPlaces>& x, const Run<Key, kHasPlaces>& scratch,
          size_t count) {
  const auto start_in = [&](const Run<Key, kHasPlaces>& start) {
    if (keys != start.keys) std::copy_n(keys, count, start.keys);
    if constexpr (kHasPlaces) std::iota(start.places, start.places + count, 0);
    return start;
  };
  if (count <= kFew) return Insert(start_in(x), count);
  SortFunction sort = nullptr;
  if constexpr (!kHasPlaces) sort = SortOf<Key>().load(std::memory_order_relaxed);
  std::vector<size_t> runs = AscendingRuns(keys, count, sort ? kFewRuns : kRuns);
  if (!runs.empty()) {
    const bool is_first_in_result = Passes(runs.size() - 1) % 2;
    Run<Key, kHasPlaces> source{const_cast<Key*>(keys), nullptr};  // which is only read
    if (kHasPlaces || (keys == x.keys && is_first_in_result)) {
      source = start_in(is_first_in_result ? scratch : x);
    }
    return MergeRuns(source, x, scratch, std::move(runs));
  }
  start_in(x);
  if (sort && !sort(x.keys, static_cast<intptr_t>(count), nullptr)) return;
  SortByDigits(x, scratch, count);
}

}  // namespace jpi
