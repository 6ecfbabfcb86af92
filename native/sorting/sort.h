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

#include "sorting/merge.h"

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

// Where the ascending runs of `keys` start, and the end of the last; nothing if there are more than
// `most`.
template <typename Key>
std::vector<size_t> AscendingRuns(const Key* keys, size_t count, size_t most) {
  constexpr size_t kChunk = 256;
  most = std::min(most, count / kLongRun + 1);
  std::vector<size_t> bounds = {0};
  for (size_t start = 1; start < count; start += kChunk) {
    const size_t stop = std::min(start + kChunk, count);
    Key descends = 0;  // a number of this size, and no branch: in long vectors
    for (size_t i = start; i < stop; ++i) descends |= static_cast<Key>(keys[i] < keys[i - 1]);
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
void SortByDigits(Numbers<Key, kHasPlaces> x, Numbers<Key, kHasPlaces> scratch, size_t count) {
  constexpr size_t kDigits = sizeof(Key), kValues = 256;
  const auto digit_of = [](Key key, size_t digit) { return (key >> (8 * digit)) % kValues; };
  std::array<std::array<uint32_t, kValues>, kDigits> counts = {};
  for (size_t i = 0; i < count; ++i) {
    for (size_t digit = 0; digit < kDigits; ++digit) ++counts[digit][digit_of(x.keys[i], digit)];
  }
  const Numbers<Key, kHasPlaces> result = x;
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

// Sorts `count` keys, fewer than 2^31, into `x`, where they may be already, and decodes them
// there; `scratch` has room for as many numbers.
template <typename Key, bool kHasPlaces>
void Sort(const Key* keys, const Numbers<Key, kHasPlaces>& x,
          const Numbers<Key, kHasPlaces>& scratch, size_t count, const Coding<Key>& coding) {
  const auto start_in = [&](const Numbers<Key, kHasPlaces>& start) {
    if (keys != start.keys) std::copy_n(keys, count, start.keys);
    if constexpr (kHasPlaces) std::iota(start.places, start.places + count, 0);
    return start;
  };
  if (count <= kFew) {
    Insert(start_in(x), count);
    return coding.Decode(x.keys, count);
  }
  SortFunction sort = nullptr;
  if constexpr (!kHasPlaces) sort = SortOf<Key>().load(std::memory_order_relaxed);
  const std::vector<size_t> bounds = AscendingRuns(keys, count, sort ? kFewRuns : kRuns);
  if (!bounds.empty()) {
    const size_t runs = bounds.size() - 1;
    const bool is_first_in_result = Passes(runs) % 2;
    Numbers<Key, kHasPlaces> source{const_cast<Key*>(keys), nullptr};  // which is only read
    if (kHasPlaces || (keys == x.keys && is_first_in_result)) {
      source = start_in(is_first_in_result ? scratch : x);
    }
    std::vector<SortedRun<Numbers<Key, kHasPlaces>>> pieces;
    for (size_t r = 0; r < runs; ++r) {
      pieces.push_back({source.From(bounds[r]), bounds[r + 1] - bounds[r]});
    }
    return MergeRuns(std::move(pieces), x, scratch, coding);
  }
  start_in(x);
  if (!sort || sort(x.keys, static_cast<intptr_t>(count), nullptr)) {
    SortByDigits(x, scratch, count);
  }
  coding.Decode(x.keys, count);
}

}  // namespace jpi
