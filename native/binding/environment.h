// What one JavaScript environment (the main thread, each worker) owns of the addon.
#pragma once

#include <node_api.h>

#include <memory>

#include "binding/capture.h"
#include "platform/machine.h"
#include "core/runner.h"
#include "core/threads.h"

namespace blasgrad {

struct Environment {
  Threads threads{DefaultThreads()};
  std::unique_ptr<Capture> capture;  // while one is open
  Runner runner;
  napi_threadsafe_function finished = nullptr;  // made with the first asynchronous run
  int inFlight = 0;
};

}  // namespace blasgrad
