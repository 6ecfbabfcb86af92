#pragma once

// Messages whose type the sender announces by another message before them, so that the receiver
// can compare it with its array's: MPI compares only the bytes, and not even these if they fit.

#include <cstring>
#include <string>

#include "records/describe.h"
#include "run/run.h"

namespace jpi {

// What is announced: a type in words, which ends with a zero.
struct Announcement {
  char type[128] = {};

  Announcement() = default;
  Announcement(int dtype, Counts shape) { TypeText(dtype, shape).copy(type, sizeof(type) - 1); }
  bool operator==(const Announcement& other) const {
    return std::memcmp(type, other.type, sizeof(type)) == 0;
  }
};

// Runs a message after its announcement. All ranks must do so, or none.
//
// If the types differ, the message is received all the same, as another call would else get it.
template <typename Handle>
int RunAnnounced(const Runtime<Handle>& mpi, const Collective& row, Message& m) {
  const Announcement sent(m.x_dtype, m.x_shape), expected(m.y_dtype, m.y_shape);
  Announcement received;
  int32_t envelope[2] = {};
  Message head = m;
  head.x = &sent;
  head.y = &received;
  head.x_count = head.y_count = sizeof(Announcement);
  head.x_dtype = head.y_dtype = DtypeIndex(ffi::U8);
  head.envelope = m.envelope ? envelope : nullptr;
  Check(Run(mpi, row, head));
  if (!row.receives() || m.y_count == 0) return Run(mpi, row, m);
  m.peers.source = envelope[0];
  m.peers.recvtag = envelope[1];
  if (received == expected) return Run(mpi, row, m);
  try {
    Run(mpi, row, m);
  } catch (const Failure&) {  // of another size
  }
  const std::string type = received.type;
  throw Failure{ffi::ErrorCode::kInvalidArgument, NotLikeMessage(m, type, envelope)};
}

}  // namespace jpi
