// What one JavaScript environment (the main thread, each worker) owns of the addon.
#pragma once

#include <node_api.h>

#include <array>
#include <memory>

#include "binding/capture.h"
#include "core/runner.h"
#include "core/scratch.h"
#include "core/threads.h"
#include "platform/machine.h"

namespace blasgrad {

struct Environment {
  Threads threads{DefaultThreads()};
  Scratch scratch;                   // of eager calls
  std::unique_ptr<Capture> capture;  // while one is open
  Runner runner;
  napi_threadsafe_function finished = nullptr;  // made with the first asynchronous run
  int running = 0;                              // asynchronous runs that have not completed
  // Weak references to Error, TypeError and RangeError of the V8 context that loaded the library last:
  // that of the addon may be another one, as in Jest.
  std::array<napi_ref, 3> errors{};
};

}  // namespace blasgrad
