// Where temporaries lie in the arena: two that live at the same time never overlap.
#pragma once

#include <cstddef>
#include <vector>

namespace blasgrad {

inline constexpr size_t kArenaAlignment = 64;  // a cache line, and the widest vector

// In use from step `first` to step `last`, both included.
struct Lifetime {
  size_t bytes;
  size_t first;
  size_t last;
};

struct ArenaPlan {
  std::vector<size_t> offsets;
  size_t bytes = 0;
};

// Best fit in order of time: memory is taken when a lifetime begins, and free again after its end.
ArenaPlan PlanArena(const std::vector<Lifetime>& lifetimes);

}  // namespace blasgrad
