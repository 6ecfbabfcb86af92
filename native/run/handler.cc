#include <array>
#include <cstdio>
#include <optional>
#include <utility>

#include "records/agreement.h"
#include "records/calls.h"
#include "records/log.h"
#include "records/profile.h"
#include "run/decode.h"
#include "run/pages.h"
#include "run/run.h"
#include "table/collectives.h"
#include "table/validation.h"

namespace jpi {
namespace {

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
