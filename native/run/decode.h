#pragma once

// Makes a message from the arguments that XLA passes to a target.

#include <string_view>

#include "records/sites.h"
#include "table/row.h"

namespace jpi {

// The address of a buffer. An empty buffer may have a null pointer, which MPI may refuse, so it
// gets the address of a static buffer: another one for operands than for results, as equal
// addresses mean that operand and result are the same buffer.
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

// Which peer of a message the operand `envelope` replaces.
enum class KnownPeer { kNone, kSource, kDest };
inline constexpr const char* kKnownPeerNames[] = {"", "source", "dest"};

// The attributes of every target. `site` is the line of the user's program; where it is empty, the
// token holds the index of the line. `purpose` is the operation on global arrays that makes the
// call, and `statics` a hash of what is static in it. `peers` is empty except for messages: dest,
// sendtag, source, recvtag, status, KnownPeer.
struct Attributes {
  int32_t comm;
  int32_t op;
  int32_t root;
  Counts send;
  Counts recv;
  Counts peers;
  std::string_view site;
  std::string_view purpose;
  int64_t statics;
};

inline Peers PeersOf(Counts peers, const int32_t* envelope) {
  const auto number = [&](int i) { return Narrow<int>(peers[i]); };
  Peers result{number(0), number(1), number(2), number(3), number(4)};
  const auto known = static_cast<KnownPeer>(peers[5]);
  if (known == KnownPeer::kSource) result.source = envelope[0], result.recvtag = envelope[1];
  if (known == KnownPeer::kDest) result.dest = envelope[0], result.sendtag = envelope[1];
  return result;
}

// The operands after the token and x that a Route has.
inline RoutedRows RoutedRowsOf(const Collective& row, ffi::RemainingArgs args, int dtype) {
  const Route route = row.route;
  RoutedRows routed;
  const auto numbers = [&](size_t i, int64_t& count) {
    const auto buffer = args.get<ffi::AnyBuffer>(i).value();
    Require(buffer.element_type() == ffi::S32, "`owner` and `place` must be int32; got XLA type ",
            static_cast<int>(buffer.element_type()), ". Convert them with astype.");
    count = static_cast<int64_t>(buffer.element_count());
    return static_cast<const int32_t*>(buffer.untyped_data());
  };
  if (row.counts_rows()) {
    routed.counts = numbers(2, routed.counts_count);
  } else if (route == Route::kFetch || route == Route::kDeliver) {
    int64_t places = 0;
    routed.owner = numbers(args.size() - 2, routed.count);
    routed.place = numbers(args.size() - 1, places);
    Require(routed.count == places, "`place` must have the size of `owner`, ", routed.count,
            "; got ", places, ". Pass one for each row.");
  }
  if (route == Route::kDeliver) {
    const auto rows = args.get<ffi::AnyBuffer>(2).value();
    Require(MovableDtype(rows) == dtype, "`rows` must have the dtype of `x`, ", kDtypes[dtype].name,
            "; got ", kDtypes[MovableDtype(rows)].name, ". Convert them with astype.");
    routed.rows = Data<0>(rows);
    routed.rows_count = static_cast<int64_t>(rows.element_count());
  }
  return routed;
}

// The numbers in a token: that of a site; after it, with `check = "full"`, the two halves of a hash
// of what the operands were made by.
inline const uint32_t* TokenOf(ffi::RemainingArgs args, size_t numbers) {
  const auto token = args.get<ffi::AnyBuffer>(0).value();
  const bool has_them = token.element_type() == ffi::U32 && token.element_count() >= numbers;
  return has_them ? static_cast<const uint32_t*>(token.untyped_data()) : nullptr;
}

inline int64_t OperandsOf(ffi::RemainingArgs args) {
  const uint32_t* token = TokenOf(args, 3);
  return token ? static_cast<int64_t>(uint64_t{token[1]} << 32 | token[2]) : 0;
}

// Operands are (token, x), results are (token, y); see Collective::operands for the rest. Tokens
// order the calls; only TokenOf reads one.
inline Message Decode(const Collective& row, ffi::RemainingArgs args, ffi::RemainingRets rets,
                      const Attributes& attributes) {
  const size_t operands = row.operands(), results = row.results();
  Require(args.size() == operands && rets.size() == results, "`", row.name, "` must have ",
          operands, " operands and ", results, " results; got ", args.size(), " and ", rets.size(),
          ". Pass a token, then x.");
  Require(attributes.op >= 0, "`op` must be 0 or more; got ", attributes.op,
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
            RoutedRowsOf(row, args, dtype),
            &GetLiveComm(attributes.comm),
            attributes.purpose,
            attributes.statics,
            OperandsOf(args)};
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

// The line of the user's program that makes the call, or empty if unknown.
inline std::string_view SiteOf(ffi::RemainingArgs args, const Attributes& attributes) {
  if (!attributes.site.empty() || args.size() == 0) return attributes.site;
  const uint32_t* token = TokenOf(args, 1);
  return token ? sites.Get(*token) : std::string_view();
}

}  // namespace jpi
