#pragma once

// Rows that go where the data says: each rank names, for any number of rows, the rank that holds
// each of them and its place in that rank's block. How many go between two ranks is found as it
// runs: one small exchange of counts, one of the places, one of the rows.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include "run/combine.h"
#include "run/pages.h"
#include "table/message.h"

namespace jpi {

// Memory that nothing has written to.
class Scratch {
 public:
  explicit Scratch(int64_t bytes) : data_(new std::byte[bytes]) {
    AdviseHugePages(data_.get(), bytes);
  }

  std::byte* bytes() const { return data_.get(); }
  int32_t* numbers() const { return reinterpret_cast<int32_t*>(data_.get()); }

 private:
  std::unique_ptr<std::byte[]> data_;
};

// Elements for each rank, one block after the other.
struct PerRank {
  explicit PerRank(int size) : counts(size), starts(size + 1) {}

  void Accumulate() {
    for (size_t i = 0; i < counts.size(); ++i) starts[i + 1] = starts[i] + counts[i];
  }
  int64_t total() const { return starts.back(); }

  std::vector<int64_t> counts;
  std::vector<int64_t> starts;
};

// Runs the row of the table with this name on part of what a call does.
using RunPart = std::function<void(const char* name, const Message& part)>;

// A block of `sent` items for each rank, in exchange for one of `received` items from each.
inline void ExchangeItems(const Message& m, int dtype, int64_t item, const void* x,
                          const PerRank& sent, void* y, const PerRank& received, const char* name,
                          const RunPart& run) {
  std::vector<int64_t> send(sent.counts), recv(received.counts);
  for (int64_t& n : send) n *= item;
  for (int64_t& n : recv) n *= item;
  Message part = m;
  part.x = x;
  part.y = y;
  part.x_dtype = part.y_dtype = dtype;
  part.send = Counts(send.data(), send.size());
  part.recv = Counts(recv.data(), recv.size());
  part.x_count = Total(part.send);
  part.y_count = Total(part.recv);
  run(name, part);
}

// A rank's block as rows.
struct Rows {
  explicit Rows(const Message& m) : count(m.x_shape[0]) {
    for (size_t dim = 1; dim < m.x_shape.size(); ++dim) length *= m.x_shape[dim];
    bytes = length * m.item_size();
  }

  int64_t count;
  int64_t length = 1;  // elements in a row
  int64_t bytes;       // of a row
};

// The rows that this rank names, and those of its own that any rank names.
class Routes {
 public:
  Routes(const Message& m, const RunPart& run)
      : out(m.comm->size), in(m.comm->size), m_(m), run_(run), lengths_(m.comm->size) {
    PerRank written = Count();
    Meet(written);
    places_ = std::make_unique<Scratch>(lengths_.total() * sizeof(int32_t));
    const Scratch places(written.total() * sizeof(int32_t));
    Write(written, places.numbers());
    ExchangeItems(m_, DtypeIndex(ffi::S32), 1, places.bytes(), written, places_->bytes(), lengths_,
                  "alltoallv", run_);
  }

  // Calls visit(before, first, count, after) for each run of adjacent places that `rank` named:
  // `count` rows from `first` on, between places that lie outside of the block.
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

  // Calls visit(k, i) for each row k that has an owner: it is row i in the order of the owners.
  template <typename Function>
  void ForEachOut(Function visit) const {
    std::vector<int64_t> next = out.starts;
    for (int64_t k = 0; k < m_.named.count; ++k) {
      const int32_t owner = m_.named.owner[k];
      if (IsRank(owner)) visit(k, next[owner]++);
    }
  }

  PerRank out;              // rows that this rank named, by their owners
  PerRank in;               // rows of this rank's block, by the rank that named them
  bool is_in_order = true;  // every row has an owner, and the owners ascend

 private:
  bool IsRank(int32_t owner) const { return owner >= 0 && owner < m_.comm->size; }

  // Counts the rows by their owners. Gives the numbers in which their places are written: pairs
  // (first, count) of adjacent ones where that is shorter, else all. Numbers as many as the rows
  // are of the second kind.
  PerRank Count() {
    PerRank written(m_.comm->size);
    std::vector<int64_t> next(m_.comm->size, -1);
    int32_t last = 0;
    for (int64_t k = 0; k < m_.named.count; ++k) {
      const int32_t owner = m_.named.owner[k];
      is_in_order = is_in_order && owner >= last && IsRank(owner);
      if (!IsRank(owner)) continue;
      last = owner;
      const int64_t place = m_.named.place[k];
      if (out.counts[owner]++ == 0 || place != next[owner]) written.counts[owner] += 2;
      next[owner] = place + 1;
    }
    for (size_t i = 0; i < out.counts.size(); ++i) {
      written.counts[i] = std::min(written.counts[i], out.counts[i]);
    }
    return written;
  }

  void Meet(PerRank& written) {
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

  void Write(const PerRank& written, int32_t* to) const {
    std::vector<int64_t> end = written.starts, next(m_.comm->size, -1);
    for (int64_t k = 0; k < m_.named.count; ++k) {
      const int32_t owner = m_.named.owner[k], place = m_.named.place[k];
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
  const RunPart& run_;
  PerRank lengths_;  // numbers in which each rank wrote the places
  std::unique_ptr<Scratch> places_;
};

inline int64_t Leaving(const Message& m, const PerRank& sent, const Rows& rows) {
  return (sent.total() - sent.counts[m.comm->rank]) * rows.length;
}

// y[k] is row place[k] of the x of rank owner[k], or zeros where there is none. Gives the elements
// that left this rank.
inline int64_t Fetch(const Message& m, const RunPart& run) {
  const Rows rows(m);
  const Routes routes(m, run);
  const auto* x = static_cast<const std::byte*>(m.x);
  auto* y = static_cast<std::byte*>(m.y);
  const Scratch replies(routes.in.total() * rows.bytes);
  std::byte* end = replies.bytes();
  const auto put_zeros = [&](int64_t count) {
    std::memset(end, 0, count * rows.bytes);
    end += count * rows.bytes;
  };
  for (int rank = 0; rank < m.comm->size; ++rank) {
    routes.ForEachFrom(rank, rows,
                       [&](int64_t before, int64_t first, int64_t count, int64_t after) {
                         put_zeros(before);
                         std::memcpy(end, x + first * rows.bytes, count * rows.bytes);
                         end += count * rows.bytes;
                         put_zeros(after);
                       });
  }
  const auto receive = [&](std::byte* to) {
    ExchangeItems(m, m.x_dtype, rows.length, replies.bytes(), routes.in, to, routes.out,
                  "alltoallv", run);
  };
  if (routes.is_in_order) {
    receive(y);
  } else {
    const Scratch answers(routes.out.total() * rows.bytes);
    receive(answers.bytes());
    std::memset(y, 0, m.y_count * m.item_size());
    routes.ForEachOut([&](int64_t k, int64_t i) {
      std::memcpy(y + k * rows.bytes, answers.bytes() + i * rows.bytes, rows.bytes);
    });
  }
  return Leaving(m, routes.in, rows);
}

// y is x, after row k of those named has met row place[k] of the y of rank owner[k], in the order
// of the ranks and then of k. Gives the elements that left this rank.
inline int64_t Deliver(const Message& m, bool combines, const RunPart& run) {
  const Rows rows(m);
  const Routes routes(m, run);
  auto* y = static_cast<std::byte*>(m.y);
  if (m.x != m.y) std::memcpy(y, m.x, m.x_count * m.item_size());
  const auto* from = static_cast<const std::byte*>(m.named.rows);
  const Scratch packed(routes.is_in_order ? 0 : routes.out.total() * rows.bytes);
  if (!routes.is_in_order) {
    routes.ForEachOut([&](int64_t k, int64_t i) {
      std::memcpy(packed.bytes() + i * rows.bytes, from + k * rows.bytes, rows.bytes);
    });
    from = packed.bytes();
  }
  const Scratch received(routes.in.total() * rows.bytes);
  ExchangeItems(m, m.x_dtype, rows.length, from, routes.out, received.bytes(), routes.in,
                "alltoallv", run);
  std::byte* next = received.bytes();
  const Combine combine = combines ? CombineOf(kDtypes[m.x_dtype].id, m.op) : nullptr;
  for (int rank = 0; rank < m.comm->size; ++rank) {
    routes.ForEachFrom(rank, rows,
                       [&](int64_t before, int64_t first, int64_t count, int64_t after) {
                         next += before * rows.bytes;
                         std::byte* to = y + first * rows.bytes;
                         if (combine == nullptr) {
                           std::memcpy(to, next, count * rows.bytes);
                         } else {
                           int64_t length = count * rows.length;
                           combine(next, to, &length, nullptr);
                         }
                         next += (count + after) * rows.bytes;
                       });
  }
  return Leaving(m, routes.out, rows);
}

// y is the rows that the ranks send here, in their order: each sends the first rows of its x to the
// first rank, as many as it says, the next to the second. Gives the elements that left this rank.
inline int64_t Exchange(const Message& m, const RunPart& run) {
  const Rows rows(m);
  PerRank sent(m.comm->size), received(m.comm->size), one(m.comm->size);
  for (int rank = 0; rank < m.comm->size; ++rank) {
    sent.counts[rank] = m.named.owner[rank];
    one.counts[rank] = 1;
    Require(sent.counts[rank] >= 0, "`counts` must be from 0 on; got ", sent.counts[rank],
            " for rank ", rank, ". Pass how many rows go to each.");
  }
  ExchangeItems(m, DtypeIndex(ffi::S64), 1, sent.counts.data(), one, received.counts.data(), one,
                "alltoall", run);
  sent.Accumulate();
  received.Accumulate();
  Require(sent.total() <= rows.count, "`counts` must not exceed the rows of `x`, ", rows.count,
          "; got ", sent.total(), " in all. Pass how many of them go to each rank.");
  Require(received.total() * rows.length == m.y_count, "`y` must have ",
          received.total() * rows.length, " elements, as many as arrive; got ", m.y_count,
          ". Make the counts of all ranks agree with the shapes of the results.");
  ExchangeItems(m, m.x_dtype, rows.length, m.x, sent, m.y, received, "alltoallv", run);
  return Leaving(m, sent, rows);
}

}  // namespace jpi
