#pragma once

// A call that consists of several calls of other rows of the table.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "table/message.h"

namespace jpi {

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
using RunStep = std::function<void(const char* name, const Message& part)>;

// A block of `sent` items for each rank, in exchange for one of `received` items from each.
inline void ExchangeItems(const Message& m, int dtype, int64_t item, const void* x,
                          const PerRank& sent, void* y, const PerRank& received, const char* name,
                          const RunStep& run) {
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

}  // namespace jpi
