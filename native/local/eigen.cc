#include "local/eigen.h"

#include <type_traits>

#include "local/secular.h"
#include "local/secular_vectors.h"
#include "local/with_matrices.h"

namespace jpi {
namespace {

// Calls `function` with the address and the number of each row of real numbers.
template <typename Function>
ffi::Error WithRows(ffi::AnyBuffer x, Function function) {
  const auto each = [&](auto number) {
    const int64_t size = Width(x), count = size ? x.element_count() / size : 0;
    const auto first = static_cast<decltype(number)*>(x.untyped_data());
    for (int64_t i = 0; i < count; ++i) function(first + i * size, i);
    return ffi::Error::Success();
  };
  if (x.element_type() == ffi::F32) return each(float{});
  if (x.element_type() == ffi::F64) return each(double{});
  return ffi::Error::InvalidArgument("jpi: the numbers must be of type float32 or float64");
}

ffi::Error HandleOrder(ffi::AnyBuffer high, ffi::AnyBuffer low, ffi::AnyBuffer z,
                       ffi::Result<ffi::AnyBuffer> ordered_high,
                       ffi::Result<ffi::AnyBuffer> ordered_low,
                       ffi::Result<ffi::AnyBuffer> ordered_z, ffi::Result<Integers> place) {
  return WithRows(high, [&](auto* poles, int64_t i) {
    using Number = std::remove_pointer_t<decltype(poles)>;
    const int64_t size = Width(high);
    OrderPoles<Number>({poles, RowOf<Number>(low, i)}, RowOf<Number>(z, i), size,
                       RowOf<Number>(*ordered_high, i), RowOf<Number>(*ordered_low, i),
                       RowOf<Number>(*ordered_z, i), place->typed_data() + i * size);
  });
}

ffi::Error HandleRoots(ffi::AnyBuffer high, ffi::AnyBuffer low, ffi::AnyBuffer r, ffi::AnyBuffer z,
                       ffi::Result<ffi::AnyBuffer> roots, int64_t start, int64_t count) {
  return WithRows(high, [&](auto* poles, int64_t i) {
    using Number = std::remove_pointer_t<decltype(poles)>;
    FindRoots<Number>({poles, RowOf<Number>(low, i)}, static_cast<Number*>(r.untyped_data())[i],
                      RowOf<Number>(z, i), Width(high), start, count, MatrixOf<Number>(*roots, i));
  });
}

ffi::Error HandleWeights(ffi::AnyBuffer high, ffi::AnyBuffer low, ffi::AnyBuffer z,
                         ffi::AnyBuffer roots, ffi::Result<ffi::AnyBuffer> weights, int64_t start,
                         int64_t count) {
  return WithRows(high, [&](auto* poles, int64_t i) {
    using Number = std::remove_pointer_t<decltype(poles)>;
    FindWeights<Number>({poles, RowOf<Number>(low, i)}, RowOf<Number>(z, i),
                        MatrixOf<Number>(roots, i), Width(high), start, count,
                        RowOf<Number>(*weights, i));
  });
}

ffi::Error HandleProduct(ffi::AnyBuffer pairs, ffi::AnyBuffer high, ffi::AnyBuffer low,
                         ffi::AnyBuffer weights, ffi::AnyBuffer roots, Integers place,
                         ffi::AnyBuffer turn, ffi::Result<ffi::AnyBuffer> result, int64_t kind) {
  const int64_t size = Width(high);
  const int64_t each = size ? result->element_count() / (high.element_count() / size) : 0;
  return WithRows(high, [&](auto* poles, int64_t i) {
    using Number = std::remove_pointer_t<decltype(poles)>;
    const auto near = MatrixOf<Number>(roots, i);
    const int64_t columns = Width(*result), kept = columns ? each / columns : 0;
    const VectorsOf<Number> of{Kind(kind),
                               size,
                               {poles, RowOf<Number>(low, i)},
                               RowOf<Number>(weights, i),
                               {near, near + size},
                               near + 2 * size,
                               RowOf<Number>(turn, i)};
    MultiplyByVectors<Number>(
        MatrixOf<Number>(pairs, 2 * i), Rows(pairs), of, place.typed_data() + i * size,
        {static_cast<Number*>(result->untyped_data()) + i * each, columns, {0, kept, 0, columns}});
  });
}

XLA_FFI_Error* OrderOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Ret<Integers>()
                            .To(HandleOrder);
  return handler->Call(frame);
}

XLA_FFI_Error* RootsOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<int64_t>("start")
                            .Attr<int64_t>("count")
                            .To(HandleRoots);
  return handler->Call(frame);
}

XLA_FFI_Error* WeightsOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<int64_t>("start")
                            .Attr<int64_t>("count")
                            .To(HandleWeights);
  return handler->Call(frame);
}

XLA_FFI_Error* ProductOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<Integers>()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<int64_t>("kind")
                            .To(HandleProduct);
  return handler->Call(frame);
}

}  // namespace

std::map<std::string, XLA_FFI_Handler*> EigenTargets() {
  return {{"jpi_secular_order", OrderOnCpu},
          {"jpi_secular_roots", RootsOnCpu},
          {"jpi_secular_weights", WeightsOnCpu},
          {"jpi_secular_product", ProductOnCpu}};
}

}  // namespace jpi
