#include "local/matrices.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "local/boxes.h"
#include "local/eigen.h"
#include "local/factors.h"
#include "local/matrix.h"
#include "local/with_matrices.h"
#include "run/pages.h"

namespace jpi {
namespace {

ffi::Error HandleSubtractProduct(ffi::AnyBuffer, ffi::AnyBuffer a, ffi::AnyBuffer b,
                                 ffi::Result<ffi::AnyBuffer> c, Numbers boxes) {
  const auto run = [](auto c, auto a, auto b) { SubtractProduct(c, a, b, false); };
  return WithParts(boxes, run, *c, a, b);
}

ffi::Error HandleProduct(ffi::AnyBuffer a, ffi::AnyBuffer b, ffi::Result<ffi::AnyBuffer> c,
                         Numbers boxes, bool is_adjoint) {
  const auto run = [&](auto c, auto a, auto b) { Multiply(c, a, b, 1, 0, is_adjoint); };
  return WithParts(boxes, run, *c, a, b);
}

ffi::Error HandleSolveTriangle(ffi::AnyBuffer, ffi::AnyBuffer t, ffi::Result<ffi::AnyBuffer> x,
                               Numbers boxes, bool lower, bool unit_diagonal) {
  const auto run = [&](auto x, auto t) { SolveTriangle(x, t, lower, unit_diagonal, false); };
  return WithParts(boxes, run, *x, t);
}

ffi::Error HandleTrailingProduct(ffi::AnyBuffer a, ffi::AnyBuffer x, Integers first,
                                 ffi::Result<ffi::AnyBuffer> y, bool is_left) {
  return WithMatrices(a, [&](auto* matrix, int64_t i) {
    using Number = std::remove_pointer_t<decltype(matrix)>;
    const int64_t row = first.typed_data()[2 * i], column = first.typed_data()[2 * i + 1];
    const int64_t from = is_left ? row : column, to = is_left ? column : row;
    const auto factor = RowOf<Number>(x, i), product = RowOf<Number>(*y, i);
    std::fill_n(product, to, Number(0));
    MultiplyByVector<Number>({matrix, Width(a), {row, Rows(a), column, Width(a)}}, factor + from,
                             product + to, is_left);
  });
}

ffi::Error HandleSubtractTrailing(ffi::AnyBuffer, ffi::AnyBuffer a, ffi::AnyBuffer b,
                                  Integers first, ffi::Result<ffi::AnyBuffer> c) {
  return WithMatrices(*c, [&](auto* matrix, int64_t i) {
    using Number = std::remove_pointer_t<decltype(matrix)>;
    const int64_t row = first.typed_data()[2 * i], column = first.typed_data()[2 * i + 1];
    SubtractProduct<Number>({matrix, Width(*c), {row, Rows(*c), column, Width(*c)}},
                            {MatrixOf<Number>(a, i), Width(a), {row, Rows(a), 0, Width(a)}},
                            {MatrixOf<Number>(b, i), Width(b), {column, Rows(b), 0, Width(b)}},
                            true);
  });
}

Matrices MatricesOf(ffi::AnyBuffer x) {
  const int64_t each = Elements(x), elements = x.element_count(), width = Width(x);
  const int64_t rows = each ? each / width : 0, size = elements ? x.size_bytes() / elements : 0;
  return {static_cast<std::byte*>(x.untyped_data()), each ? elements / each : 0, rows, width, size};
}

ffi::Error HandlePack(ffi::AnyBuffer x, ffi::Result<ffi::AnyBuffer> flat, Numbers counts,
                      Numbers boxes) {
  AdviseHugePages(flat->untyped_data(), flat->size_bytes());
  Pack({counts.begin(), static_cast<int64_t>(counts.size()), boxes.begin()}, MatricesOf(x),
       static_cast<std::byte*>(flat->untyped_data()));
  return ffi::Error::Success();
}

// What is in no part becomes zero.
ffi::Error HandleUnpack(ffi::AnyBuffer flat, ffi::AnyBuffer kept, ffi::Result<ffi::AnyBuffer> x,
                        Numbers counts, Numbers boxes, Numbers places) {
  AdviseHugePages(x->untyped_data(), x->size_bytes());
  const Matrices matrices = MatricesOf(*x);
  int64_t elements = flat.element_count();
  for (size_t i = 0; i < places.size() / 8; ++i) {
    const Box box = BoxAt(places.begin(), 2 * i);
    elements += matrices.count * box.rows() * box.columns();
  }
  if (elements < static_cast<int64_t>(x->element_count())) {
    std::memset(x->untyped_data(), 0, x->size_bytes());
  }
  Move(MatricesOf(kept), matrices, places.begin(), places.size() / 8);
  Unpack({counts.begin(), static_cast<int64_t>(counts.size()), boxes.begin()},
         static_cast<std::byte*>(flat.untyped_data()), matrices);
  return ffi::Error::Success();
}

ffi::Error HandleSubstitute(ffi::AnyBuffer, ffi::AnyBuffer panel, ffi::Result<ffi::AnyBuffer> x,
                            int64_t start, bool lower, bool unit_diagonal) {
  return WithMatrices(*x, [&](auto* matrix, int64_t i) {
    using Number = std::remove_pointer_t<decltype(matrix)>;
    const Part<Number> rows{
        MatrixOf<Number>(panel, i), Width(panel), {0, Rows(panel), 0, Width(panel)}};
    Substitute(matrix, Width(*x), start, rows, lower, unit_diagonal);
  });
}

XLA_FFI_Error* SubtractProductOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<ffi::Span<const int64_t>>("boxes")
                            .To(HandleSubtractProduct);
  return handler->Call(frame);
}

XLA_FFI_Error* ProductOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<Numbers>("boxes")
                            .Attr<bool>("is_adjoint")
                            .To(HandleProduct);
  return handler->Call(frame);
}

XLA_FFI_Error* SolveTriangleOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<ffi::Span<const int64_t>>("boxes")
                            .Attr<bool>("lower")
                            .Attr<bool>("unit_diagonal")
                            .To(HandleSolveTriangle);
  return handler->Call(frame);
}

XLA_FFI_Error* TrailingProductOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<Integers>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<bool>("is_left")
                            .To(HandleTrailingProduct);
  return handler->Call(frame);
}

XLA_FFI_Error* SubtractTrailingOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<Integers>()
                            .Ret<ffi::AnyBuffer>()
                            .To(HandleSubtractTrailing);
  return handler->Call(frame);
}

XLA_FFI_Error* PackOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<Numbers>("counts")
                            .Attr<Numbers>("boxes")
                            .To(HandlePack);
  return handler->Call(frame);
}

XLA_FFI_Error* UnpackOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<Numbers>("counts")
                            .Attr<Numbers>("boxes")
                            .Attr<Numbers>("places")
                            .To(HandleUnpack);
  return handler->Call(frame);
}

XLA_FFI_Error* SubstituteOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<int64_t>("start")
                            .Attr<bool>("lower")
                            .Attr<bool>("unit_diagonal")
                            .To(HandleSubstitute);
  return handler->Call(frame);
}

}  // namespace

std::map<std::string, XLA_FFI_Handler*> MatrixTargets() {
  auto targets = FactorTargets();
  targets.merge(EigenTargets());
  targets.insert({{"jpi_subtract_product", SubtractProductOnCpu},
                  {"jpi_product", ProductOnCpu},
                  {"jpi_solve_triangle", SolveTriangleOnCpu},
                  {"jpi_trailing_product", TrailingProductOnCpu},
                  {"jpi_subtract_trailing", SubtractTrailingOnCpu},
                  {"jpi_pack", PackOnCpu},
                  {"jpi_unpack", UnpackOnCpu},
                  {"jpi_substitute", SubstituteOnCpu}});
  return targets;
}

}  // namespace jpi
