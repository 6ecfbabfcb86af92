#include "local/factors.h"

#include <type_traits>
#include <vector>

#include "local/cholesky.h"
#include "local/lu.h"
#include "local/reflections.h"
#include "local/with_matrices.h"

namespace jpi {
namespace {

ffi::Error HandleFactorBlock(ffi::AnyBuffer, ffi::Result<ffi::AnyBuffer> x,
                             ffi::Result<ffi::AnyBuffer> panel, ffi::Result<Integers> infos,
                             Numbers box) {
  return WithMatrices(*x, [&](auto* matrix, int64_t i) {
    using Number = std::remove_pointer_t<decltype(matrix)>;
    infos->typed_data()[i] = FactorBlock<Number>({matrix, Width(*x), BoxAt(box.begin(), 0)},
                                                 MatrixOf<Number>(*panel, i));
  });
}

ffi::Error HandleEliminate(ffi::AnyBuffer, ffi::AnyBuffer panel, ffi::Result<ffi::AnyBuffer> x,
                           int64_t first, Numbers diagonal) {
  std::vector<Box> blocks(diagonal.size() / 4);
  for (size_t k = 0; k < blocks.size(); ++k) blocks[k] = BoxAt(diagonal.begin(), k);
  return WithMatrices(*x, [&](auto* matrix, int64_t i) {
    using Number = std::remove_pointer_t<decltype(matrix)>;
    Eliminate(matrix, Rows(*x), Width(*x), first, blocks.data(), blocks.size(),
              MatrixOf<Number>(panel, i), Rows(panel), Width(panel));
  });
}

ffi::Error HandleMarkFailed(ffi::AnyBuffer, Integers failures, ffi::Result<ffi::AnyBuffer> x) {
  return WithMatrices(*x, [&](auto* matrix, int64_t i) {
    if (failures.typed_data()[i]) MarkFailed(matrix, Elements(*x));
  });
}

ffi::Error HandleFactorPanel(ffi::AnyBuffer, ffi::Result<ffi::AnyBuffer> x,
                             ffi::Result<ffi::AnyBuffer> message, Numbers box) {
  return WithMatrices(*x, [&](auto* matrix, int64_t i) {
    using Number = std::remove_pointer_t<decltype(matrix)>;
    FactorPanel<Number>({matrix, Width(*x), BoxAt(box.begin(), 0)}, RowOf<Number>(*message, i));
  });
}

ffi::Error HandleApplyPanel(ffi::AnyBuffer, ffi::AnyBuffer message, ffi::Result<ffi::AnyBuffer> x,
                            Numbers box, int64_t columns) {
  return WithMatrices(*x, [&](auto* matrix, int64_t i) {
    using Number = std::remove_pointer_t<decltype(matrix)>;
    ApplyPanel<Number>({matrix, Width(*x), BoxAt(box.begin(), 0)}, Rows(*x),
                       RowOf<Number>(message, i), columns);
  });
}

ffi::Error HandleFactorRows(ffi::AnyBuffer x, ffi::Result<ffi::AnyBuffer> q,
                            ffi::Result<ffi::AnyBuffer> r, Numbers box) {
  return WithMatrices(x, [&](auto* matrix, int64_t i) {
    using Number = std::remove_pointer_t<decltype(matrix)>;
    FactorRows<Number>({matrix, Width(x), BoxAt(box.begin(), 0)}, MatrixOf<Number>(*q, i),
                       MatrixOf<Number>(*r, i));
  });
}

ffi::Error HandleStoreReflections(ffi::AnyBuffer, ffi::AnyBuffer tops, ffi::AnyBuffer q,
                                  ffi::AnyBuffer factors, ffi::AnyBuffer r,
                                  ffi::Result<ffi::AnyBuffer> x, ffi::Result<ffi::AnyBuffer> t,
                                  Numbers box, int64_t rank, int64_t ranks, bool is_last_row) {
  return WithMatrices(*x, [&](auto* matrix, int64_t i) {
    using Number = std::remove_pointer_t<decltype(matrix)>;
    StoreReflections<Number>({matrix, Width(*x), BoxAt(box.begin(), 0)}, {rank, ranks},
                             MatrixOf<Number>(tops, i), Rows(tops) / ranks, MatrixOf<Number>(q, i),
                             MatrixOf<Number>(factors, i), Rows(factors), MatrixOf<Number>(r, i),
                             is_last_row, MatrixOf<Number>(*t, i));
  });
}

ffi::Error HandleLoadReflections(ffi::AnyBuffer x, ffi::Result<ffi::AnyBuffer> vectors, Numbers box,
                                 int64_t rank, int64_t ranks) {
  return WithMatrices(x, [&](auto* matrix, int64_t i) {
    using Number = std::remove_pointer_t<decltype(matrix)>;
    LoadReflections<Number>({matrix, Width(x), BoxAt(box.begin(), 0)}, {rank, ranks},
                            MatrixOf<Number>(*vectors, i));
  });
}

ffi::Error HandleMakeUnits(ffi::AnyBuffer, ffi::Result<ffi::AnyBuffer> x, Numbers box, int64_t rank,
                           int64_t ranks) {
  return WithMatrices(*x, [&](auto* matrix, int64_t) {
    using Number = std::remove_pointer_t<decltype(matrix)>;
    MakeUnits<Number>({matrix, Width(*x), BoxAt(box.begin(), 0)}, {rank, ranks});
  });
}

XLA_FFI_Error* FactorBlockOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Ret<Integers>()
                            .Attr<Numbers>("box")
                            .To(HandleFactorBlock);
  return handler->Call(frame);
}

XLA_FFI_Error* EliminateOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<int64_t>("first")
                            .Attr<Numbers>("diagonal")
                            .To(HandleEliminate);
  return handler->Call(frame);
}

XLA_FFI_Error* FactorPanelOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<Numbers>("box")
                            .To(HandleFactorPanel);
  return handler->Call(frame);
}

XLA_FFI_Error* ApplyPanelOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<Numbers>("own")
                            .Attr<int64_t>("columns")
                            .To(HandleApplyPanel);
  return handler->Call(frame);
}

XLA_FFI_Error* MarkFailedOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler =
      ffi::Ffi::Bind().Arg<ffi::AnyBuffer>().Arg<Integers>().Ret<ffi::AnyBuffer>().To(
          HandleMarkFailed);
  return handler->Call(frame);
}

XLA_FFI_Error* FactorRowsOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<Numbers>("box")
                            .To(HandleFactorRows);
  return handler->Call(frame);
}

XLA_FFI_Error* StoreReflectionsOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<Numbers>("box")
                            .Attr<int64_t>("rank")
                            .Attr<int64_t>("ranks")
                            .Attr<bool>("is_last_row")
                            .To(HandleStoreReflections);
  return handler->Call(frame);
}

XLA_FFI_Error* LoadReflectionsOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<Numbers>("box")
                            .Attr<int64_t>("rank")
                            .Attr<int64_t>("ranks")
                            .To(HandleLoadReflections);
  return handler->Call(frame);
}

XLA_FFI_Error* MakeUnitsOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<Numbers>("box")
                            .Attr<int64_t>("rank")
                            .Attr<int64_t>("ranks")
                            .To(HandleMakeUnits);
  return handler->Call(frame);
}

}  // namespace

std::map<std::string, XLA_FFI_Handler*> FactorTargets() {
  return {{"jpi_factor_block", FactorBlockOnCpu},
          {"jpi_eliminate", EliminateOnCpu},
          {"jpi_mark_failed", MarkFailedOnCpu},
          {"jpi_factor_panel", FactorPanelOnCpu},
          {"jpi_apply_panel", ApplyPanelOnCpu},
          {"jpi_factor_rows", FactorRowsOnCpu},
          {"jpi_store_reflections", StoreReflectionsOnCpu},
          {"jpi_load_reflections", LoadReflectionsOnCpu},
          {"jpi_make_units", MakeUnitsOnCpu}};
}

void SetBlas(const std::map<std::string, uintptr_t>& addresses) {
  const auto set = [&](auto*& function, const std::string& name) {
    function = reinterpret_cast<std::decay_t<decltype(function)>>(addresses.at(name));
  };
  const auto set_all = [&](auto number, const std::string& letter, const std::string& square,
                           const std::string& orthogonal) {
    using Number = decltype(number);
    set(gemm<Number>, letter + "gemm");
    set(gemv<Number>, letter + "gemv");
    set(trsm<Number>, letter + "trsm");
    set(potrf<Number>, letter + "potrf");
    set(getrf<Number>, letter + "getrf");
    set(geqrf<Number>, letter + "geqrf");
    set(orgqr<Number>, letter + orthogonal);
    set(herk<Number>, letter + square);
  };
  set_all(float{}, "s", "syrk", "orgqr");
  set_all(double{}, "d", "syrk", "orgqr");
  set_all(std::complex<float>{}, "c", "herk", "ungqr");
  set_all(std::complex<double>{}, "z", "herk", "ungqr");
}

}  // namespace jpi
