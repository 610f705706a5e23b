// A program as plain data, printed by `toString` of a compiled function.
#pragma once

#include <napi.h>

#include "core/program.h"

namespace blasgrad {

Napi::Object DescribeProgram(Napi::Env env, const Program& program);

}  // namespace blasgrad
