#pragma once

// A text that is written to stderr unless what it is about happens in time. A thread of its own
// waits, without Python's lock: MPI starts, and may wait for ever, while Python holds it.

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace jpi {

class Notice {
 public:
  Notice(double seconds, std::string text)
      : text_(std::move(text)), thread_([this, seconds] { Wait(seconds); }) {}
  ~Notice() { Cancel(); }

  void Cancel() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      is_cancelled_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void Wait(double seconds) {
    std::unique_lock<std::mutex> lock(mutex_);
    const auto patience = std::chrono::duration<double>(seconds);
    if (changed_.wait_for(lock, patience, [this] { return is_cancelled_; })) return;
    [[maybe_unused]] const auto written = write(STDERR_FILENO, text_.data(), text_.size());
  }

  const std::string text_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_cancelled_ = false;
  std::thread thread_;  // the last member: it uses the others
};

}  // namespace jpi
