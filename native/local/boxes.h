#pragma once

// Copies parts of matrices, which are stored by rows, to adjacent memory and back.

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace jpi {

// Part of a matrix: rows top to bottom, columns left to right.
struct Box {
  int64_t top, bottom, left, right;
  int64_t rows() const { return bottom - top; }
  int64_t columns() const { return right - left; }
};

inline Box BoxAt(const int64_t* boxes, int64_t number) {
  const int64_t* x = boxes + 4 * number;
  return {x[0], x[1], x[2], x[3]};
}

// Parts of every matrix of a batch, in groups. Their order in adjacent memory: one group after the
// other, in each the matrices, and of each matrix the parts.
struct Groups {
  const int64_t* counts;  // the parts of each group
  int64_t groups;
  const int64_t* boxes;
};

// The matrices of a batch, in memory; an element has `size` bytes.
struct Matrices {
  std::byte* bytes;
  int64_t count, rows, width, size;

  std::byte* At(int64_t matrix, int64_t row, int64_t column) const {
    return bytes + ((matrix * rows + row) * width + column) * size;
  }
};

// Calls `copy(flat, row, bytes)` for each row of each part, with its place in adjacent memory and
// in the matrices.
template <typename Copy>
void ForEachRow(const Groups& parts, const Matrices& x, std::byte* flat, Copy copy) {
  const int64_t* boxes = parts.boxes;
  for (int64_t group = 0; group < parts.groups; boxes += 4 * parts.counts[group++]) {
    for (int64_t i = 0; i < x.count; ++i) {
      for (int64_t number = 0; number < parts.counts[group]; ++number) {
        const Box box = BoxAt(boxes, number);
        const int64_t bytes = box.columns() * x.size;
        for (int64_t row = box.top; row < box.bottom; ++row, flat += bytes) {
          copy(flat, x.At(i, row, box.left), bytes);
        }
      }
    }
  }
}

inline void Pack(const Groups& parts, const Matrices& x, std::byte* flat) {
  ForEachRow(parts, x, flat, [](std::byte* to, const std::byte* from, int64_t bytes) {
    std::memcpy(to, from, bytes);
  });
}

// Copies parts of `from` to parts of `to`; `places` has the two of each.
inline void Move(const Matrices& from, const Matrices& to, const int64_t* places, int64_t count) {
  for (int64_t number = 0; number < count; ++number) {
    const Box source = BoxAt(places, 2 * number), target = BoxAt(places, 2 * number + 1);
    for (int64_t i = 0; i < to.count; ++i) {
      for (int64_t row = 0; row < source.rows(); ++row) {
        std::memcpy(to.At(i, target.top + row, target.left),
                    from.At(i, source.top + row, source.left), source.columns() * to.size);
      }
    }
  }
}

inline void Unpack(const Groups& parts, std::byte* flat, const Matrices& x) {
  ForEachRow(parts, x, flat, [](const std::byte* from, std::byte* to, int64_t bytes) {
    std::memcpy(to, from, bytes);
  });
}

}  // namespace jpi
