// A program as the functions that JavaScript has of it share it, and what they check before a run.
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
  std::unique_ptr<Program> program;  // null once it is disposed of
  std::vector<External> externals;
  std::vector<PortArray> arrays;   // of inputs and then outputs
  Runner::Job* running = nullptr;  // the asynchronous run, which owns this
  int64_t done = 0;                // steps that the last synchronous run finished
  int64_t accounted = 0;

  ~BoundProgram() { Release(); }
  void Release();
};

using Handle = std::shared_ptr<BoundProgram>;

inline BoundProgram& BoundOf(const Napi::CallbackInfo& info) {
  return **static_cast<Handle*>(info.Data());
}

// Throws unless there is a program and no asynchronous run of it.
void RequireIdle(const BoundProgram& bound);
// Throws where memory that is not shared was detached or shrunk since the capture.
void RequireExternals(const BoundProgram& bound);
// The memory of the array for port i, which must hold `steps` times what one step takes.
char* PortMemory(const BoundProgram& bound, size_t i, napi_value value, int64_t steps);
// (steps, arrays, targets, tables): reads what a run of several steps works on; keeps the arrays.
void ReadRun(const Napi::CallbackInfo& info, const BoundProgram& bound, Run* run,
             std::vector<napi_value>* arrays);

// start(steps, arrays, targets, tables, callback): several steps on the library's own thread.
Napi::Value StartRun(const Napi::CallbackInfo& info);
// stop(): the asynchronous run ends after the step it is at.
Napi::Value StopRun(const Napi::CallbackInfo& info);
// progress(): steps that the asynchronous run has finished; without one, those of the last `runSteps`.
Napi::Value RunProgress(const Napi::CallbackInfo& info);

}  // namespace blasgrad
