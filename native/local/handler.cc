#include "local/handler.h"

#include <climits>
#include <complex>
#include <exception>
#include <memory>
#include <numeric>
#include <tuple>

#include "local/matrix.h"
#include "local/search.h"
#include "local/sort.h"
#include "run/pages.h"

namespace ffi = xla::ffi;

namespace jpi {
namespace {

template <typename Key, bool kHasPlaces>
void SortRows(const Key* operand, Run<Key, kHasPlaces> result, size_t rows, size_t columns) {
  const Scratch keys(columns * sizeof(Key)), places(kHasPlaces ? columns * sizeof(int32_t) : 0);
  const Run<Key, kHasPlaces> scratch{reinterpret_cast<Key*>(keys.bytes()), places.numbers()};
  for (size_t row = 0; row < rows; ++row) {
    const auto x = result.From(row * columns);
    if (x.keys != operand + row * columns) std::copy_n(operand + row * columns, columns, x.keys);
    if constexpr (kHasPlaces) std::iota(x.places, x.places + columns, 0);
    Sort(x, scratch, columns);
  }
}

template <typename Key>
ffi::Error SortKeys(ffi::AnyBuffer x, ffi::RemainingRets results) {
  const size_t columns = x.dimensions().back();
  const size_t rows = columns ? x.element_count() / columns : 0;
  const auto operand = static_cast<const Key*>(x.untyped_data());
  const auto keys = static_cast<Key*>((*results.get<ffi::AnyBuffer>(0))->untyped_data());
  AdviseHugePages(keys, x.size_bytes());
  if (results.size() == 1) {
    SortRows<Key, false>(operand, {keys, nullptr}, rows, columns);
  } else {
    const auto places = (*results.get<ffi::AnyBuffer>(1))->typed_data<int32_t>();
    AdviseHugePages(places, x.element_count() * sizeof(int32_t));
    SortRows<Key, true>(operand, {keys, places}, rows, columns);
  }
  return ffi::Error::Success();
}

// The result of `function` on a zero of the type of the keys.
template <typename Function>
ffi::Error WithKey(ffi::DataType type, Function function) {
  try {
    switch (type) {
      case ffi::U8:
        return function(uint8_t{});
      case ffi::U16:
        return function(uint16_t{});
      case ffi::U32:
        return function(uint32_t{});
      case ffi::U64:
        return function(uint64_t{});
      default:
        return ffi::Error::InvalidArgument("jpi: the keys must be unsigned integers");
    }
  } catch (const std::exception& exception) {  // out of memory
    return ffi::Error::Internal(exception.what());
  }
}

bool HasColumns(ffi::AnyBuffer x) {
  return x.dimensions().size() > 0 && x.dimensions().back() <= INT_MAX;
}

ffi::Error HandleSort(ffi::AnyBuffer x, ffi::RemainingRets results) {
  if (!HasColumns(x)) return ffi::Error::InvalidArgument("jpi sort: 0 to 2^31 - 1 columns");
  return WithKey(x.element_type(), [&](auto key) { return SortKeys<decltype(key)>(x, results); });
}

using Places = ffi::Buffer<ffi::S32>;

ffi::Error HandleSearch(ffi::AnyBuffer x, ffi::AnyBuffer values, Places low, Places high,
                        ffi::Result<Places> places, bool is_above) {
  if (!HasColumns(x)) return ffi::Error::InvalidArgument("jpi search: 0 to 2^31 - 1 columns");
  const size_t columns = x.dimensions().back(), count = values.dimensions().back();
  const size_t rows = count ? values.element_count() / count : 0;
  return WithKey(x.element_type(), [&](auto key) {
    using Key = decltype(key);
    for (size_t row = 0; row < rows; ++row) {
      const size_t start = row * count;
      Search(static_cast<const Key*>(x.untyped_data()) + row * columns,
             static_cast<const Key*>(values.untyped_data()) + start,
             {low.typed_data() + start, high.typed_data() + start}, count, is_above,
             places->typed_data() + start);
    }
    return ffi::Error::Success();
  });
}

// The result of `function` on a zero of the type of a matrix.
template <typename Function>
ffi::Error WithNumber(ffi::DataType type, Function function) {
  switch (type) {
    case ffi::F32:
      return function(float{});
    case ffi::F64:
      return function(double{});
    case ffi::C64:
      return function(std::complex<float>{});
    case ffi::C128:
      return function(std::complex<double>{});
    default:
      return ffi::Error::InvalidArgument("jpi: the matrices must have a type of LAPACK");
  }
}

int64_t Width(ffi::AnyBuffer x) { return x.dimensions().back(); }
int64_t Elements(ffi::AnyBuffer x) { return Width(x) * x.dimensions()[x.dimensions().size() - 2]; }

Box BoxAt(ffi::Span<const int64_t> boxes, int number) {
  const int64_t* x = boxes.begin() + 4 * number;
  return {x[0], x[1], x[2], x[3]};
}

// Calls `function` with a part of each array of a batch, for every matrix of it; the first array is
// an operand and the result, in one buffer.
template <typename... Arrays, typename Function>
ffi::Error WithParts(ffi::Span<const int64_t> boxes, Function function, ffi::AnyBuffer first,
                     Arrays... others) {
  if (std::max({Width(first), Width(others)...}) > INT_MAX) {
    return ffi::Error::InvalidArgument("jpi matrices: 0 to 2^31 - 1 columns");
  }
  const int64_t count = Elements(first) ? first.element_count() / Elements(first) : 0;
  return WithNumber(first.element_type(), [&](auto number) {
    using Number = decltype(number);
    for (int64_t i = 0; i < count; ++i) {
      int place = 0;
      const auto part = [&](ffi::AnyBuffer x) {
        return Part<Number>{static_cast<Number*>(x.untyped_data()) + i * Elements(x), Width(x),
                            BoxAt(boxes, place++)};
      };
      std::apply(function, std::tuple{part(first), part(others)...});
    }
    return ffi::Error::Success();
  });
}

ffi::Error HandleSubtractProduct(ffi::AnyBuffer, ffi::AnyBuffer a, ffi::AnyBuffer b,
                                 ffi::Result<ffi::AnyBuffer> c, ffi::Span<const int64_t> boxes,
                                 bool adjoint) {
  const auto run = [&](auto c, auto a, auto b) { SubtractProduct(c, a, b, adjoint); };
  return WithParts(boxes, run, *c, a, b);
}

ffi::Error HandleProduct(ffi::AnyBuffer a, ffi::AnyBuffer b, ffi::Result<ffi::AnyBuffer> c,
                         ffi::Span<const int64_t> boxes, bool adjoint) {
  const auto run = [&](auto c, auto a, auto b) { Multiply(c, a, b, adjoint); };
  return WithParts(boxes, run, *c, a, b);
}

ffi::Error HandleSolveTriangle(ffi::AnyBuffer, ffi::AnyBuffer t, ffi::Result<ffi::AnyBuffer> x,
                               ffi::Span<const int64_t> boxes, bool lower, bool unit_diagonal,
                               bool right_adjoint) {
  const auto run = [&](auto x, auto t) {
    SolveTriangle(x, t, lower, unit_diagonal, right_adjoint);
  };
  return WithParts(boxes, run, *x, t);
}

// The result is the operand x, in its memory.
ffi::Error HandleSwapRows(ffi::AnyBuffer x, Places pivots, ffi::Result<ffi::AnyBuffer> result,
                          int64_t start) {
  const int64_t count = Elements(x) ? x.element_count() / Elements(x) : 0;
  const int64_t swaps = pivots.dimensions().back();
  return WithNumber(x.element_type(), [&](auto number) {
    using Number = decltype(number);
    for (int64_t i = 0; i < count; ++i) {
      SwapRows(static_cast<Number*>(result->untyped_data()) + i * Elements(x), Width(x),
               pivots.typed_data() + i * swaps, swaps, start);
    }
    return ffi::Error::Success();
  });
}

XLA_FFI_Error* SubtractProductOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<ffi::Span<const int64_t>>("boxes")
                            .Attr<bool>("adjoint")
                            .To(HandleSubtractProduct);
  return handler->Call(frame);
}

XLA_FFI_Error* ProductOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<ffi::Span<const int64_t>>("boxes")
                            .Attr<bool>("adjoint")
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
                            .Attr<bool>("right_adjoint")
                            .To(HandleSolveTriangle);
  return handler->Call(frame);
}

XLA_FFI_Error* SwapRowsOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<Places>()
                            .Ret<ffi::AnyBuffer>()
                            .Attr<int64_t>("start")
                            .To(HandleSwapRows);
  return handler->Call(frame);
}

XLA_FFI_Error* SortOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind().Arg<ffi::AnyBuffer>().RemainingRets().To(HandleSort);
  return handler->Call(frame);
}

XLA_FFI_Error* SearchOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<Places>()
                            .Arg<Places>()
                            .Ret<Places>()
                            .Attr<bool>("is_above")
                            .To(HandleSearch);
  return handler->Call(frame);
}

}  // namespace

std::map<std::string, XLA_FFI_Handler*> LocalTargets() {
  return {{"jpi_sort", SortOnCpu},
          {"jpi_search", SearchOnCpu},
          {"jpi_subtract_product", SubtractProductOnCpu},
          {"jpi_product", ProductOnCpu},
          {"jpi_solve_triangle", SolveTriangleOnCpu},
          {"jpi_swap_rows", SwapRowsOnCpu}};
}

void SetBlas(const std::map<std::string, uintptr_t>& addresses) {
  const auto set = [&](auto*& function, const std::string& name) {
    function = reinterpret_cast<std::decay_t<decltype(function)>>(addresses.at(name));
  };
  const auto set_both = [&](auto*& product, auto*& solve, const std::string& letter) {
    set(product, letter + "gemm");
    set(solve, letter + "trsm");
  };
  set_both(gemm<float>, trsm<float>, "s");
  set_both(gemm<double>, trsm<double>, "d");
  set_both(gemm<std::complex<float>>, trsm<std::complex<float>>, "c");
  set_both(gemm<std::complex<double>>, trsm<std::complex<double>>, "z");
}

}  // namespace jpi
