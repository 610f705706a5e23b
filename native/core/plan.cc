#include "core/plan.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <queue>
#include <set>
#include <utility>

namespace blasgrad {
namespace {

// Free ranges below the highest address used so far.
class FreeList {
 public:
  size_t Take(size_t bytes) {
    const auto fit = bySize_.lower_bound({bytes, 0});
    if (fit != bySize_.end()) {
      const auto [size, offset] = *fit;
      Remove(offset, size);
      if (size > bytes) Insert(offset + bytes, size - bytes);
      return offset;
    }
    // Nothing fits: extend the arena, starting at the last free range if it reaches the end.
    size_t offset = end_;
    if (!byOffset_.empty()) {
      const auto [lastOffset, lastSize] = *byOffset_.rbegin();
      if (lastOffset + lastSize == end_) {
        Remove(lastOffset, lastSize);
        offset = lastOffset;
      }
    }
    end_ = offset + bytes;
    return offset;
  }

  void Give(size_t offset, size_t bytes) {
    auto after = byOffset_.lower_bound(offset);
    if (after != byOffset_.end() && offset + bytes == after->first) {
      const auto [nextOffset, nextSize] = *after;
      bytes += nextSize;
      Remove(nextOffset, nextSize);
      after = byOffset_.lower_bound(offset);
    }
    if (after != byOffset_.begin()) {
      const auto [before, size] = *std::prev(after);
      if (before + size == offset) {
        Remove(before, size);
        offset = before;
        bytes += size;
      }
    }
    Insert(offset, bytes);
  }

  size_t end() const { return end_; }

 private:
  void Insert(size_t offset, size_t bytes) {
    byOffset_[offset] = bytes;
    bySize_.insert({bytes, offset});
  }
  void Remove(size_t offset, size_t bytes) {
    byOffset_.erase(offset);
    bySize_.erase({bytes, offset});
  }

  std::map<size_t, size_t> byOffset_;
  std::set<std::pair<size_t, size_t>> bySize_;
  size_t end_ = 0;
};

size_t RoundUp(size_t bytes) {
  return (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
}

}  // namespace

ArenaPlan PlanArena(const std::vector<Lifetime>& lifetimes) {
  std::vector<size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  // Of lifetimes that begin at the same step, the larger first.
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (lifetimes[a].first != lifetimes[b].first) return lifetimes[a].first < lifetimes[b].first;
    if (lifetimes[a].bytes != lifetimes[b].bytes) return lifetimes[a].bytes > lifetimes[b].bytes;
    return a < b;
  });
  ArenaPlan plan;
  plan.offsets.resize(lifetimes.size());
  FreeList memory;
  using Ending = std::pair<size_t, size_t>;  // last, index
  std::priority_queue<Ending, std::vector<Ending>, std::greater<>> alive;
  for (const size_t index : order) {
    const Lifetime& one = lifetimes[index];
    while (!alive.empty() && alive.top().first < one.first) {
      const size_t ended = alive.top().second;
      alive.pop();
      memory.Give(plan.offsets[ended], RoundUp(lifetimes[ended].bytes));
    }
    if (one.bytes == 0) continue;
    plan.offsets[index] = memory.Take(RoundUp(one.bytes));
    alive.push({one.last, index});
  }
  plan.bytes = memory.end();
  return plan;
}

}  // namespace blasgrad
