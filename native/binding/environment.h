// What one JavaScript environment (the main thread, each worker) owns of the addon.
#pragma once

#include "core/machine.h"
#include "core/threads.h"

namespace blasgrad {

struct Environment {
  Threads threads{DefaultThreads()};
};

}  // namespace blasgrad
