// The Python module jpi._native.

#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <iterator>

#include "local/factors.h"
#include "local/handler.h"
#include "records/agreement.h"
#include "records/calls.h"
#include "records/describe.h"
#include "records/log.h"
#include "records/notice.h"
#include "records/profile.h"
#include "records/sites.h"
#include "run/decode.h"
#include "run/handler.h"
#include "run/pages.h"
#include "table/collectives.h"

namespace nb = nanobind;

namespace jpi {
namespace {

template <size_t kSize>
nb::tuple Names(const char* const (&names)[kSize]) {
  nb::list list;
  for (const char* name : names) list.append(name);
  return nb::tuple(list);
}

nb::dict TargetCapsules() {
  nb::dict targets;
  for (int i = 0; i < kCollectiveCount; ++i) {
    const std::string name = Text("jpi_", kCollectives[i].name);
    targets[name.c_str()] = nb::capsule(reinterpret_cast<void*>(Target(i)));
  }
  return targets;
}

nb::dict LocalTargetCapsules() {
  nb::dict targets;
  for (const auto& [name, target] : LocalTargets()) {
    targets[name.c_str()] = nb::capsule(reinterpret_cast<void*>(target));
  }
  return targets;
}

// The code and the line of each frame of a thread, the innermost first.
//
// While it walks, no other thread may run Python: CPython 3.11 crashes where a frame that another
// thread has asked for ends at that moment. Nothing here runs Python or lets go of the GIL. Before
// 3.12 the garbage collector could, as frames are allocated.
nb::list FramesOf(uint64_t thread) {
  struct NoGarbageCollection {
    const int was_enabled = PyGC_Disable();
    ~NoGarbageCollection() {
      if (was_enabled) PyGC_Enable();
    }
  };
  const nb::object current_frames = nb::module_::import_("sys").attr("_current_frames");
  const NoGarbageCollection guard;
  nb::list found;
  const nb::dict threads = nb::cast<nb::dict>(current_frames());
  const nb::int_ ident(thread);
  if (!threads.contains(ident)) return found;
  for (nb::object frame = threads[ident]; !frame.is_none(); frame = frame.attr("f_back")) {
    found.append(nb::make_tuple(frame.attr("f_code"), frame.attr("f_lineno")));
  }
  return found;
}

int32_t AddMpiComm(uint64_t handle, uint64_t check_handle, std::string label) {
  return WithRuntime([&](const auto& mpi) {
    using Handle = std::decay_t<decltype(mpi.types[0])>;
    int rank = 0, size = 0;
    Check(mpi.Comm_rank(ToHandle<Handle>(handle), &rank));
    Check(mpi.Comm_size(ToHandle<Handle>(handle), &size));
    const int32_t index = comms.Add(handle, check_handle, std::move(label), rank, size);
    return comms.Get(index).index = index;
  });
}

bool HasLargeCounts() {
  return may_use_wide && WithRuntime([](const auto& mpi) { return mpi.wide.has_value(); });
}

int64_t SetCountLimit(int64_t limit) {
  if (limit < 1 || limit > INT_MAX) {
    throw nb::value_error(
        Text("`limit` must be from 1 to 2**31 - 1; got ", limit, ". Pass a count.").c_str());
  }
  return count_limit.exchange(limit);
}

bool CanReduceDtype(int op, const std::string& dtype) {
  for (const Dtype& row : kDtypes) {
    if (row.name == dtype) return CanReduce(op, row.family);
  }
  return false;
}

void SetCheck(const std::string& level) {
  for (size_t i = 0; i < std::size(kCheckLevelNames); ++i) {
    if (level == kCheckLevelNames[i]) check_level = static_cast<CheckLevel>(i);
  }
}

nb::tuple LatestCalls() {
  const auto [started, records] = calls.Latest();
  const auto rank_or_none = [](bool takes_part, int rank) {
    return takes_part ? nb::object(nb::int_(rank)) : nb::none();
  };
  nb::list latest;
  for (const CallRecord& call : records) {
    nb::dict entry;
    entry["number"] = call.number;
    entry["text"] = DescribeCall(call);
    entry["dest"] = rank_or_none(call.sends, call.peers.dest);
    entry["source"] = rank_or_none(call.receives, call.peers.source);
    entry["sendtag"] = call.peers.sendtag;
    entry["recvtag"] = call.peers.recvtag;
    entry["comm"] = call.comm;
    entry["position"] = call.position;
    entry["fingerprint"] = call.fingerprint;
    entry["is_compared"] = call.phase == Phase::kChecking;
    entry["is_done"] = call.phase == Phase::kDone;
    entry["seconds"] = call.phase == Phase::kDone ? call.seconds : SecondsSince(call.start);
    entry["site"] = call.site;
    entry["purpose"] = call.purpose;
    latest.append(entry);
  }
  return nb::make_tuple(started, latest);
}

int64_t PositionOf(int32_t comm) { return comms.Get(comm).begun.count(); }

uint64_t FingerprintAt(int32_t comm, int64_t position) {
  return comms.Get(comm).begun.FingerprintAt(position);
}

nb::dict ProfileTake() {
  nb::dict costs;
  for (const auto& [name, cost] : profile.Take()) {
    costs[name.c_str()] = nb::make_tuple(cost.calls, cost.bytes, cost.waiting, cost.moving);
  }
  return costs;
}

}  // namespace

NB_MODULE(_native, m) {
  nb::register_exception_translator([](const std::exception_ptr& pointer, void*) {
    try {
      std::rethrow_exception(pointer);
    } catch (const Failure& failure) {
      PyErr_SetString(PyExc_RuntimeError, failure.text.c_str());
    } catch (const MpiFailure& failure) {
      PyErr_SetString(PyExc_RuntimeError, Text("MPI error code ", failure.code).c_str());
    }
  });
  m.attr("ffi_version") = nb::make_tuple(XLA_FFI_API_MAJOR, XLA_FFI_API_MINOR);
  m.attr("op_names") = Names(kOpNames);
  m.attr("known_peers") = Names(kKnownPeerNames);
  m.attr("check_levels") = Names(kCheckLevelNames);
  m.attr("given") = std::string(kGiven);
  m.def("can_reduce", &CanReduceDtype, nb::arg("op"), nb::arg("dtype"));
  m.def("constants", &ConstantNames);
  m.def(
      "init",
      [](const std::string& path, int handle_size, uint64_t in_place,
         std::tuple<int, int, int> status, const Constants& constants) {
        const auto [size, source, tag] = status;
        Init(path, handle_size, in_place, {size, source, tag}, constants);
      },
      nb::arg("path"), nb::arg("handle_size"), nb::arg("in_place"), nb::arg("status"),
      nb::arg("constants"));
  m.def("targets", &TargetCapsules);
  m.def("local_targets", &LocalTargetCapsules);
  m.def("set_blas", &SetBlas);
  m.def("set_sorts", &SetSorts, nb::arg("of_4_bytes"), nb::arg("of_8_bytes"));
  m.def("add_comm", &AddMpiComm, nb::arg("handle"), nb::arg("check_handle"), nb::arg("label"));
  m.def("frames_of", &FramesOf, nb::arg("thread"));
  m.def("add_site", [](std::string text) { return sites.Add(std::move(text)); }, nb::arg("text"));
  m.def("set_check", &SetCheck, nb::arg("level"));
  m.def("keep_freed_memory", &KeepFreedMemory, nb::arg("bytes"));
  m.def("calls", &LatestCalls);
  nb::class_<Notice>(m, "Notice")
      .def(nb::init<double, std::string>(), nb::arg("seconds"), nb::arg("text"))
      .def("cancel", &Notice::Cancel);
  m.def("set_verbose", [](bool enabled) { is_verbose = enabled; }, nb::arg("enabled"));
  m.def("position", &PositionOf, nb::arg("comm"));
  m.def("fingerprint_at", &FingerprintAt, nb::arg("comm"), nb::arg("position"));
  m.def("profile_start", [] { profile.Start(); });
  m.def("profile_take", &ProfileTake);
  m.def("free_comm", &FreeComm, nb::arg("index"), nb::call_guard<nb::gil_scoped_release>());
  m.def(
      "add_op", [](uint64_t handle) { return kOpCount + user_ops.Add(UserOp{handle}); },
      nb::arg("handle"));
  m.def(
      "add_status",
      [](uint64_t address) {
        return user_statuses.Add(UserStatus{reinterpret_cast<void*>(address)});
      },
      nb::arg("address"));
  m.def("log_start", &LogStart, nb::arg("capacity"));
  m.def("log_take", &LogTake);
  m.def("has_large_counts", &HasLargeCounts);
  m.def(
      "set_large_counts", [](bool enabled) { return may_use_wide.exchange(enabled); },
      nb::arg("enabled"));
  m.def("set_count_limit", &SetCountLimit, nb::arg("limit"));
}

}  // namespace jpi
