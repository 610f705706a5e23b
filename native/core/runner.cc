#include "core/runner.h"

#include <cstdlib>
#include <set>
#include <system_error>
#include <utility>

#include "core/op.h"

namespace blasgrad {
namespace {

// process.exit() ends the process without notifying environments, and OpenBLAS then frees its buffers while a
// thread may still multiply. So this list holds the threads of all environments, and an `atexit` handler stops
// them. Handlers run in reverse order of registration, so this one runs before OpenBLAS's.
struct Running {
  std::mutex mutex;
  std::set<Runner*> runners;
};
Running& AllRunning() {
  static auto* all = new Running();  // never destroyed, because the order of destruction is unknown
  return *all;
}

void Remember(Runner* runner) {
  Running& all = AllRunning();
  static const int registered = std::atexit([] {
    const std::lock_guard lock(AllRunning().mutex);
    for (Runner* one : AllRunning().runners) one->Halt();
  });
  (void)registered;
  const std::lock_guard lock(all.mutex);
  all.runners.insert(runner);
}

void Forget(Runner* runner) {
  const std::lock_guard lock(AllRunning().mutex);
  AllRunning().runners.erase(runner);
}

}  // namespace

void Runner::Add(std::shared_ptr<Job> job, int threads) {
  if (!thread_.joinable()) {
    Remember(this);  // this takes a lock under which the process exit handler takes mutex_
    try {
      thread_ = std::thread([this] { Loop(); });
    } catch (const std::system_error&) {
      throw DataError("the system could not start a background thread");
    }
  }
  const std::lock_guard lock(mutex_);
  queue_.push_back({std::move(job), threads});
  wake_.notify_one();
}

void Runner::Loop() {
  for (;;) {
    Runner::Job* job = nullptr;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return closing_ || !queue_.empty(); });
      if (closing_) return;
      running_ = std::move(queue_.front().job);
      job = running_.get();
      threads_.SetCount(queue_.front().threads);
      queue_.pop_front();
    }
    job->Work(&threads_);
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    job->Finished(std::move(running_));
  }
}

void Runner::Halt() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    if (running_ != nullptr) running_->Stop();
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Runner::Shutdown() {
  Forget(this);
  Halt();
  running_ = nullptr;
  queue_.clear();
}

}  // namespace blasgrad
