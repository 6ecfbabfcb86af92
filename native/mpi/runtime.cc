#include "mpi/runtime.h"

#include <set>
#include <string_view>

namespace jpi {

constexpr const char* kTruncated = "ERR_TRUNCATE";

template <typename Handle, typename Count>
Collectives<Handle, Count>::Collectives(const Library& library, const Constants& constants)
    : CountApi<Handle, Count>(library) {
  for (auto& row : ops_) {
    for (int op = 0; op < kOpCount; ++op) row[op] = ToHandle<Handle>(constants.at(kOpNames[op]));
  }
  ForEachUserOp<Count>([&](ffi::DataType dtype, Op op, auto* combine) {
    Check(this->Op_create(combine, /*commutes=*/1, &ops_[DtypeIndex(dtype)][static_cast<int>(op)]));
  });
}

template <typename Handle>
Runtime<Handle>::Runtime(const Library& library, uint64_t in_place, StatusLayout status,
                         const Constants& constants)
    : PlainApi<Handle>(library),
      narrow(library, constants),
      wide(library.Has("MPI_Allreduce_c")
               ? std::make_optional<Collectives<Handle, int64_t>>(library, constants)
               : std::nullopt),
      in_place(reinterpret_cast<const void*>(in_place)),
      status(status),
      truncated(static_cast<int>(constants.at(kTruncated))) {
  for (int i = 0; i < kDtypeCount; ++i) {
    types[i] = ToHandle<Handle>(constants.at(kDtypes[i].mpi));
  }
}

template <typename Handle>
std::string Runtime<Handle>::ErrorString(int code) const {
  char text[8192] = "";  // longer than any library's MPI_MAX_ERROR_STRING
  int length = 0;
  if (this->Error_string(code, text, &length) != 0) return Text("MPI error code ", code);
  int error_class = 0;
  const bool is_known = this->Error_class(code, &error_class) == 0;
  const bool is_truncated = is_known && error_class == truncated;
  return Text(std::string_view(text, length),
              is_truncated ? ". What is sent must have the shape and dtype of what is received: "
                             "for recv and sendrecv, those of the template."
                           : "");
}

template class Runtime<int32_t>;
template class Runtime<void*>;

std::vector<std::string> ConstantNames() {
  std::set<std::string> names(std::begin(kOpNames), std::end(kOpNames));
  names.insert(kTruncated);
  for (const Dtype& dtype : kDtypes) names.insert(dtype.mpi);
  return {names.begin(), names.end()};
}

void Init(const std::string& path, int handle_size, uint64_t in_place, StatusLayout status,
          const Constants& constants) {
  if (!std::holds_alternative<std::monostate>(runtime)) return;
  Require(status.size <= kMaxStatusSize, "`status` must have at most ", kMaxStatusSize,
          " bytes; got ", status.size, ". Raise kMaxStatusSize for this MPI library.");
  const Library library(path);
  if (handle_size == sizeof(int32_t)) {
    runtime.emplace<Runtime<int32_t>>(library, in_place, status, constants);
  } else {
    runtime.emplace<Runtime<void*>>(library, in_place, status, constants);
  }
}

}  // namespace jpi
