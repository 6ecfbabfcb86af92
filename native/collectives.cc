#include "collectives.h"

#include <array>
#include <optional>
#include <utility>

#include "large.h"
#include "log.h"

namespace jpi {
namespace {

template <typename Handle, typename Count>
int RunOnce(const Runtime<Handle>& mpi, const Collectives<Handle, Count>& functions,
            const Collective& row, const Message& m) {
  return row.call(functions,
                  Call<Handle, Count>{m.x, m.y, Narrow<Count>(m.x_count), Narrow<Count>(m.y_count),
                                      Blocks<Count>(m.send), Blocks<Count>(m.recv),
                                      mpi.types[m.dtype], functions.op(m.dtype, m.op), m.root,
                                      ToHandle<Handle>(m.comm->handle), mpi.in_place});
}

template <typename Handle>
int Run(const Runtime<Handle>& mpi, const Collective& row, const Message& m) {
  if (mpi.wide && may_use_wide.load(std::memory_order_relaxed)) {
    return RunOnce(mpi, *mpi.wide, row, m);
  }
  const int64_t limit = count_limit.load(std::memory_order_relaxed);
  if (!IsLarge(row, m, limit)) return RunOnce(mpi, mpi.narrow, row, m);
  if (row.large == Large::kBlocks) return ExchangeBlocks(mpi, row, m, limit);
  for (int64_t offset = 0; offset < m.x_count; offset += limit) {
    Check(RunOnce(mpi, mpi.narrow, row, Piece(m, offset, limit)));
  }
  return 0;
}

Counts CountPerRank(const char* name, Counts counts, const Message& m) {
  Require(counts.size() == static_cast<size_t>(m.comm->size), "`", name,
          "` must have one count for each of the ", m.comm->size, " ranks; got ", counts.size(),
          ". Pass the counts of all ranks.");
  for (int64_t n : counts) {
    Require(n >= 0, "`", name, "` must have no negative count; got ", n,
            ". Pass counts of elements.");
  }
  return counts;
}

int64_t Expected(Extent extent, int64_t actual, const Message& m) {
  switch (extent) {
    case Extent::kAny:
      return actual;
    case Extent::kSameAsX:
      return m.x_count;
    case Extent::kRecvOfRank:
      return CountPerRank("recv", m.recv, m)[m.comm->rank];
    case Extent::kSendTotal:
      return Total(CountPerRank("send", m.send, m));
    case Extent::kRecvTotal:
      return Total(CountPerRank("recv", m.recv, m));
    case Extent::kRecvTotalAtRoot:
      return m.is_root() ? Total(CountPerRank("recv", m.recv, m)) : 0;
  }
  return actual;
}

void RequireExtent(const char* name, Extent extent, int64_t actual, const Message& m) {
  const int64_t expected = Expected(extent, actual, m);
  Require(actual == expected, "`", name, "` must have ", expected, " elements; got ", actual,
          ". Make the counts agree with the shapes of operand and result.");
}

void Validate(const Collective& row, const Message& m) {
  Require(m.root >= 0 && m.root < m.comm->size, "`root` must be a rank from 0 to ",
          m.comm->size - 1, "; got ", m.root, ". Pass a rank of this communicator.");
  Require(!row.reduces || CanReduce(m.op, kDtypes[m.dtype].family),
          "`op` must be able to reduce the dtype; got ", kOpNames[static_cast<int>(m.op)], " on ",
          kDtypes[m.dtype].name, ". Convert `x` with astype, or use another op.");
  RequireExtent("x", row.x, m.x_count, m);
  RequireExtent("y", row.y, m.y_count, m);
}

// The elements of x that other ranks get, each counted once.
int64_t LeavingCount(const Collective& row, const Message& m) {
  if (m.comm->size == 1) return 0;
  if (row.y == Extent::kRecvTotalAtRoot && m.is_root()) return 0;
  const bool keeps_own_block = row.x == Extent::kSendTotal;
  return m.x_count - (keeps_own_block ? m.send[m.comm->rank] : 0);
}

void Log(const Collective& row, const Message& m, int32_t comm) {
  LogAppend(
      {row.name, comm, m.x_count, kDtypes[m.dtype].name, LeavingCount(row, m) * m.item_size()});
}

// MPI may refuse a null pointer, which is what an empty buffer can have.
void* Data(ffi::AnyBuffer buffer) {
  static char nothing[16];
  return buffer.untyped_data() != nullptr ? buffer.untyped_data() : nothing;
}

// Operands (token, x), results (token, y). Nothing reads the tokens: they order the calls.
Message Decode(const Collective& row, ffi::RemainingArgs args, ffi::RemainingRets rets,
               int32_t comm, int32_t op, int32_t root, Counts send, Counts recv) {
  Require(args.size() == 2 && rets.size() == 2, "`", row.name,
          "` must have operands (token, x) and results (token, y); got ", args.size(), " and ",
          rets.size(), ". Pass a token.");
  Require(op >= 0 && op < kOpCount, "`op` must be from 0 to ", kOpCount - 1, "; got ", op,
          ". Use the numbers of jpi's ops.");
  const auto x = args.get<ffi::AnyBuffer>(1).value();
  const auto y = *rets.get<ffi::AnyBuffer>(1).value();
  const int dtype = DtypeIndex(x.element_type());
  Require(kDtypes[dtype].family != Family::kPacked, "`x` must have whole bytes for elements; got ",
          kDtypes[dtype].name, ", which XLA packs. Convert `x` to an 8-bit dtype with astype.");
  Require(y.element_type() == x.element_type(), "`y` must have the dtype of `x`, ",
          kDtypes[dtype].name, "; got XLA type ", static_cast<int>(y.element_type()),
          ". Convert `x` with astype.");
  return {Data(x),
          Data(y),
          static_cast<int64_t>(x.element_count()),
          static_cast<int64_t>(y.element_count()),
          dtype,
          Canonical(static_cast<Op>(op), kDtypes[dtype].family),
          root,
          send,
          recv,
          &GetLiveComm(comm)};
}

std::string Describe(const Collective& row, const Message& m) {
  const std::string op = row.reduces ? Text("(", kOpNames[static_cast<int>(m.op)], ")") : "";
  return Text(row.name, op, " of ", m.x_count, " ", kDtypes[m.dtype].name, " on comm `",
              m.comm->label, "`, rank ", m.comm->rank, " of ", m.comm->size);
}

std::string MpiErrorString(int code) {
  return WithRuntime([&](const auto& mpi) { return mpi.ErrorString(code); });
}

ffi::Error Handle(const Collective& row, ffi::RemainingArgs args, ffi::RemainingRets rets,
                  int32_t comm, int32_t op, int32_t root, Counts send, Counts recv) {
  std::optional<Message> message;
  const auto error = [&](ffi::ErrorCode code, const std::string& text) {
    return ffi::Error(code, Text("jpi ", message ? Describe(row, *message) : row.name, ": ", text));
  };
  try {
    message = Decode(row, args, rets, comm, op, root, send, recv);
    Validate(row, *message);
    if (is_logging.load(std::memory_order_relaxed)) Log(row, *message, comm);
    WithRuntime([&](const auto& mpi) { Check(Run(mpi, row, *message)); });
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
      .To([&row](auto... message) { return Handle(row, message...); });
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
