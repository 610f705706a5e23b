// A program as JavaScript sees it: functions that run it, on this thread or on the library's own.
#pragma once

#include <napi.h>

#include <memory>
#include <vector>

#include "binding/capture.h"
#include "core/program.h"

namespace blasgrad {

struct Environment;

// The class of the array that an input or output is read from or written to.
struct PortArray {
  napi_typedarray_type type;
  size_t elementBytes;
};

// Wraps a program for JavaScript. `arrays` are those of inputs and then outputs.
Napi::Object WrapProgram(Napi::Env env, Environment* environment, std::unique_ptr<Program> program,
                         std::vector<External> externals, std::vector<PortArray> arrays);

}  // namespace blasgrad
