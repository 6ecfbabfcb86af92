#pragma once

// Moves rows between ranks as the data says. A rank names any number of rows; a name is the rank
// that owns the row and the place of the row in its block. The ranks learn how many rows move only
// when the call runs: they exchange counts, then places, then rows.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "run/combine.h"
#include "run/routes.h"
#include "sorting/merge.h"

namespace jpi {

inline int64_t Leaving(const Message& m, const PerRank& sent, const Rows& rows) {
  return (sent.total() - sent.counts[m.comm->rank]) * rows.length;
}

// Sets y[k] to row place[k] of the x of rank owner[k], or to zeros if there is no such row. Returns
// how many elements left this rank.
inline int64_t Fetch(const Message& m, const RunStep& run) {
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

// Copies x to y, then applies row k of the new rows to row place[k] of the y of rank owner[k]. The
// order is that of the ranks, then that of k. Returns how many elements left this rank.
inline int64_t Deliver(const Message& m, bool combines, const RunStep& run) {
  const Rows rows(m);
  const Routes routes(m, run);
  auto* y = static_cast<std::byte*>(m.y);
  if (m.x != m.y) std::memcpy(y, m.x, m.x_count * m.item_size());
  const auto* from = static_cast<const std::byte*>(m.routed.rows);
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

// How many rows this rank sends to each rank, as the call's `counts` say, and receives from it.
struct Traffic {
  Traffic(const Message& m, const Rows& rows, const RunStep& run)
      : sent(m.comm->size), received(m.comm->size) {
    PerRank one(m.comm->size);
    for (int rank = 0; rank < m.comm->size; ++rank) {
      sent.counts[rank] = m.routed.counts[rank];
      one.counts[rank] = 1;
      Require(sent.counts[rank] >= 0, "`counts` must be 0 or more; got ", sent.counts[rank],
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
  }

  PerRank sent, received;
};

// Sends the first rows of x to the first rank, the next rows to the second rank, and so on;
// `counts` says how many each rank gets. Fills y with the rows that the ranks send here, in the
// order of the ranks. Returns how many elements left this rank.
inline int64_t Exchange(const Message& m, const RunStep& run) {
  const Rows rows(m);
  const Traffic traffic(m, rows, run);
  ExchangeItems(m, m.x_dtype, rows.length, m.x, traffic.sent, m.y, traffic.received, "alltoallv",
                run);
  return Leaving(m, traffic.sent, rows);
}

// The same for x that is sorted: y is sorted too, or has the numbers of these keys. What stays on
// this rank is merged from where it is.
template <typename Key>
int64_t MergeKeys(const Message& m, const RunStep& run) {
  const Rows rows(m);
  Traffic traffic(m, rows, run);
  const int64_t leaving = Leaving(m, traffic.sent, rows);
  const int own = m.comm->rank;
  Message others = m;
  others.kept = std::exchange(traffic.sent.counts[own], 0);
  traffic.received.counts[own] = 0;
  traffic.received.Accumulate();
  const Scratch received(traffic.received.total() * sizeof(Key)), scratch(m.y_count * sizeof(Key));
  ExchangeItems(others, m.x_dtype, 1, m.x, traffic.sent, received.bytes(), traffic.received,
                "alltoallv", run);
  using Keys = Numbers<Key, false>;
  const auto keys = [](const void* from, int64_t start) {
    return Keys{static_cast<Key*>(const_cast<void*>(from)) + start, nullptr};
  };
  std::vector<SortedRun<Keys>> runs;
  const auto add = [&](const Keys& run, int64_t count) {
    if (count) runs.push_back({run, static_cast<size_t>(count)});
  };
  for (int rank = 0; rank < m.comm->size; ++rank) {
    add(keys(received.bytes(), traffic.received.starts[rank]), traffic.received.counts[rank]);
  }
  add(keys(m.x, traffic.sent.starts[own]), others.kept);
  // The runs are neither in y nor in `scratch`, where the first pass writes.
  MergeRuns(std::move(runs), keys(m.y, 0), keys(scratch.bytes(), 0),
            Coding<Key>(kDtypes[m.y_dtype].id));
  return leaving;
}

inline int64_t ExchangeSorted(const Message& m, const RunStep& run) {
  switch (m.item_size()) {
    case 1:
      return MergeKeys<uint8_t>(m, run);
    case 2:
      return MergeKeys<uint16_t>(m, run);
    case 4:
      return MergeKeys<uint32_t>(m, run);
    default:
      return MergeKeys<uint64_t>(m, run);
  }
}

}  // namespace jpi
