#include "collectives.h"

#include <array>
#include <cstdio>
#include <optional>
#include <utility>

#include "agreement.h"
#include "calls.h"
#include "compare.h"
#include "large.h"
#include "log.h"
#include "pages.h"
#include "parts.h"
#include "profile.h"
#include "routing.h"
#include "validation.h"

namespace jpi {
namespace {

const Collective& Find(const std::string& name) {
  for (const Collective& row : kCollectives) {
    if (row.name == name) return row;
  }
  throw Failure{ffi::ErrorCode::kInternal, name + " is not in the table"};
}

// Reads from the status where a message came from, and whether it filled the result.
template <typename Handle, typename Count>
void FinishReceive(const Runtime<Handle>& mpi, const Collectives<Handle, Count>& functions,
                   const Message& m, const Call<Handle, Count>& call) {
  const auto field = [&](int offset) {
    int32_t value;
    std::memcpy(&value, static_cast<const char*>(call.status) + offset, sizeof(value));
    return value;
  };
  m.envelope[0] = field(mpi.status.source);
  m.envelope[1] = field(mpi.status.tag);
  Count count = 0;
  Check(functions.Get_count(call.status, call.y_type, &count));
  Require(m.y_count == 0 || count == call.y_count, "`x` must have the shape of the message; got ",
          m.y_count, " elements for a message of ", count, " from rank ", m.envelope[0],
          " with tag ", m.envelope[1], ". Pass an array like the one that is sent.");
}

// The MPI call of a row on a message; the whole of it as one element of a datatype, if so wanted.
template <typename Handle, typename Count>
int RunOnce(const Runtime<Handle>& mpi, const Collectives<Handle, Count>& functions,
            const Collective& row, const Message& m, const Block<Handle>* x = nullptr,
            const Block<Handle>* y = nullptr) {
  alignas(16) char own_status[kMaxStatusSize];
  Call<Handle, Count> call{m.x,
                           m.y,
                           x ? Count{x->count} : Narrow<Count>(m.x_count),
                           y ? Count{y->count} : Narrow<Count>(m.y_count),
                           x ? x->type : mpi.types[m.x_dtype],
                           y ? y->type : mpi.types[m.y_dtype],
                           m.y_count * kDtypes[m.y_dtype].size,
                           Blocks<Count>(m.send),
                           Blocks<Count>(m.recv),
                           functions.op(m.x_dtype, m.op),
                           m.root,
                           m.comm->rank,
                           m.peers,
                           own_status,
                           ToHandle<Handle>(m.comm->handle),
                           mpi.in_place};
  if (m.peers.status >= 0) call.status = user_statuses.Get(m.peers.status).address;
  const int code = row.call(functions, call);
  if (code == 0 && m.envelope) FinishReceive(mpi, functions, m, call);
  return code;
}

template <typename Handle>
int RunAsDatatype(const Runtime<Handle>& mpi, const Collective& row, const Message& m,
                  int64_t limit) {
  const auto block = [&](int dtype, int64_t count) {
    return Block<Handle>(mpi, mpi.types[dtype], kDtypes[dtype].size, 0, count, limit);
  };
  const auto x = block(m.x_dtype, m.x_count), y = block(m.y_dtype, m.y_count);
  return RunOnce(mpi, mpi.narrow, row, m, &x, &y);
}

template <typename Handle>
int RunLarge(const Runtime<Handle>& mpi, const Collective& row, const Message& m, int64_t limit) {
  const auto run_as = [&](const Collective& as) {
    return [&](const Message& part) { return RunOnce(mpi, mpi.narrow, as, part); };
  };
  switch (row.large) {
    case Large::kPieces:
      return ReducePieces(m, limit, run_as(row));
    case Large::kRoots:
      return ReduceToEach(m, [&](const Message& block) {
        return ReducePieces(block, limit, run_as(Find("reduce")));
      });
    case Large::kDatatype:
      return RunAsDatatype(mpi, row, m, limit);
    case Large::kBlocks:
    case Large::kParts:
    case Large::kRoutes:
      break;
  }
  return ExchangeBlocks(mpi, row, m, limit);
}

// A row that is one MPI call.
template <typename Handle>
int RunCall(const Runtime<Handle>& mpi, const Collective& row, const Message& m, int64_t limit) {
  if (mpi.wide && may_use_wide.load(std::memory_order_relaxed)) {
    return RunOnce(mpi, *mpi.wide, row, m);
  }
  return IsLarge(row, m, limit) ? RunLarge(mpi, row, m, limit) : RunOnce(mpi, mpi.narrow, row, m);
}

template <typename Handle>
int Run(const Runtime<Handle>& mpi, const Collective& row, Message& m) {
  const int64_t limit = count_limit.load(std::memory_order_relaxed);
  if (row.large == Large::kParts) return ExchangeParts(mpi, m, limit);
  if (row.route == Route::kNone) return RunCall(mpi, row, m, limit);
  const RunPart run = [&](const char* name, const Message& part) {
    Check(RunCall(mpi, Find(name), part, limit));
  };
  if (row.route == Route::kCompare) {
    RequireSame(m, run);
    return 0;
  }
  m.named.leaving = row.route == Route::kDeliver    ? Deliver(m, row.reduces, run)
                    : row.route == Route::kExchange ? Exchange(m, run)
                                                    : Fetch(m, run);
  return 0;
}

// The elements that other ranks get, each counted once.
int64_t LeavingCount(const Collective& row, const Message& m) {
  if (m.comm->size == 1) return 0;
  if (row.route != Route::kNone) return m.named.leaving;
  if (row.large == Large::kParts) return LeavingParts(m);
  if ((row.y == Extent::kRecvTotalAtRoot || row.y == Extent::kSameAsXAtRoot) && m.is_root()) {
    return 0;
  }
  // Of an x that holds a block for each rank, this rank keeps its own.
  const bool has_blocks = row.x == Extent::kSendTotal || row.x == Extent::kSendTotalAtRoot;
  const Counts blocks = row.x == Extent::kRecvTotal ? m.recv : m.send;
  const bool keeps = (has_blocks || row.x == Extent::kRecvTotal) && m.x_count > 0;
  return m.x_count - (keeps ? blocks[m.comm->rank] : 0);
}

void Log(const Collective& row, const Message& m, int32_t comm) {
  LogAppend(
      {row.name, comm, m.x_count, kDtypes[m.x_dtype].name, LeavingCount(row, m) * m.item_size()});
}

// MPI may refuse a null pointer, which is what an empty buffer can have, and takes an operand for
// one that lies in the result if both have the same.
template <int kSide>
void* Data(const ffi::AnyBuffer& buffer) {
  static char nothing[16];
  return buffer.element_count() > 0 ? buffer.untyped_data() : nothing;
}

int MovableDtype(const ffi::AnyBuffer& buffer) {
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

Peers PeersOf(Counts peers, const int32_t* envelope) {
  const auto number = [&](int i) { return Narrow<int>(peers[i]); };
  Peers result{number(0), number(1), number(2), number(3), number(4)};
  if (peers[5] == 1) result.source = envelope[0], result.recvtag = envelope[1];
  if (peers[5] == 2) result.dest = envelope[0], result.sendtag = envelope[1];
  return result;
}

// The last two operands: owners and places. Before them stand the rows that are delivered. For an
// exchange the last operand alone: how many rows go to each rank.
Named NamedOf(ffi::RemainingArgs args, int dtype) {
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
Message Decode(const Collective& row, ffi::RemainingArgs args, ffi::RemainingRets rets,
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

std::string_view SiteOf(ffi::RemainingArgs args, const Attributes& attributes) {
  if (!attributes.site.empty() || args.size() == 0) return attributes.site;
  const auto token = args.get<ffi::AnyBuffer>(0).value();
  if (token.element_type() != ffi::U32 || token.element_count() != 1) return {};
  return sites.Get(*static_cast<const uint32_t*>(token.untyped_data()));
}

// Describes the call of a row on a message.
void Fill(const Collective& row, const Message& m, CallRecord& call) {
  // What has no elements here has them on the root, or is received.
  const bool is_y = m.x_count == 0 || row.x == Extent::kNone;
  const bool is_empty = row.x == Extent::kNone && row.y == Extent::kNone;
  call.name = row.name;
  call.op = row.reduces ? OpName(m.op) : "";
  call.dtype = is_empty ? "" : kDtypes[is_y ? m.y_dtype : m.x_dtype].name;
  call.count = is_y ? m.y_count : m.x_count;
  call.root = IsRooted(row) ? m.root : -1;
  call.is_message = row.is_message();
  call.peers = m.peers;
  call.comm = m.comm->index;
}

std::string Counted(const char* name, Counts counts) {
  constexpr size_t kShown = 16;
  std::string text = Text(", ", name, " (");
  for (size_t i = 0; i < std::min(counts.size(), kShown); ++i) {
    text += Text(i ? ", " : "", counts.begin()[i]);
  }
  return text + (counts.size() > kShown ? ", ...)" : ")");
}

std::string DescribeCall(const CallRecord& call) {
  std::string text = call.name;
  if (*call.op) text += Text("(", call.op, ")");
  if (*call.dtype) text += Text(" of ", call.count, " ", call.dtype);
  if (call.root >= 0) text += Text(", root ", call.root);
  return text;
}

std::string Describe(const Collective& row, const Message& m) {
  CallRecord call;
  Fill(row, m, call);
  return Text(DescribeCall(call), " on comm `", m.comm->label, "`, rank ", m.comm->rank, " of ",
              m.comm->size);
}

std::string DescribeWithCounts(const Collective& row, const Message& m, const CallRecord& call) {
  std::string text = DescribeCall(call);
  if (row.counts == Known::kByAll && m.send.size() > 0) text += Counted("send", m.send);
  if (row.counts == Known::kByAll && m.recv.size() > 0) text += Counted("recv", m.recv);
  if (!m.purpose.empty()) text += Text(", for ", m.purpose);
  return text;
}

void CheckAgreement(const Collective& row, const Message& m, const CallRecord& call,
                    const SharedValues& shared) {
  WithRuntime([&](const auto& mpi) {
    const Agreement agreement(mpi, *m.comm);
    if (agreement.IsEverywhere(call.fingerprint)) return;
    const char* site = *call.site ? call.site : "?";
    agreement.Explain(shared, Text(DescribeWithCounts(row, m, call), ", at ", site));
  });
}

// Seconds until all ranks are there.
double WaitForAll(const Message& m) {
  const Clock::time_point start = Clock::now();
  WithRuntime([&](const auto& mpi) {
    using Handle = std::decay_t<decltype(mpi.types[0])>;
    Check(mpi.narrow.Barrier(ToHandle<Handle>(m.comm->check_handle)));
  });
  return SecondsSince(start);
}

void Report(const Collective& row, const Message& m, const CallRecord& call, double waiting) {
  if (!is_profiling.load(std::memory_order_relaxed) &&
      !is_verbose.load(std::memory_order_relaxed)) {
    return;
  }
  const int64_t bytes = LeavingCount(row, m) * m.item_size();
  if (is_profiling.load(std::memory_order_relaxed)) {
    profile.Add(row.name, bytes, waiting, call.seconds - waiting);
  }
  if (!is_verbose.load(std::memory_order_relaxed)) return;
  std::string peers;
  if (m.peers.dest >= 0 && row.x != Extent::kNone) peers += Text(" to ", m.peers.dest);
  if (row.y != Extent::kNone) peers += Text(" from ", m.peers.source);
  const std::string line =
      Text("[jpi ", m.comm->rank, "/", m.comm->size, "] ", call.number, " ", DescribeCall(call),
           call.is_message ? peers : "", ", ", bytes, " bytes sent, ", call.seconds, " s, `",
           m.comm->label, "`, at ", *call.site ? call.site : "?", "\n");
  std::fwrite(line.data(), 1, line.size(), stderr);
}

std::string MpiErrorString(int code) {
  return WithRuntime([&](const auto& mpi) { return mpi.ErrorString(code); });
}

// One call: compared with those of the other ranks where that is due, run, and reported.
void Perform(const Collective& row, Message& m, std::string_view site) {
  const bool is_collective = !row.is_message() && m.comm->size > 1;
  const SharedValues shared = is_collective ? SharedOf(row, m) : SharedValues{};
  CallScope scope([&](CallRecord& call) {
    Fill(row, m, call);
    CopyEnd(call.site, site);
    CopyEnd(call.purpose, m.purpose);
    call.position = is_collective ? ++m.comm->positions : 0;
    call.fingerprint = is_collective ? FingerprintOf(shared) : 0;
    const bool is_checked = is_collective && IsToBeChecked(m, call.fingerprint);
    call.phase = is_checked ? Phase::kChecking : Phase::kRunning;
  });
  CallRecord& call = scope.record();
  if (call.phase == Phase::kChecking) {
    CheckAgreement(row, m, call, shared);
    scope.Run();
  }
  const bool is_waiting = is_collective && is_profiling.load(std::memory_order_relaxed);
  const double waiting = is_waiting ? WaitForAll(m) : 0;
  WithRuntime([&](const auto& mpi) { Check(Run(mpi, row, m)); });
  call.seconds = SecondsSince(call.start);
  Report(row, m, call, waiting);
}

ffi::Error Handle(const Collective& row, ffi::RemainingArgs args, ffi::RemainingRets rets,
                  const Attributes& attributes) {
  std::optional<Message> message;
  std::string_view site;
  const auto error = [&](ffi::ErrorCode code, const std::string& text) {
    const std::string called = message ? Describe(row, *message) : row.name;
    const std::string where = site.empty() ? "" : Text("\nCalled at ", site, ".");
    return ffi::Error(code, Text("jpi ", called, ": ", text, where));
  };
  try {
    site = SiteOf(args, attributes);
    message = Decode(row, args, rets, attributes);
    Validate(row, *message);
    AdviseHugePages(message->y, message->y_count * kDtypes[message->y_dtype].size);
    Perform(row, *message, site);
    if (is_logging.load(std::memory_order_relaxed) && row.route != Route::kCompare) {
      Log(row, *message, attributes.comm);
    }
    return ffi::Error::Success();
  } catch (const Failure& failure) {
    return error(failure.code, failure.text);
  } catch (const MpiFailure& failure) {
    return error(ffi::ErrorCode::kInternal, MpiErrorString(failure.code));
  } catch (const std::exception& exception) {
    return error(ffi::ErrorCode::kInternal, exception.what());
  }
}

auto Bind(const Collective& row) {
  return ffi::Ffi::Bind()
      .RemainingArgs()
      .RemainingRets()
      .Attr<int32_t>("comm")
      .Attr<int32_t>("op")
      .Attr<int32_t>("root")
      .Attr<Counts>("send")
      .Attr<Counts>("recv")
      .Attr<Counts>("peers")
      .Attr<std::string_view>("site")
      .Attr<std::string_view>("purpose")
      .To([&row](ffi::RemainingArgs args, ffi::RemainingRets rets, auto... attributes) {
        return Handle(row, args, rets, Attributes{attributes...});
      });
}

// XLA calls a target without saying which, so each row needs a function of its own.
template <size_t kIndex>
XLA_FFI_Error* TargetOf(XLA_FFI_CallFrame* frame) {
  static auto handler = Bind(kCollectives[kIndex]);
  return handler->Call(frame);
}

template <size_t... kIndex>
constexpr std::array<XLA_FFI_Handler*, sizeof...(kIndex)> Targets(std::index_sequence<kIndex...>) {
  return {TargetOf<kIndex>...};
}

}  // namespace

XLA_FFI_Handler* Target(int index) {
  return Targets(std::make_index_sequence<kCollectiveCount>())[index];
}

}  // namespace jpi
