// A program as plain data: what `toString` of a compiled function prints.
#pragma once

#include <napi.h>

#include "core/program.h"

namespace blasgrad {

Napi::Object DescribeProgram(Napi::Env env, const Program& program);

}  // namespace blasgrad
