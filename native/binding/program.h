// A program as JavaScript sees it: functions that run it, on this thread or beside it.
#pragma once

#include <napi.h>

#include <memory>
#include <vector>

#include "binding/capture.h"
#include "core/program.h"

namespace blasgrad {

struct Environment;

// Wraps a program for JavaScript. `dtypes` are those of inputs and then outputs.
Napi::Object WrapProgram(Napi::Env env, Environment* environment, std::unique_ptr<Program> program,
                         std::vector<External> externals, std::vector<DType> dtypes);

}  // namespace blasgrad
