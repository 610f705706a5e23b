// Assigns temporaries to offsets in the arena: two that live at the same time never overlap.
#pragma once

#include <cstddef>
#include <vector>

namespace blasgrad {

inline constexpr size_t kArenaAlignment = 64;  // a cache line, which is also the widest vector

// In use from step `first` to step `last`, inclusive.
struct Lifetime {
  size_t bytes;
  size_t first;
  size_t last;
};

struct ArenaPlan {
  std::vector<size_t> offsets;
  size_t bytes = 0;
};

// Best fit in order of time: memory is allocated when a lifetime begins and freed after it ends.
ArenaPlan PlanArena(const std::vector<Lifetime>& lifetimes);

}  // namespace blasgrad
