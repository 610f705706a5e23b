// The library's background thread, which runs programs one after another.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "core/threads.h"

namespace blasgrad {

class Runner {
 public:
  struct Job {
    virtual ~Job() = default;
    virtual void Work(Threads* threads) = 0;
    virtual void Stop() = 0;  // returns at once; the run stops after its current step
    // Receives the job on the runner's thread. The job must be destroyed on the thread that created it.
    virtual void Finished(std::shared_ptr<Job> self) = 0;
  };

  Runner() = default;
  ~Runner() { Shutdown(); }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // Queues a job, which runs on `threads` threads.
  void Add(std::shared_ptr<Job> job, int threads);
  // Stops the current job, joins the thread and destroys all jobs. `Finished` is not called afterwards.
  void Shutdown();
  // Like Shutdown, but leaves the jobs: they belong to JavaScript, which is gone when the process exits.
  void Halt();

 private:
  struct Waiting {
    std::shared_ptr<Job> job;
    int threads;
  };
  void Loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;
  std::shared_ptr<Job> running_;
  bool closing_ = false;
  std::thread thread_;
  Threads threads_{1};
};

}  // namespace blasgrad
