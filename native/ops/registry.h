// All ops of all families, resolved for this CPU's instruction set.
#pragma once

#include <vector>

#include "core/op.h"

namespace blasgrad {

// Built on first use, then immutable: safe to share between environments and threads. Throws what RequireLimits does.
const std::vector<Op>& Registry();

}  // namespace blasgrad
