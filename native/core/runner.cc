#include "core/runner.h"

#include <utility>

namespace blasgrad {

void Runner::Add(std::shared_ptr<Job> job, int threads) {
  const std::lock_guard lock(mutex_);
  if (!thread_.joinable()) thread_ = std::thread([this] { Loop(); });
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

void Runner::Shutdown() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    if (running_ != nullptr) running_->Stop();
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  running_ = nullptr;
  queue_.clear();
}

}  // namespace blasgrad
