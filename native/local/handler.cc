#include "local/handler.h"

#include <climits>
#include <exception>
#include <memory>

#include "local/matrices.h"
#include "run/pages.h"
#include "sorting/keys.h"
#include "sorting/search.h"
#include "sorting/sort.h"

namespace ffi = xla::ffi;

namespace jpi {
namespace {

template <typename Key, bool kHasPlaces>
void SortRows(const Key* operand, const Coding<Key>& given, Numbers<Key, kHasPlaces> result,
              const Coding<Key>& wanted, size_t rows, size_t columns) {
  const Scratch keys(columns * sizeof(Key)), places(kHasPlaces ? columns * sizeof(int32_t) : 0);
  const Numbers<Key, kHasPlaces> scratch{reinterpret_cast<Key*>(keys.bytes()), places.numbers()};
  for (size_t row = 0; row < rows; ++row) {
    const Key* source = operand + row * columns;
    const auto target = result.From(row * columns);
    if (!given.has_own_keys()) given.Encode(source, columns, target.keys);
    Sort(given.has_own_keys() ? source : target.keys, target, scratch, columns, wanted);
  }
}

template <typename Key>
ffi::Error SortKeys(ffi::AnyBuffer x, ffi::RemainingRets results) {
  const size_t columns = x.dimensions().back();
  const size_t rows = columns ? x.element_count() / columns : 0;
  const auto operand = static_cast<const Key*>(x.untyped_data());
  const ffi::AnyBuffer first = **results.get<ffi::AnyBuffer>(0);
  const auto keys = static_cast<Key*>(first.untyped_data());
  const Coding<Key> given(x.element_type()), wanted(first.element_type());
  AdviseHugePages(keys, x.size_bytes());
  if (results.size() == 1) {
    SortRows<Key, false>(operand, given, {keys, nullptr}, wanted, rows, columns);
  } else {
    const auto places = (*results.get<ffi::AnyBuffer>(1))->typed_data<int32_t>();
    AdviseHugePages(places, x.element_count() * sizeof(int32_t));
    SortRows<Key, true>(operand, given, {keys, places}, wanted, rows, columns);
  }
  return ffi::Error::Success();
}

// The result of `function` on a zero of the type of the keys.
template <typename Function>
ffi::Error WithKey(ffi::DataType type, Function function) {
  try {
    switch (type) {
      case ffi::U8:
      case ffi::S8:
        return function(uint8_t{});
      case ffi::U16:
      case ffi::S16:
      case ffi::F16:
      case ffi::BF16:
        return function(uint16_t{});
      case ffi::U32:
      case ffi::S32:
      case ffi::F32:
        return function(uint32_t{});
      case ffi::U64:
      case ffi::S64:
      case ffi::F64:
        return function(uint64_t{});
      default:
        return ffi::Error::InvalidArgument("jpi: the keys must be integers or floats");
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

XLA_FFI_Error* InOrderOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind()
                            .Arg<ffi::AnyBuffer>()
                            .Arg<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .Ret<ffi::AnyBuffer>()
                            .To([](auto...) { return ffi::Error::Success(); });
  return handler->Call(frame);
}

// Takes memory for a result, and leaves it as it is.
ffi::Error HandleUnwritten(ffi::AnyBuffer, ffi::Result<ffi::AnyBuffer> result) {
  AdviseHugePages(result->untyped_data(), result->size_bytes());
  return ffi::Error::Success();
}

XLA_FFI_Error* UnwrittenOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler =
      ffi::Ffi::Bind().Arg<ffi::AnyBuffer>().Ret<ffi::AnyBuffer>().To(HandleUnwritten);
  return handler->Call(frame);
}

// The result has the memory of the operand.
XLA_FFI_Error* AsMadeOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind().Arg<ffi::AnyBuffer>().Ret<ffi::AnyBuffer>().To(
      [](auto...) { return ffi::Error::Success(); });
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

void SetSorts(uintptr_t of_4_bytes, uintptr_t of_8_bytes) {
  SortOf<uint32_t>() = reinterpret_cast<SortFunction>(of_4_bytes);
  SortOf<uint64_t>() = reinterpret_cast<SortFunction>(of_8_bytes);
}

std::map<std::string, XLA_FFI_Handler*> LocalTargets() {
  std::map<std::string, XLA_FFI_Handler*> targets = MatrixTargets();
  targets.insert({{"jpi_sort", SortOnCpu},
                  {"jpi_search", SearchOnCpu},
                  {"jpi_in_order", InOrderOnCpu},
                  {"jpi_unwritten", UnwrittenOnCpu},
                  {"jpi_as_made", AsMadeOnCpu}});
  return targets;
}

}  // namespace jpi
