#pragma once

// The MPI library of this process, in its ABI: its functions, its constants, and JPI's operations.

#include <atomic>
#include <climits>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mpi/mpi_api.h"
#include "mpi/ops.h"
#include "mpi/registry.h"

namespace jpi {

using Constants = std::map<std::string, uint64_t>;

template <typename Handle>
Handle ToHandle(uint64_t value) {
  if constexpr (std::is_pointer_v<Handle>) {
    return reinterpret_cast<Handle>(value);
  } else {
    return static_cast<Handle>(value);  // handles of the MPICH ABI may arrive sign-extended
  }
}

// The handle of an operation that the user made, in this process's ABI.
struct UserOp {
  uint64_t handle;
};
inline Registry<UserOp> user_ops("op");

// The address of an MPI_Status of the user.
struct UserStatus {
  void* address;
};
inline Registry<UserStatus> user_statuses("status");

inline constexpr int kMaxStatusSize = 256;

// The size of an MPI_Status in this ABI, and the offsets of its public fields, in bytes.
struct StatusLayout {
  int size;
  int source;
  int tag;
};

// The functions for one type of counts, and the operations that they take.
template <typename Handle, typename Count>
class Collectives : public CountApi<Handle, Count> {
 public:
  Collectives(const Library& library, const Constants& constants);

  // The handle of an Op, or of a user's operation.
  Handle op(int dtype, int op) const {
    return op < kOpCount ? ops_[dtype][op] : ToHandle<Handle>(user_ops.Get(op - kOpCount).handle);
  }

 private:
  Handle ops_[kDtypeCount][kOpCount];
};

template <typename Handle>
class Runtime : public PlainApi<Handle> {
 public:
  Runtime(const Library& library, uint64_t in_place, StatusLayout status,
          const Constants& constants);

  std::string ErrorString(int code) const;

  const Collectives<Handle, int> narrow;
  const std::optional<Collectives<Handle, int64_t>> wide;  // MPI_*_c, if the library has them
  const void* const in_place;
  const StatusLayout status;
  const int truncated;  // the class of errors of messages that are too long
  Handle types[kDtypeCount];
};

// Set once, by Init.
inline std::variant<std::monostate, Runtime<int32_t>, Runtime<void*>> runtime;

// The largest count in one MPI call without MPI_*_c, and whether JPI may use MPI_*_c. Tests change
// them; they must be the same on every rank.
inline std::atomic<int64_t> count_limit{INT_MAX};
inline std::atomic<bool> may_use_wide{true};

// The names in mpi4py.MPI of the constants that Init needs.
std::vector<std::string> ConstantNames();

void Init(const std::string& path, int handle_size, uint64_t in_place, StatusLayout status,
          const Constants& constants);

// Calls f(runtime) with the runtime in this process's ABI.
template <typename Function>
decltype(auto) WithRuntime(Function f) {
  if (auto* mpi = std::get_if<Runtime<int32_t>>(&runtime)) return f(*mpi);
  if (auto* mpi = std::get_if<Runtime<void*>>(&runtime)) return f(*mpi);
  throw Failure{ffi::ErrorCode::kFailedPrecondition,
                "`jpi._native` must be initialised; got no MPI library. Import jpi first."};
}

}  // namespace jpi
