#include "local/handler.h"

#include <climits>
#include <exception>
#include <memory>
#include <numeric>

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

ffi::Error Handle(ffi::AnyBuffer x, ffi::RemainingRets results) {
  if (x.dimensions().size() == 0 || x.dimensions().back() > INT_MAX) {
    return ffi::Error::InvalidArgument("jpi sort: the operand must have 1 to 2^31 - 1 columns");
  }
  try {
    switch (x.element_type()) {
      case ffi::U8:
        return SortKeys<uint8_t>(x, results);
      case ffi::U16:
        return SortKeys<uint16_t>(x, results);
      case ffi::U32:
        return SortKeys<uint32_t>(x, results);
      case ffi::U64:
        return SortKeys<uint64_t>(x, results);
      default:
        return ffi::Error::InvalidArgument("jpi sort: the keys must be unsigned integers");
    }
  } catch (const std::exception& exception) {  // out of memory
    return ffi::Error::Internal(exception.what());
  }
}

XLA_FFI_Error* SortOnCpu(XLA_FFI_CallFrame* frame) {
  static auto handler = ffi::Ffi::Bind().Arg<ffi::AnyBuffer>().RemainingRets().To(Handle);
  return handler->Call(frame);
}

}  // namespace

XLA_FFI_Handler* SortTarget() { return SortOnCpu; }

}  // namespace jpi
