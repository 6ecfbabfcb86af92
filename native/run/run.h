#pragma once

// Runs a row of the table on a message, as one MPI call or as several.

#include <cstring>
#include <string>

#include "records/describe.h"
#include "run/compare.h"
#include "run/large.h"
#include "run/parts.h"
#include "run/routing.h"
#include "table/collectives.h"

namespace jpi {

// Reads the source and tag of a message from the status, and checks the size of the message.
template <typename Handle, typename Count>
void FinishReceive(const Runtime<Handle>& mpi, const Collectives<Handle, Count>& functions,
                   const Message& m, const MpiArguments<Handle, Count>& call) {
  const auto field = [&](int offset) {
    int32_t value;
    std::memcpy(&value, static_cast<const char*>(call.status) + offset, sizeof(value));
    return value;
  };
  m.envelope[0] = field(mpi.status.source);
  m.envelope[1] = field(mpi.status.tag);
  Count count = 0;
  Check(functions.Get_count(call.status, call.y_type, &count));
  if (m.y_count == 0 || count == call.y_count) return;
  const int byte = DtypeIndex(ffi::U8);
  Check(functions.Get_count(call.status, mpi.types[byte], &count));
  throw Failure{ffi::ErrorCode::kInvalidArgument,
                NotLikeMessage(m, Text("one of ", count, " bytes"), m.envelope)};
}

// Makes the MPI call of a row on a message. `x` and `y`, if given, replace the buffers by blocks.
template <typename Handle, typename Count>
int RunOnce(const Runtime<Handle>& mpi, const Collectives<Handle, Count>& functions,
            const Collective& row, const Message& m, const Block<Handle>* x = nullptr,
            const Block<Handle>* y = nullptr) {
  alignas(16) char own_status[kMaxStatusSize];
  MpiArguments<Handle, Count> call{m.x,
                                   m.y,
                                   x ? Count{x->count} : Narrow<Count>(m.x_count),
                                   y ? Count{y->count} : Narrow<Count>(m.y_count),
                                   x ? x->type : mpi.types[m.x_dtype],
                                   y ? y->type : mpi.types[m.y_dtype],
                                   m.y_count * kDtypes[m.y_dtype].size,
                                   Blocks<Count>(m.send, m.comm->rank, m.kept),
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

// Runs a row that is one MPI call if its counts fit.
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
  const RunStep run = [&](const char* name, const Message& part) {
    Check(RunCall(mpi, Find(name), part, limit));
  };
  if (row.route == Route::kCompare) {
    RequireSame(m, run);
    return 0;
  }
  m.routed.leaving = row.route == Route::kDeliver          ? Deliver(m, row.reduces, run)
                     : row.route == Route::kExchange       ? Exchange(m, run)
                     : row.route == Route::kExchangeSorted ? ExchangeSorted(m, run)
                                                           : Fetch(m, run);
  return 0;
}

}  // namespace jpi
