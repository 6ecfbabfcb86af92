#include "local/factors.h"

#include <type_traits>
#include <vector>

#include "local/cholesky.h"
#include "local/lu.h"
#include "local/signed_lu.h"
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
    FactorPanel<Number>({matrix, Width(*x), BoxAt(box.begin(), 0)},
                        static_cast<Number*>(message->untyped_data()) + i * Width(*message));
  });
}

ffi::Error HandleApplyPanel(ffi::AnyBuffer, ffi::AnyBuffer message, ffi::Result<ffi::AnyBuffer> x,
                            Numbers box, int64_t columns) {
  return WithMatrices(*x, [&](auto* matrix, int64_t i) {
    using Number = std::remove_pointer_t<decltype(matrix)>;
    ApplyPanel<Number>({matrix, Width(*x), BoxAt(box.begin(), 0)}, Rows(*x),
                       static_cast<Number*>(message.untyped_data()) + i * Width(message), columns);
  });
}

ffi::Error HandleSignedLu(ffi::AnyBuffer, ffi::Result<ffi::AnyBuffer> x,
                          ffi::Result<ffi::AnyBuffer> signs, bool is_last_row) {
  return WithMatrices(*x, [&](auto* matrix, int64_t i) {
    using Number = std::remove_pointer_t<decltype(matrix)>;
    const auto found = static_cast<Number*>(signs->untyped_data()) + i * Width(*x);
    SignedLu<Number>(matrix, Width(*x), is_last_row, found);
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

XLA_FFI_Error* SignedLuOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<bool>("is_last_row")
                            .To(HandleSignedLu);
  return handler->Call(frame);
}

}  // namespace

std::map<std::string, XLA_FFI_Handler*> FactorTargets() {
  return {{"jpi_factor_block", FactorBlockOnCpu}, {"jpi_eliminate", EliminateOnCpu},
          {"jpi_mark_failed", MarkFailedOnCpu},   {"jpi_factor_panel", FactorPanelOnCpu},
          {"jpi_apply_panel", ApplyPanelOnCpu},   {"jpi_signed_lu", SignedLuOnCpu}};
}

void SetBlas(const std::map<std::string, uintptr_t>& addresses) {
  const auto set = [&](auto*& function, const std::string& name) {
    function = reinterpret_cast<std::decay_t<decltype(function)>>(addresses.at(name));
  };
  const auto set_all = [&](auto number, const std::string& letter, const std::string& square) {
    using Number = decltype(number);
    set(gemm<Number>, letter + "gemm");
    set(trsm<Number>, letter + "trsm");
    set(potrf<Number>, letter + "potrf");
    set(getrf<Number>, letter + "getrf");
    set(herk<Number>, letter + square);
  };
  set_all(float{}, "s", "syrk");
  set_all(double{}, "d", "syrk");
  set_all(std::complex<float>{}, "c", "herk");
  set_all(std::complex<double>{}, "z", "herk");
}

}  // namespace jpi
