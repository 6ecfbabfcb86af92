#pragma once

// Which rows this rank needs from each rank, and which of its rows each rank needs.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "run/pages.h"
#include "run/steps.h"

namespace jpi {

// The rows of a rank's block.
struct Rows {
  explicit Rows(const Message& m) : count(m.x_shape[0]) {
    for (size_t dim = 1; dim < m.x_shape.size(); ++dim) length *= m.x_shape[dim];
    bytes = length * m.item_size();
  }

  int64_t count;
  int64_t length = 1;  // elements in a row
  int64_t bytes;       // of a row
};

// The rows that this rank names, and the rows of its own block that the ranks name.
class Routes {
 public:
  Routes(const Message& m, const RunStep& run)
      : out(m.comm->size), in(m.comm->size), m_(m), run_(run), lengths_(m.comm->size) {
    PerRank written = Count();
    ExchangeCounts(written);
    places_ = std::make_unique<Scratch>(lengths_.total() * sizeof(int32_t));
    const Scratch places(written.total() * sizeof(int32_t));
    Write(written, places.numbers());
    ExchangeItems(m_, DtypeIndex(ffi::S32), 1, places.bytes(), written, places_->bytes(), lengths_,
                  "alltoallv", run_);
  }

  // Calls visit(before, first, count, after) for each run of adjacent places that `rank` named:
  // `count` rows of the block from `first` on; `before` places before them and `after` places after
  // them are outside the block.
  template <typename Function>
  void ForEachFrom(int rank, const Rows& rows, Function visit) const {
    ForEachRun(rank, [&](int64_t first, int64_t count) {
      const int64_t start = std::clamp(first, int64_t{0}, rows.count);
      const int64_t stop = std::clamp(first + count, int64_t{0}, rows.count);
      const int64_t before = std::min(start - first, count);
      visit(first < 0 ? before : 0, start, stop - start,
            count - (stop - start) - (first < 0 ? before : 0));
    });
  }

  // Calls visit(k, i) for each row k that has an owner; i is its position in the order of owners.
  template <typename Function>
  void ForEachOut(Function visit) const {
    std::vector<int64_t> next = out.starts;
    for (int64_t k = 0; k < m_.routed.count; ++k) {
      const int32_t owner = m_.routed.owner[k];
      if (IsRank(owner)) visit(k, next[owner]++);
    }
  }

  PerRank out;              // rows that this rank named, by their owners
  PerRank in;               // rows of this rank's block, by the rank that named them
  bool is_in_order = true;  // every row has an owner, and the owners ascend

 private:
  bool IsRank(int32_t owner) const { return owner >= 0 && owner < m_.comm->size; }

  // Counts the rows for each owner. Returns how many numbers describe their places: pairs
  // (first, count) of adjacent places if that is shorter, else each place. As many numbers as rows
  // always mean each place.
  PerRank Count() {
    PerRank written(m_.comm->size);
    std::vector<int64_t> next(m_.comm->size, -1);
    int32_t last = 0;
    for (int64_t k = 0; k < m_.routed.count; ++k) {
      const int32_t owner = m_.routed.owner[k];
      is_in_order = is_in_order && owner >= last && IsRank(owner);
      if (!IsRank(owner)) continue;
      last = owner;
      const int64_t place = m_.routed.place[k];
      if (out.counts[owner]++ == 0 || place != next[owner]) written.counts[owner] += 2;
      next[owner] = place + 1;
    }
    for (size_t i = 0; i < out.counts.size(); ++i) {
      written.counts[i] = std::min(written.counts[i], out.counts[i]);
    }
    return written;
  }

  // Sends the counts of rows and of numbers to the owners.
  void ExchangeCounts(PerRank& written) {
    const int size = m_.comm->size;
    PerRank one(size);
    std::vector<int64_t> mine, theirs(2 * size);
    for (int rank = 0; rank < size; ++rank) {
      one.counts[rank] = 1;
      mine.insert(mine.end(), {out.counts[rank], written.counts[rank]});
    }
    ExchangeItems(m_, DtypeIndex(ffi::S64), 2, mine.data(), one, theirs.data(), one, "alltoall",
                  run_);
    for (int rank = 0; rank < size; ++rank) {
      in.counts[rank] = theirs[2 * rank];
      lengths_.counts[rank] = theirs[2 * rank + 1];
    }
    for (PerRank* ranks : {&out, &in, &written, &lengths_}) ranks->Accumulate();
  }

  // Writes the numbers that describe the places.
  void Write(const PerRank& written, int32_t* to) const {
    std::vector<int64_t> end = written.starts, next(m_.comm->size, -1);
    for (int64_t k = 0; k < m_.routed.count; ++k) {
      const int32_t owner = m_.routed.owner[k], place = m_.routed.place[k];
      if (!IsRank(owner)) continue;
      if (written.counts[owner] == out.counts[owner]) {
        to[end[owner]++] = place;
      } else if (end[owner] > written.starts[owner] && place == next[owner]) {
        ++to[end[owner] - 1];
      } else {
        to[end[owner]++] = place;
        to[end[owner]++] = 1;
      }
      next[owner] = int64_t{place} + 1;
    }
  }

  template <typename Function>
  void ForEachRun(int rank, Function visit) const {
    const int32_t* from = places_->numbers() + lengths_.starts[rank];
    const int64_t length = lengths_.counts[rank];
    if (length == in.counts[rank]) {
      for (int64_t i = 0; i < length; ++i) visit(from[i], 1);
    } else {
      for (int64_t i = 0; i < length; i += 2) visit(from[i], from[i + 1]);
    }
  }

  const Message& m_;
  const RunStep& run_;
  PerRank lengths_;  // how many numbers each rank sent
  std::unique_ptr<Scratch> places_;
};

}  // namespace jpi
