#pragma once

// Parts of buffers as MPI datatypes. MPI_Alltoallw takes one of them for each rank.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "mpi/comms.h"
#include "mpi/counts.h"
#include "mpi/runtime.h"

namespace jpi {

// Part of a buffer: a datatype, a count of it and a byte offset, which both fit an int.
template <typename Handle>
class Block {
 public:
  Block() = default;

  // `count` elements of `size` bytes, from element `offset` on.
  Block(const Runtime<Handle>& mpi, Handle element, int64_t size, int64_t offset, int64_t count,
        int64_t limit)
      : type(element) {
    if (count == 0) return;
    if (count <= limit && offset * size <= limit) {
      this->count = static_cast<int>(count);
      this->offset = static_cast<int>(offset * size);
      return;
    }
    // One element of a datatype that holds blocks of `limit` elements, then the rest.
    Handle full;
    Check(mpi.Type_contiguous(Narrow<int>(limit), element, &full));
    const int lengths[] = {Narrow<int>(count / limit), Narrow<int>(count % limit)};
    const std::ptrdiff_t offsets[] = {offset * size, (offset + count / limit * limit) * size};
    const Handle parts[] = {full, element};
    const int created = mpi.Type_create_struct(2, lengths, offsets, parts, &type);
    Check(mpi.Type_free(&full));
    Check(created);
    mpi_ = &mpi;
    Check(mpi.Type_commit(&type));
    this->count = 1;
  }

  // This block `repeats` times, `stride` bytes apart, as one element of a datatype.
  void Repeat(const Runtime<Handle>& mpi, int64_t repeats, int64_t stride) {
    Handle repeated;
    Check(mpi.Type_create_hvector(Narrow<int>(repeats), count, stride, type, &repeated));
    Replace(mpi, repeated);
  }

  // This block from the byte `start` on.
  void MoveTo(const Runtime<Handle>& mpi, int64_t start, int64_t limit) {
    if (start <= limit) {
      offset = static_cast<int>(start);
      return;
    }
    Handle moved;
    const std::ptrdiff_t offsets[] = {start};
    Check(mpi.Type_create_struct(1, &count, offsets, &type, &moved));
    Replace(mpi, moved);
  }

  Block(Block&& other) noexcept
      : count(other.count),
        offset(other.offset),
        type(other.type),
        mpi_(std::exchange(other.mpi_, nullptr)) {}

  ~Block() { Free(); }

  int count = 0;
  int offset = 0;
  Handle type;

 private:
  void Replace(const Runtime<Handle>& mpi, Handle derived) {
    Free();
    mpi_ = &mpi;
    type = derived;
    count = 1;
    Check(mpi.Type_commit(&type));
  }

  void Free() {
    if (mpi_ != nullptr) mpi_->Type_free(&type);
  }

  const Runtime<Handle>* mpi_ = nullptr;  // set if this block must free `type`
};

// One side of MPI_Alltoallw: a block for each rank, at first empty.
template <typename Handle>
class Side {
 public:
  Side(int size, Handle element) : counts(size), offsets(size), types(size, element) {}

  void Set(int rank, Block<Handle> block) {
    counts[rank] = block.count;
    offsets[rank] = block.offset;
    types[rank] = block.type;
    blocks_.push_back(std::move(block));
  }

  std::vector<int> counts;
  std::vector<int> offsets;
  std::vector<Handle> types;

 private:
  std::vector<Block<Handle>> blocks_;
};

template <typename Handle>
int CallAlltoallw(const Runtime<Handle>& mpi, const void* x, const Side<Handle>& send, void* y,
                  const Side<Handle>& recv, const Comm& comm) {
  return mpi.Alltoallw(x, send.counts.data(), send.offsets.data(), send.types.data(), y,
                       recv.counts.data(), recv.offsets.data(), recv.types.data(),
                       ToHandle<Handle>(comm.handle));
}

}  // namespace jpi
