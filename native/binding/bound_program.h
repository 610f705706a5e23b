// The state that the JavaScript functions of one program share, and the checks that they make before a run.
#pragma once

#include <napi.h>

#include <memory>
#include <vector>

#include "binding/capture.h"
#include "binding/program.h"
#include "core/program.h"
#include "core/runner.h"

namespace blasgrad {

struct Environment;

struct BoundProgram {
  napi_env env;
  Environment* environment;
  std::unique_ptr<Program> program;  // null after dispose()
  std::vector<External> externals;
  std::vector<PortArray> arrays;   // inputs, then outputs
  Runner::Job* running = nullptr;  // the asynchronous run, which owns this object
  int64_t done = 0;                // steps that the last synchronous run finished
  int64_t accounted = 0;

  ~BoundProgram() { Release(); }
  void Release();
};

using Handle = std::shared_ptr<BoundProgram>;

inline BoundProgram& BoundOf(const Napi::CallbackInfo& info) {
  return **static_cast<Handle*>(info.Data());
}

// Throws if the program was disposed of or is running asynchronously.
void RequireIdle(const BoundProgram& bound);
// Throws if unshared memory was detached or shrunk after the capture.
void RequireExternals(const BoundProgram& bound);
// The memory of the array for port i, which must hold `steps` times the elements of one step.
char* PortMemory(const BoundProgram& bound, size_t i, napi_value value, int64_t steps);
// Reads (steps, arrays, targets, tables), the arguments of a run of several steps. `run` keeps the arrays alive.
void ReadRun(const Napi::CallbackInfo& info, const BoundProgram& bound, Run* run,
             std::vector<napi_value>* arrays);

// start(steps, arrays, targets, tables, callback): runs several steps on the background thread.
Napi::Value StartRun(const Napi::CallbackInfo& info);
// stop(): stops the asynchronous run after its current step.
Napi::Value StopRun(const Napi::CallbackInfo& info);
// progress(): steps that the asynchronous run has finished; if there is none, the steps of the last `runSteps`.
Napi::Value RunProgress(const Napi::CallbackInfo& info);

}  // namespace blasgrad
