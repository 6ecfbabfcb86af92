#pragma once

// What XLA passes to a target, as a message.

#include <string_view>

#include "records/sites.h"
#include "table/row.h"

namespace jpi {

// MPI may refuse a null pointer, which is what an empty buffer can have, and takes an operand for
// one that lies in the result if both have the same.
template <int kSide>
void* Data(const ffi::AnyBuffer& buffer) {
  static char nothing[16];
  return buffer.element_count() > 0 ? buffer.untyped_data() : nothing;
}

inline int MovableDtype(const ffi::AnyBuffer& buffer) {
  const int dtype = DtypeIndex(buffer.element_type());
  Require(kDtypes[dtype].family != Family::kPacked, "`x` must have whole bytes for elements; got ",
          kDtypes[dtype].name, ", which XLA packs. Convert `x` to an 8-bit dtype with astype.");
  return dtype;
}

// The attributes of every target. `site` is the line of the user's program, or empty: then the
// token holds its index. `purpose` is the operation on global arrays that calls it. `peers` is
// empty but for messages: dest, sendtag, source, recvtag, status, and which of the two peers is in
// the operand `envelope` (0 none, 1 the source, 2 the dest).
struct Attributes {
  int32_t comm;
  int32_t op;
  int32_t root;
  Counts send;
  Counts recv;
  Counts peers;
  std::string_view site;
  std::string_view purpose;
};

inline Peers PeersOf(Counts peers, const int32_t* envelope) {
  const auto number = [&](int i) { return Narrow<int>(peers[i]); };
  Peers result{number(0), number(1), number(2), number(3), number(4)};
  if (peers[5] == 1) result.source = envelope[0], result.recvtag = envelope[1];
  if (peers[5] == 2) result.dest = envelope[0], result.sendtag = envelope[1];
  return result;
}

// The last two operands: owners and places. Before them stand the rows that are delivered. For an
// exchange the last operand alone: how many rows go to each rank.
inline Named NamedOf(ffi::RemainingArgs args, int dtype) {
  const auto numbers = [&](size_t i) {
    const auto buffer = args.get<ffi::AnyBuffer>(i).value();
    Require(buffer.element_type() == ffi::S32, "`owner` and `place` must be int32; got XLA type ",
            static_cast<int>(buffer.element_type()), ". Convert them with astype.");
    return buffer;
  };
  const auto owner = numbers(args.size() == 3 ? 2 : args.size() - 2);
  const auto place = numbers(args.size() - 1);
  Require(owner.element_count() == place.element_count(), "`place` must have the size of `owner`, ",
          owner.element_count(), "; got ", place.element_count(), ". Pass one for each row.");
  Named named{static_cast<const int32_t*>(owner.untyped_data()),
              static_cast<const int32_t*>(place.untyped_data()),
              static_cast<int64_t>(owner.element_count()),
              nullptr,
              0,
              0};
  if (args.size() == 5) {
    const auto rows = args.get<ffi::AnyBuffer>(2).value();
    Require(MovableDtype(rows) == dtype, "`rows` must have the dtype of `x`, ", kDtypes[dtype].name,
            "; got ", kDtypes[MovableDtype(rows)].name, ". Convert them with astype.");
    named.rows = Data<0>(rows);
    named.rows_count = static_cast<int64_t>(rows.element_count());
  }
  return named;
}

// Operands (token, x), results (token, y), and an envelope after each for a message. Nothing reads
// the tokens: they order the calls.
inline Message Decode(const Collective& row, ffi::RemainingArgs args, ffi::RemainingRets rets,
                      const Attributes& attributes) {
  const size_t results = row.is_message() ? 3 : 2;
  const bool is_routed = row.route != Route::kNone;
  const size_t operands = is_routed ? static_cast<size_t>(row.route) : results;
  Require(args.size() == operands && rets.size() == results, "`", row.name, "` must have ",
          operands, " operands and ", results, " results; got ", args.size(), " and ", rets.size(),
          ". Pass a token, then x.");
  Require(attributes.op >= 0, "`op` must be a number from 0 on; got ", attributes.op,
          ". Use the numbers of jpi's ops.");
  const auto x = args.get<ffi::AnyBuffer>(1).value();
  const auto y = *rets.get<ffi::AnyBuffer>(1).value();
  const int dtype = MovableDtype(x);
  Message m{Data<0>(x),
            Data<1>(y),
            static_cast<int64_t>(x.element_count()),
            static_cast<int64_t>(y.element_count()),
            dtype,
            MovableDtype(y),
            Canonical(attributes.op, kDtypes[dtype].family),
            attributes.root,
            attributes.send,
            attributes.recv,
            x.dimensions(),
            y.dimensions(),
            {0, 0, 0, 0, -1},
            nullptr,
            operands > results ? NamedOf(args, dtype) : Named{},
            &GetLiveComm(attributes.comm),
            attributes.purpose};
  if (row.is_message()) {
    Require(attributes.peers.size() == 6, "`peers` must have 6 numbers; got ",
            attributes.peers.size(), ". Pass them as jpi does.");
    const auto envelope = args.get<ffi::AnyBuffer>(2).value();
    m.peers = PeersOf(attributes.peers, static_cast<const int32_t*>(envelope.untyped_data()));
    auto* received = static_cast<int32_t*>((*rets.get<ffi::AnyBuffer>(2).value()).untyped_data());
    received[0] = received[1] = 0;
    if (row.y == Extent::kAny) m.envelope = received;
  }
  return m;
}

inline std::string_view SiteOf(ffi::RemainingArgs args, const Attributes& attributes) {
  if (!attributes.site.empty() || args.size() == 0) return attributes.site;
  const auto token = args.get<ffi::AnyBuffer>(0).value();
  if (token.element_type() != ffi::U32 || token.element_count() != 1) return {};
  return sites.Get(*static_cast<const uint32_t*>(token.untyped_data()));
}

}  // namespace jpi
