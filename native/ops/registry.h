// All ops of all families, resolved for this CPU's instruction set.
#pragma once

#include <vector>

#include "core/op.h"

namespace blasgrad {

// Built on first use, then immutable, so environments and threads can share it. Throws as RequireLimits does.
const std::vector<Op>& Registry();

}  // namespace blasgrad
