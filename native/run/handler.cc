#include "run/handler.h"

#include <array>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>

#include "records/log.h"
#include "run/decode.h"
#include "run/pages.h"
#include "run/perform.h"
#include "table/collectives.h"
#include "table/validation.h"

namespace jpi {
namespace {

void Log(const Collective& row, const Message& m, int32_t comm) {
  LogAppend(
      {row.name, comm, m.x_count, kDtypes[m.x_dtype].name, LeavingCount(row, m) * m.item_size()});
}

std::string MpiErrorString(int code) {
  return WithRuntime([&](const auto& mpi) { return mpi.ErrorString(code); });
}

ffi::Error Handle(const Collective& row, ffi::RemainingArgs args, ffi::RemainingRets rets,
                  const Attributes& attributes) {
  std::optional<Message> message;
  NamedCounts send, recv;
  std::string_view site;
  const auto error = [&](ffi::ErrorCode code, const std::string& text) {
    const std::string called = message ? Describe(row, *message) : row.name;
    const std::string where = site.empty() ? "" : Text("\nCalled at ", site, ".");
    return ffi::Error(code, Text("jpi ", called, ": ", text, where));
  };
  try {
    site = SiteOf(args, attributes);
    const std::shared_lock in_use(comms.Get(attributes.comm).in_use);
    message = Decode(row, args, rets, attributes);
    if (row.names_counts()) {
      message->send = send.Spread("send", message->send, message->comm->size);
      message->recv = recv.Spread("recv", message->recv, message->comm->size);
    }
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
      .Attr<int64_t>("statics")
      .To([&row](ffi::RemainingArgs args, ffi::RemainingRets rets, auto... attributes) {
        return Handle(row, args, rets, Attributes{attributes...});
      });
}

// XLA does not tell a function which target it calls, so each row has its own function.
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
