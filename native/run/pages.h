#pragma once

// Memory for large results, in huge pages if the system has them.

#include <cstddef>
#include <cstdint>
#include <memory>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace jpi {

// Asks the system for huge pages. XLA allocates new memory for each result, and to map it in small
// pages can take longer than the message. NumPy does the same for arrays of this size. The system
// may ignore the request, and pages that are already mapped do not change.
inline void AdviseHugePages([[maybe_unused]] void* data, [[maybe_unused]] int64_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr int64_t kSmallest = int64_t{1} << 22;
  constexpr uintptr_t kPage = 4096;
  if (bytes < kSmallest) return;
  const uintptr_t begin = (reinterpret_cast<uintptr_t>(data) + kPage - 1) / kPage * kPage;
  const uintptr_t end = (reinterpret_cast<uintptr_t>(data) + bytes) / kPage * kPage;
  madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
}

// Memory for temporary results, not initialised.
class Scratch {
 public:
  explicit Scratch(int64_t bytes) : data_(new std::byte[bytes]) {
    AdviseHugePages(data_.get(), bytes);
  }

  std::byte* bytes() const { return data_.get(); }
  int32_t* numbers() const { return reinterpret_cast<int32_t*>(data_.get()); }

 private:
  std::unique_ptr<std::byte[]> data_;
};

}  // namespace jpi
