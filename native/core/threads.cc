#include "core/threads.h"

#include <chrono>
#include <system_error>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace blasgrad {
namespace {

// How long a helper thread spins for the next loop before it sleeps. Waking a sleeping thread costs 20 to 60 us,
// and the loops of one step of a 512-wide network come 10 to 100 us apart.
constexpr auto kSpin = std::chrono::microseconds(100);

void Pause() {
#if defined(__x86_64__) || defined(__i386__)
  _mm_pause();
#else
  std::this_thread::yield();
#endif
}

}  // namespace

void Threads::SetCount(int count) {
  if (count == count_) return;
  Stop();
  count_ = count;
}

void Threads::Start() {
  stopping_ = false;
  const uint32_t seen = generation_.load();
  try {
    for (int part = 1; part < count_; ++part) {
      helpers_.emplace_back([this, part, seen] { Work(part, seen); });
    }
  } catch (const std::system_error&) {
    // The system grants no more threads: the caller computes the remaining ranges.
  }
}

void Threads::Stop() {
  if (helpers_.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
  helpers_.clear();
}

void Threads::Run(int parts, void* context, Call call) {
  if (helpers_.empty()) Start();
  parts_ = parts;
  context_ = context;
  call_ = call;
  pending_.store(static_cast<int>(helpers_.size()), std::memory_order_relaxed);
  generation_.fetch_add(1);
  if (sleeping_.load() > 0) {
    {
      const std::lock_guard lock(mutex_);
    }
    wake_.notify_all();
  }
  call(context, 0);
  for (int part = static_cast<int>(helpers_.size()) + 1; part < parts; ++part) call(context, part);
  // The helpers may share this core, so the caller yields if the wait is longer than a short loop.
  for (int spins = 0; pending_.load(std::memory_order_acquire) > 0; ++spins) {
    if (spins < 4096) {
      Pause();
    } else {
      std::this_thread::yield();
    }
  }
}

void Threads::Work(int part, uint32_t seen) {
  for (;;) {
    const auto deadline = std::chrono::steady_clock::now() + kSpin;
    for (int spins = 1; generation_.load(std::memory_order_acquire) == seen; ++spins) {
      if (stopping_.load(std::memory_order_relaxed)) return;
      Pause();
      if (spins % 64 != 0 || std::chrono::steady_clock::now() < deadline) continue;
      std::unique_lock lock(mutex_);
      sleeping_.fetch_add(1);
      wake_.wait(lock, [&] { return stopping_.load() || generation_.load() != seen; });
      sleeping_.fetch_sub(1);
    }
    seen = generation_.load(std::memory_order_acquire);
    if (part < parts_) call_(context_, part);
    pending_.fetch_sub(1, std::memory_order_release);
  }
}

}  // namespace blasgrad
