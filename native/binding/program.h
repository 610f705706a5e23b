// The JavaScript form of a program: functions that run it on this thread or on the background thread.
#pragma once

#include <napi.h>

#include <memory>
#include <vector>

#include "binding/capture.h"
#include "core/program.h"

namespace blasgrad {

struct Environment;

// The typed array class of an input or output.
struct PortArray {
  napi_typedarray_type type;
  size_t elementBytes;
};

// Wraps a program for JavaScript. `arrays` describes the inputs, then the outputs.
Napi::Object WrapProgram(Napi::Env env, Environment* environment, std::unique_ptr<Program> program,
                         std::vector<External> externals, std::vector<PortArray> arrays);

}  // namespace blasgrad
