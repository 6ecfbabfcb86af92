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
    const Key value = values[i];
    const auto is_before = [&](Key key) { return is_above ? key <= value : key < value; };
    const Key *first = keys + bounds.low[i], *last = keys + bounds.high[i];
    // If values ascend, the place is often near that of the value before it: in steps that double.
    const bool ascends = i > 0 && values[i - 1] <= value && bounds.low[i] == bounds.low[i - 1];
    if (ascends && places[i - 1] <= bounds.high[i]) {
      first = keys + places[i - 1];
      for (std::ptrdiff_t step = 1; step < last - first; step *= 2) {
        if (!is_before(first[step]))
          last = first + step;
        else
          first += step;
      }
    }
    places[i] = static_cast<int32_t>(std::partition_point(first, last, is_before) - keys);
  }
}

}  // namespace jpi
