// The addon's state for one JavaScript environment (the main thread or a worker).
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
  bool winograd = WinogradAllowed();
  Scratch scratch;                   // for eager calls
  std::unique_ptr<Capture> capture;  // null unless a capture is open
  Runner runner;
  napi_threadsafe_function finished = nullptr;  // created for the first asynchronous run
  int running = 0;                              // asynchronous runs that have not completed
  // Weak references to Error, TypeError and RangeError of the V8 context that loaded the library last. That context
  // may differ from the addon's, as in Jest.
  std::array<napi_ref, 3> errors{};
};

}  // namespace blasgrad
