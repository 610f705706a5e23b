// When the calls of a recording use its temporaries.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "core/recording.h"

namespace blasgrad {

inline constexpr size_t kNone = std::numeric_limits<size_t>::max();

// Memory that a program receives from the caller or returns to it.
struct Port {
  Place place;
  size_t bytes;
};

// Times are numbers of calls, starting at 1: inputs exist from time 0, and outputs are read after the last call.
struct Use {
  size_t first = kNone;
  size_t last = 0;
  bool written = false;
};

// The use of each temporary.
std::vector<Use> FindUses(const Recording& recording, const std::vector<Port>& inputs,
                          const std::vector<Port>& outputs);

// The temporary whose memory an elementwise call may overwrite with its result: one that the call is the last to
// read, completely and in the same order. kNone if there is none.
size_t Reusable(const RecordedCall& call, size_t out, size_t time, const Recording& recording,
                const std::vector<Use>& uses);

}  // namespace blasgrad
