#pragma once

// Merging two runs of ascending keys, alone or with places that move with them.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "sorting/keys.h"
#include "sorting/long_vectors.h"

namespace jpi {

// Numbers that move together: the keys and, if there are any, their places.
template <typename Key, bool kHasPlaces>
struct Numbers {
  static constexpr bool kIsPlaced = kHasPlaces;

  Key* keys;
  int32_t* places;

  Numbers From(size_t start) const { return {keys + start, kHasPlaces ? places + start : nullptr}; }
  void Set(size_t i, const Numbers& source, size_t j) const {
    keys[i] = source.keys[j];
    if constexpr (kHasPlaces) places[i] = source.places[j];
  }
  void Copy(const Numbers& source, size_t count) const {
    std::copy_n(source.keys, count, keys);
    if constexpr (kHasPlaces) std::copy_n(source.places, count, places);
  }
};

// A run and its length.
template <typename Rows>
struct SortedRun {
  Rows rows;
  size_t count;
};

// How many of the first `count` numbers of two merged runs are from the first run, which goes first
// where keys are equal. Source: Odeh et al., Merge path, IPDPS workshops (2012).
template <typename Key>
size_t FromFirst(const Key* a, size_t a_count, const Key* b, size_t b_count, size_t count) {
  size_t low = count > b_count ? count - b_count : 0, high = std::min(count, a_count);
  while (low < high) {
    const size_t middle = (low + high) / 2;
    const bool is_before = a[middle] <= b[count - middle - 1];
    (is_before ? low : high) = middle + is_before;
  }
  return low;
}

// A part of two runs that are merged: what is left of each, and where the result goes on.
template <typename Rows>
struct Lane {
  Rows a, b, result;
  size_t i = 0, i_stop, j = 0, j_stop;

  // The next number, without a branch that the processor has to guess.
  void Step() {
    const auto first = a.keys[i], second = b.keys[j];
    const bool is_b = second < first;
    result.keys[i + j] = is_b ? second : first;
    if (result.places) {
      const int32_t at_first = a.places[i], at_second = b.places[j];
      result.places[i + j] = is_b ? at_second : at_first;
    }
    j += is_b, i += !is_b;
  }
  size_t Sure() const { return std::min(i_stop - i, j_stop - j); }  // steps that leave no run
  void Finish() {
    while (i < i_stop && j < j_stop) Step();
    result.From(i + j).Copy(a.From(i), i_stop - i);
    result.From(i_stop + j).Copy(b.From(j), j_stop - j);
  }
};

// Parts of two runs, and of the result that they give.
template <size_t kLanes, typename Rows>
std::array<Lane<Rows>, kLanes> Divided(const SortedRun<Rows>& a, const SortedRun<Rows>& b,
                                       const Rows& result) {
  std::array<Lane<Rows>, kLanes> lanes;
  size_t i = 0, done = 0;
  for (size_t lane = 0; lane < kLanes; ++lane) {
    const size_t stop = (a.count + b.count) * (lane + 1) / kLanes;
    const size_t i_stop = FromFirst(a.rows.keys, a.count, b.rows.keys, b.count, stop);
    lanes[lane] = {a.rows.From(i),
                   b.rows.From(done - i),
                   result.From(done),
                   0,
                   i_stop - i,
                   0,
                   stop - i_stop - (done - i)};
    i = i_stop, done = stop;
  }
  return lanes;
}

#ifdef JPI_HAS_LONG_VECTORS
// Merges two runs of keys in long vectors; false if that is not possible, or one is too short.
template <typename Key, typename Rows>
bool MergeInLongVectors(const SortedRun<Rows>& a, const SortedRun<Rows>& b, const Rows& result,
                        const Coding<Key>& coding) {
  if constexpr (!HasLongVectors<Key>) {
    return false;
  } else {
    static const bool is_possible = __builtin_cpu_supports("avx512f");
    if (!is_possible) return false;
    std::array<VectorLane<Key>, kVectorLanes> lanes;
    size_t k = 0;
    for (const auto& lane : Divided<kVectorLanes>(a, b, result)) {
      if (std::min(lane.i_stop, lane.j_stop) < 2 * VectorLane<Key>::kSize) return false;
      const auto [a_part, b_part, part, i, i_stop, j, j_stop] = lane;
      lanes[k++] = {a_part.keys, a_part.keys + i_stop, b_part.keys, b_part.keys + j_stop,
                    part.keys};
    }
    MergeVectors<Key, kVectorLanes>(lanes, coding);
    return true;
  }
}
#endif

// Merges two runs. The parts of the result are made side by side: a step need not wait for the one
// before it.
template <typename Key, typename Rows>
void Merge(const SortedRun<Rows>& a, const SortedRun<Rows>& b, const Rows& result,
           const Coding<Key>& coding) {
#ifdef JPI_HAS_LONG_VECTORS
  if constexpr (!Rows::kIsPlaced) {
    if (MergeInLongVectors(a, b, result, coding)) return;
  }
#endif
  constexpr size_t kFewSteps = 16;
  std::array<Lane<Rows>, 4> lanes = Divided<4>(a, b, result);
  const auto sure = [&] {
    size_t least = lanes[0].Sure();
    for (const auto& lane : lanes) least = std::min(least, lane.Sure());
    return least;
  };
  for (size_t steps = sure(); steps >= kFewSteps; steps = sure()) {
    auto together = lanes;  // in registers
    for (size_t k = 0; k < steps; ++k) {
      for (auto& lane : together) lane.Step();
    }
    lanes = together;
  }
  for (auto& lane : lanes) lane.Finish();
  coding.Decode(result.keys, a.count + b.count);
}

// How often `MergeRuns` merges neighbours until one run is left.
inline size_t Passes(size_t runs) {
  size_t passes = 0;
  for (; runs > 1; runs = (runs + 1) / 2) ++passes;
  return passes;
}

// Sorts runs into `result`, by merging neighbours, and decodes the keys there. The runs are not
// where the first pass writes: that is the result if the number of passes is odd, and else
// `scratch`.
template <typename Key, typename Rows>
void MergeRuns(std::vector<SortedRun<Rows>> runs, const Rows& result, const Rows& scratch,
               const Coding<Key>& coding) {
  if (runs.size() == 1) {
    const auto& [rows, count] = runs.front();
    if (rows.keys != result.keys) result.Copy(rows, count);
    return coding.Decode(result.keys, count);
  }
  bool is_result = Passes(runs.size()) % 2;
  for (; runs.size() > 1; is_result = !is_result) {
    Rows target = is_result ? result : scratch;
    std::vector<SortedRun<Rows>> merged;
    for (size_t r = 0; r < runs.size(); r += 2) {
      const SortedRun<Rows> a = runs[r];
      const SortedRun<Rows> b = r + 1 < runs.size() ? runs[r + 1] : SortedRun<Rows>{a.rows, 0};
      Merge(a, b, target, runs.size() > 2 ? Coding<Key>() : coding);
      merged.push_back({target, a.count + b.count});
      target = target.From(a.count + b.count);
    }
    runs = std::move(merged);
  }
}

}  // namespace jpi
