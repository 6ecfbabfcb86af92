#pragma once

// Parts of a call that consists of several calls of other rows of the table.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "table/message.h"

namespace jpi {

// How many items each rank sends or receives, and where its block of items starts.
struct PerRank {
  explicit PerRank(int size) : counts(size), starts(size + 1) {}

  void Accumulate() {
    for (size_t i = 0; i < counts.size(); ++i) starts[i + 1] = starts[i] + counts[i];
  }
  int64_t total() const { return starts.back(); }

  std::vector<int64_t> counts;
  std::vector<int64_t> starts;
};

// Runs the row of the table with this name, as one step of a call.
using RunStep = std::function<void(const char* name, const Message& part)>;

// Sends a block of items to each rank and receives one from each. An item is
// `length` elements; m.kept elements of x do not move.
inline void ExchangeItems(const Message& m, int dtype, int64_t length, const void* x,
                          const PerRank& sent, void* y, const PerRank& received, const char* name,
                          const RunStep& run) {
  std::vector<int64_t> send(sent.counts), recv(received.counts);
  for (int64_t& n : send) n *= length;
  for (int64_t& n : recv) n *= length;
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
