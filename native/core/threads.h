// A small thread pool that splits one loop over the CPUs that this process may use. The calling thread works too.
// Helpers spin briefly between loops, because a training step consists of many short loops, and then sleep.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace blasgrad {

class Threads {
 public:
  explicit Threads(int count) : count_(count) {}
  ~Threads() { Stop(); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  int count() const { return count_; }
  void SetCount(int count);

  // Calls body(begin, end), or body(begin, end, part) with the range's number below count(), for consecutive ranges
  // that cover [0, n). Each but the last has at least `grain` elements and a multiple of `multiple`. `body` must
  // not throw.
  template <class Body>
  void For(int64_t n, int64_t grain, const Body& body, int64_t multiple = 1) {
    const int64_t parts = grain > 0 && n > grain ? std::min<int64_t>(count_, n / grain) : 1;
    if (parts <= 1) {
      if (n > 0) CallBody(body, 0, n, 0);
      return;
    }
    const int64_t chunk = ((n + parts - 1) / parts + multiple - 1) / multiple * multiple;
    const auto task = [&](int64_t part) {
      const int64_t begin = part * chunk;
      const int64_t end = std::min(n, begin + chunk);
      if (begin < end) CallBody(body, begin, end, static_cast<int>(part));
    };
    using Task = std::remove_reference_t<decltype(task)>;
    Run(static_cast<int>(parts), const_cast<void*>(static_cast<const void*>(&task)),
        [](void* context, int part) { (*static_cast<const Task*>(context))(part); });
  }

 private:
  template <class Body>
  static void CallBody(const Body& body, int64_t begin, int64_t end, int part) {
    if constexpr (std::is_invocable_v<const Body&, int64_t, int64_t, int>) {
      body(begin, end, part);
    } else {
      body(begin, end);
    }
  }

  using Call = void (*)(void* context, int part);

  void Run(int parts, void* context, Call call);
  void Start();
  void Stop();
  void Work(int part, uint32_t seen);

  int count_;
  std::vector<std::thread> helpers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<uint32_t> generation_{0};
  std::atomic<int> pending_{0};
  std::atomic<int> sleeping_{0};
  std::atomic<bool> stopping_{false};
  int parts_ = 0;
  void* context_ = nullptr;
  Call call_ = nullptr;
};

}  // namespace blasgrad
