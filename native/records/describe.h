#pragma once

// Describes a call in words, for errors and reports.

#include <algorithm>
#include <cstddef>
#include <string>

#include "records/calls.h"
#include "table/row.h"

namespace jpi {

// Fills a record with the call of a row on a message.
inline void Fill(const Collective& row, const Message& m, CallRecord& call) {
  // If x has no elements on this rank, y describes the call better.
  const bool is_y = m.x_count == 0 || row.x == Extent::kNone;
  const bool is_empty = row.x == Extent::kNone && row.y == Extent::kNone;
  call.name = row.name;
  call.op = row.reduces ? OpName(m.op) : "";
  call.dtype = is_empty ? "" : kDtypes[is_y ? m.y_dtype : m.x_dtype].name;
  call.count = is_y ? m.y_count : m.x_count;
  call.root = row.is_rooted() ? m.root : -1;
  call.sends = row.sends();
  call.receives = row.receives();
  call.peers = m.peers;
  call.comm = m.comm->index;
}

inline std::string Counted(const char* name, Counts counts) {
  constexpr size_t kShown = 16;
  std::string text = Text(", ", name, " (");
  for (size_t i = 0; i < std::min(counts.size(), kShown); ++i) {
    text += Text(i ? ", " : "", counts.begin()[i]);
  }
  return text + (counts.size() > kShown ? ", ...)" : ")");
}

inline std::string DescribeCall(const CallRecord& call) {
  std::string text = call.name;
  if (*call.op) text += Text("(", call.op, ")");
  if (*call.dtype) text += Text(" of ", call.count, " ", call.dtype);
  if (call.root >= 0) text += Text(", root ", call.root);
  return text;
}

inline std::string Describe(const Collective& row, const Message& m) {
  CallRecord call;
  Fill(row, m, call);
  return Text(DescribeCall(call), " on comm `", m.comm->label, "`, rank ", m.comm->rank, " of ",
              m.comm->size);
}

inline std::string DescribeWithCounts(const Collective& row, const Message& m,
                                      const CallRecord& call) {
  std::string text = DescribeCall(call);
  if (row.counts == Known::kByAll && m.send.size() > 0) text += Counted("send", m.send);
  if (row.counts == Known::kByAll && m.recv.size() > 0) text += Counted("recv", m.recv);
  if (!m.purpose.empty()) text += Text(", for ", m.purpose);
  return text;
}

// An array's type as in JAX, for example float32[2,3].
inline std::string TypeText(int dtype, Counts shape) {
  std::string text = Text(kDtypes[dtype].name, "[");
  for (size_t i = 0; i < shape.size(); ++i) text += Text(i ? "," : "", shape[i]);
  return text + "]";
}

// The text of an error: a message is not like the array that is to receive it.
inline std::string NotLikeMessage(const Message& m, const std::string& message,
                                  const int32_t* envelope) {
  return Text("`x` must have the shape and dtype of the message; got ",
              TypeText(m.y_dtype, m.y_shape), " of ", m.y_count * kDtypes[m.y_dtype].size,
              " bytes for ", message, " from rank ", envelope[0], " with tag ", envelope[1],
              ". Pass an array like the one that is sent.");
}

}  // namespace jpi
