#pragma once

// Performs a call: compares it with the calls of other ranks, runs it, and reports its cost.

#include <cstdio>
#include <string>
#include <string_view>
#include <type_traits>

#include "records/agreement.h"
#include "records/calls.h"
#include "records/describe.h"
#include "records/profile.h"
#include "run/announced.h"
#include "run/leaving.h"
#include "run/run.h"

namespace jpi {

inline void CheckAgreement(const Collective& row, const Message& m, const CallRecord& call,
                           const SharedValues& shared) {
  WithRuntime([&](const auto& mpi) {
    const Agreement agreement(mpi, *m.comm);
    if (agreement.IsSameEverywhere(FingerprintOf(shared)))
      return m.comm->agreed.Add(KindOf(shared));
    const char* site = *call.site ? call.site : "?";
    agreement.Explain(shared, Text(DescribeWithCounts(row, m, call), ", at ", site));
  });
}

// Waits for all ranks; returns the seconds that it took.
inline double WaitForAll(const Message& m) {
  const Clock::time_point start = Clock::now();
  WithRuntime([&](const auto& mpi) {
    using Handle = std::decay_t<decltype(mpi.types[0])>;
    Check(mpi.narrow.Barrier(ToHandle<Handle>(m.comm->check_handle)));
  });
  return SecondsSince(start);
}

inline void Report(const Collective& row, const Message& m, const CallRecord& call,
                   double waiting) {
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
  if (call.sends && m.peers.dest >= 0) peers += Text(" to ", m.peers.dest);
  if (call.receives) peers += Text(" from ", m.peers.source);
  const std::string purpose = *call.purpose ? Text(", for ", call.purpose) : "";
  const std::string line =
      Text("[jpi ", m.comm->rank, "/", m.comm->size, "] ", call.number, " ", DescribeCall(call),
           peers, purpose, ", ", bytes, " bytes sent, ", call.seconds, " s, `", m.comm->label,
           "`, at ", *call.site ? call.site : "?", "\n");
  std::fwrite(line.data(), 1, line.size(), stderr);
}

// Whether every call is checked.
inline bool IsEvery() { return check_level.load(std::memory_order_relaxed) == CheckLevel::kEvery; }

inline void Perform(const Collective& row, Message& m, std::string_view site) {
  const bool is_collective = !row.is_message() && m.comm->size > 1;
  SharedValues shared = is_collective ? SharedOf(row, m) : SharedValues{};
  const uint64_t kind = KindOf(shared);
  const bool is_checked = is_collective && MustCheck(m, kind);
  CallScope scope([&](CallRecord& call) {
    Fill(row, m, call);
    CopyEnd(call.site, site);
    CopyEnd(call.purpose, m.purpose);
    call.fingerprint = is_collective ? Mix(kind, is_checked) : 0;
    call.position = is_collective ? m.comm->begun.Add(call.fingerprint) : 0;
    call.phase = is_checked ? Phase::kChecking : Phase::kRunning;
  });
  CallRecord& call = scope.record();
  if (is_checked) {
    AddOfOneCall(shared, m, site, call.position, IsEvery());
    CheckAgreement(row, m, call, shared);
    scope.Run();
  }
  const bool is_waiting = is_collective && is_profiling.load(std::memory_order_relaxed);
  const double waiting = is_waiting ? WaitForAll(m) : 0;
  const bool is_announced = row.is_message() && IsEvery() && m.comm->size > 1;
  WithRuntime(
      [&](const auto& mpi) { Check(is_announced ? RunAnnounced(mpi, row, m) : Run(mpi, row, m)); });
  call.seconds = SecondsSince(call.start);
  Report(row, m, call, waiting);
}

}  // namespace jpi
