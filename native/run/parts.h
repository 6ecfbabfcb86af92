#pragma once

// Sends and receives parts of arrays in one MPI_Alltoallw. A datatype for each part receives it
// directly at its place in the array.

#include <cstddef>
#include <cstring>
#include <memory>
#include <vector>

#include "run/datatypes.h"
#include "run/pages.h"
#include "table/message.h"

namespace jpi {

// A box of a row-major array, as a run of adjacent elements that repeats along outer dimensions.
struct Runs {
  struct Repeat {
    int64_t count;
    int64_t stride;  // in elements
  };

  // `box` has a start and a size for each dimension of `shape`.
  Runs(Counts shape, const int64_t* box) {
    int64_t stride = 1;
    for (size_t dim = shape.size(); dim-- > 0; stride *= shape[dim]) {
      const int64_t start = box[2 * dim], count = box[2 * dim + 1];
      offset += start * stride;
      if (repeats.empty() && length == stride) {
        length *= count;
      } else if (!repeats.empty() && repeats.back().count * repeats.back().stride == stride) {
        repeats.back().count *= count;
      } else if (count != 1) {
        repeats.push_back({count, stride});
      }
      total *= count;
    }
  }

  // `count` adjacent elements from `offset` on.
  Runs(int64_t offset, int64_t count) : offset(offset), length(count), total(count) {}

  bool is_scattered() const { return total > 0 && !repeats.empty(); }

  int64_t offset = 0;
  int64_t length = 1;
  int64_t total = 1;
  std::vector<Repeat> repeats;  // the innermost first
};

// A part of an array, and the rank that it goes to or comes from.
struct Part {
  int rank;
  Runs runs;
};

// The parts of an array of this shape, from the numbers of each: its rank, then its box.
inline std::vector<Part> PartsOf(Counts shape, Counts numbers) {
  const size_t each = 1 + 2 * shape.size();
  std::vector<Part> parts;
  parts.reserve(numbers.size() / each);
  for (const int64_t* part = numbers.begin(); part != numbers.end(); part += each) {
    parts.push_back({static_cast<int>(part[0]), Runs(shape, part + 1)});
  }
  return parts;
}

// How many elements this rank sends to other ranks. An element counts once for each receiver.
inline int64_t LeavingParts(const Message& m) {
  int64_t count = 0;
  for (const Part& part : PartsOf(m.x_shape, m.send)) {
    if (part.rank != m.comm->rank) count += part.runs.total;
  }
  return count;
}

template <typename Handle>
Block<Handle> PartOf(const Runtime<Handle>& mpi, int dtype, const Runs& runs, int64_t limit) {
  const int64_t size = kDtypes[dtype].size;
  if (!runs.is_scattered()) {
    return Block<Handle>(mpi, mpi.types[dtype], size, runs.offset, runs.total, limit);
  }
  Block<Handle> part(mpi, mpi.types[dtype], size, 0, runs.length, limit);
  for (const Runs::Repeat& repeat : runs.repeats) {
    part.Repeat(mpi, repeat.count, repeat.stride * size);
  }
  part.MoveTo(mpi, runs.offset * size, limit);
  return part;
}

// Copies a part of the array at `x` to adjacent elements at `to`; returns the end of the copy.
inline std::byte* Pack(const std::byte* x, const Runs& runs, size_t depth, int64_t size,
                       std::byte* to) {
  if (depth == 0) {
    std::memcpy(to, x, runs.length * size);
    return to + runs.length * size;
  }
  const Runs::Repeat& repeat = runs.repeats[depth - 1];
  for (int64_t i = 0; i < repeat.count; ++i) {
    to = Pack(x + i * repeat.stride * size, runs, depth - 1, size, to);
  }
  return to;
}

// The parts that one rank sends and receives, and the buffer from which it sends.
class Parts {
 public:
  explicit Parts(const Message& m)
      : x(m.x), sends(PartsOf(m.x_shape, m.send)), receives(PartsOf(m.y_shape, m.recv)) {
    bool is_scattered = false;
    for (const Part& part : sends) {
      is_scattered |= part.rank != m.comm->rank && part.runs.is_scattered();
    }
    if (is_scattered) PackAll(m);
  }

  const void* x;
  std::vector<Part> sends;
  std::vector<Part> receives;

 private:
  // Packs the parts before they are sent: MPICH sends scattered elements at half this speed. Copies
  // the part that stays on this rank directly to its place, if that is one run of elements.
  void PackAll(const Message& m) {
    const int64_t size = m.item_size();
    const auto* from = static_cast<const std::byte*>(m.x);
    Part* own = Find(receives, m.comm->rank);
    Part* kept = Find(sends, m.comm->rank);
    if (own && kept && !own->runs.is_scattered()) {
      if (own->runs.total > 0) {
        Pack(from + kept->runs.offset * size, kept->runs, kept->runs.repeats.size(), size,
             static_cast<std::byte*>(m.y) + own->runs.offset * size);
      }
      own->runs = kept->runs = Runs(0, 0);
    }
    int64_t bytes = 0;
    for (const Part& part : sends) bytes += part.runs.total * size;
    packed_.reset(new std::byte[bytes]);
    AdviseHugePages(packed_.get(), bytes);
    std::byte* end = packed_.get();
    for (Part& part : sends) {
      Runs& runs = part.runs;
      const int64_t offset = (end - packed_.get()) / size;
      if (runs.total > 0) {
        end = Pack(from + runs.offset * size, runs, runs.repeats.size(), size, end);
      }
      runs = Runs(offset, runs.total);
    }
    x = packed_.get();
  }

  static Part* Find(std::vector<Part>& parts, int rank) {
    for (Part& part : parts) {
      if (part.rank == rank) return &part;
    }
    return nullptr;
  }

  std::unique_ptr<std::byte[]> packed_;
};

template <typename Handle>
int ExchangeParts(const Runtime<Handle>& mpi, const Message& m, int64_t limit) {
  const Parts parts(m);
  Side<Handle> send(m.comm->size, mpi.types[m.x_dtype]);
  Side<Handle> recv(m.comm->size, mpi.types[m.y_dtype]);
  for (const Part& part : parts.sends) {
    send.Set(part.rank, PartOf(mpi, m.x_dtype, part.runs, limit));
  }
  for (const Part& part : parts.receives) {
    recv.Set(part.rank, PartOf(mpi, m.y_dtype, part.runs, limit));
  }
  return CallAlltoallw(mpi, parts.x, send, m.y, recv, *m.comm);
}

}  // namespace jpi
