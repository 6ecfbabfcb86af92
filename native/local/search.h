#pragma once

// Finding places in sorted rows.

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace jpi {

// For each value, the first of the places from low to high with a key of at least the value, or
// above it. The keys between them are sorted; the bounds may be those of a narrower range.
struct Bounds {
  const int32_t* low;
  const int32_t* high;
};

template <typename Key>
void Search(const Key* keys, const Key* values, Bounds bounds, size_t count, bool is_above,
            int32_t* places) {
  for (size_t i = 0; i < count; ++i) {
    const Key *first = keys + bounds.low[i], *last = keys + bounds.high[i];
    const Key* found = is_above ? std::upper_bound(first, last, values[i])
                                : std::lower_bound(first, last, values[i]);
    places[i] = static_cast<int32_t>(found - keys);
  }
}

}  // namespace jpi
