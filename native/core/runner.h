// The library's own background thread, which runs programs one after another.
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
    virtual void Stop() = 0;  // soon: after the step that is running
    // Takes over the job, on the runner's thread: it must be destroyed on the one that made it.
    virtual void Finished(std::shared_ptr<Job> self) = 0;
  };

  Runner() = default;
  ~Runner() { Shutdown(); }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // Threads for work that begins from now on.
  void Add(std::shared_ptr<Job> job, int threads);
  // Stops what runs, joins the thread, and destroys all jobs. No `Finished` comes after it.
  void Shutdown();
  // The same but for the jobs, which belong to JavaScript that is gone when the process exits.
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
