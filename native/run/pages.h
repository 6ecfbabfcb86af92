#pragma once

// Memory for large results, in huge pages if the system has them.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
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

// Lets the C library keep so much of the freed memory for the next results. To map new memory for a
// large result, and to let the system fill it with zeros, can take longer than the message. Only
// GNU's library: returns whether it is that one.
inline bool KeepFreedMemory([[maybe_unused]] int64_t bytes) {
#if defined(__GLIBC__)
  constexpr int64_t kLeast = int64_t{1} << 17;  // its own defaults
  constexpr int kMost = std::numeric_limits<int>::max();
  const int kept = static_cast<int>(std::clamp<int64_t>(bytes, kLeast, kMost));
  // Larger blocks are new memory, in huge pages: with small ones a factorization takes a fifth
  // longer.
  constexpr int kLargest = 1 << 25;
  mallopt(M_MMAP_THRESHOLD, std::min(kept, kLargest));
  mallopt(M_TRIM_THRESHOLD, kept);
  // XLA computes in threads of its own, whose memory the library would limit to 64 MiB each.
  if (bytes > 0) mallopt(M_ARENA_MAX, 1);
  return true;
#else
  return false;
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
