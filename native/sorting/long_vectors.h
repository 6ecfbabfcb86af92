#pragma once

// Merging two runs of keys in vectors of 64 bytes, where the processor has them.
//
// Source: Batcher, Sorting networks and their applications, AFIPS (1968): the bitonic merger; Inoue
// et al., AA-sort, PACT (2007): long runs, a vector after the other.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "sorting/keys.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define JPI_HAS_LONG_VECTORS
#include <immintrin.h>
#if !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // in functions of the compiler's header
#endif
#endif

namespace jpi {

#ifdef JPI_HAS_LONG_VECTORS
#define JPI_LONG_VECTORS __attribute__((target("avx512f"), always_inline)) inline

// The smaller and the larger of two vectors' keys, in all places, and in those of a mask alone.
template <typename Key>
struct Compare;

template <typename Key>
constexpr bool HasLongVectors = sizeof(Key) >= 4;

constexpr size_t kVectorLanes = 2;  // parts that are merged side by side

// The larger of the keys of two vectors in the places of a mask, and the smaller in the others.
template <typename Key>
JPI_LONG_VECTORS __m512i Exchange(__m512i x, __m512i other, unsigned mask) {
  return Compare<Key>::Max(Compare<Key>::Min(x, other), mask, x, other);
}

template <>
struct Compare<uint32_t> {
  JPI_LONG_VECTORS static __m512i Min(__m512i a, __m512i b) { return _mm512_min_epu32(a, b); }
  JPI_LONG_VECTORS static __m512i Max(__m512i a, __m512i b) { return _mm512_max_epu32(a, b); }
  JPI_LONG_VECTORS static __m512i Max(__m512i rest, unsigned mask, __m512i a, __m512i b) {
    return _mm512_mask_max_epu32(rest, static_cast<__mmask16>(mask), a, b);
  }
  JPI_LONG_VECTORS static __m512i Reversed(__m512i x) {
    return _mm512_permutexvar_epi32(
        _mm512_set_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), x);
  }
  // A bitonic vector, sorted.
  JPI_LONG_VECTORS static __m512i Sorted(__m512i x) {
    x = Exchange<uint32_t>(x, _mm512_shuffle_i64x2(x, x, 0x4E), 0xFF00);
    x = Exchange<uint32_t>(x, _mm512_shuffle_i64x2(x, x, 0xB1), 0xF0F0);
    x = Exchange<uint32_t>(x, _mm512_shuffle_epi32(x, _MM_PERM_BADC), 0xCCCC);
    return Exchange<uint32_t>(x, _mm512_shuffle_epi32(x, _MM_PERM_CDAB), 0xAAAA);
  }
};

template <>
struct Compare<uint64_t> {
  JPI_LONG_VECTORS static __m512i Min(__m512i a, __m512i b) { return _mm512_min_epu64(a, b); }
  JPI_LONG_VECTORS static __m512i Max(__m512i a, __m512i b) { return _mm512_max_epu64(a, b); }
  JPI_LONG_VECTORS static __m512i Max(__m512i rest, unsigned mask, __m512i a, __m512i b) {
    return _mm512_mask_max_epu64(rest, static_cast<__mmask8>(mask), a, b);
  }
  JPI_LONG_VECTORS static __m512i Reversed(__m512i x) {
    return _mm512_permutexvar_epi64(_mm512_set_epi64(0, 1, 2, 3, 4, 5, 6, 7), x);
  }
  JPI_LONG_VECTORS static __m512i Sorted(__m512i x) {
    x = Exchange<uint64_t>(x, _mm512_shuffle_i64x2(x, x, 0x4E), 0xF0);
    x = Exchange<uint64_t>(x, _mm512_shuffle_i64x2(x, x, 0xB1), 0xCC);
    return Exchange<uint64_t>(x, _mm512_shuffle_epi32(x, _MM_PERM_BADC), 0xAA);
  }
};

// A part of two runs that are merged: what is left of each, and where the result goes on. The
// largest keys read so far wait in a vector.
template <typename Key>
struct VectorLane {
  static constexpr size_t kSize = 64 / sizeof(Key);

  const Key *a, *a_stop, *b, *b_stop;
  Key* result;

  size_t Sure() const {  // steps that leave a vector in both runs
    return static_cast<size_t>(std::min(a_stop - a, b_stop - b)) / kSize;
  }
  JPI_LONG_VECTORS __m512i Next() {  // the vector with the smallest key, without a branch
    const bool is_b = *b < *a;
    const Key* next = is_b ? b : a;
    a += is_b ? 0 : kSize, b += is_b ? kSize : 0;
    return _mm512_loadu_si512(next);
  }
  JPI_LONG_VECTORS __m512i Step(__m512i waiting) {
    const __m512i next = Compare<Key>::Reversed(Next());
    const __m512i low = Compare<Key>::Min(waiting, next);
    _mm512_storeu_si512(result, Compare<Key>::Sorted(low));
    result += kSize;
    return Compare<Key>::Sorted(Compare<Key>::Max(waiting, next));
  }
  // One run has less than a vector left. It is merged with what waits, and this with the other.
  // Returns the end of the result.
  JPI_LONG_VECTORS Key* Finish(__m512i waiting) {
    std::array<Key, kSize> kept;
    std::array<Key, 2 * kSize> merged;
    _mm512_storeu_si512(kept.data(), waiting);
    const bool is_a = a_stop - a < b_stop - b;
    const Key *few = is_a ? a : b, *few_stop = is_a ? a_stop : b_stop;
    const Key *more = is_a ? b : a, *more_stop = is_a ? b_stop : a_stop;
    const auto stop = std::merge(kept.begin(), kept.end(), few, few_stop, merged.begin());
    return std::merge(merged.begin(), stop, more, more_stop, result);
  }
};

// Merges parts of two runs, each at least two vectors long, and decodes the keys of the result
// while they are in the cache.
template <typename Key, size_t kLanes>
__attribute__((target("avx512f"))) void MergeVectors(std::array<VectorLane<Key>, kLanes> lanes,
                                                     const Coding<Key>& coding) {
  constexpr size_t kMostSteps = 64;
  __m512i waiting[kLanes];
  for (size_t k = 0; k < kLanes; ++k) waiting[k] = lanes[k].Next();
  while (true) {
    size_t steps = kMostSteps;
    for (const auto& lane : lanes) steps = std::min(steps, lane.Sure());
    if (!steps) break;
    for (size_t step = 0; step < steps; ++step) {
      for (size_t k = 0; k < kLanes; ++k) waiting[k] = lanes[k].Step(waiting[k]);
    }
    const size_t done = steps * VectorLane<Key>::kSize;
    for (const auto& lane : lanes) coding.Decode(lane.result - done, done);
  }
  for (size_t k = 0; k < kLanes; ++k) {
    Key* const start = lanes[k].result;
    while (lanes[k].Sure()) waiting[k] = lanes[k].Step(waiting[k]);
    coding.Decode(start, lanes[k].Finish(waiting[k]) - start);
  }
}
#endif

}  // namespace jpi

#if defined(JPI_HAS_LONG_VECTORS) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
