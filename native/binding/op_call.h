// One exported function per row: checks its arguments against the row, then runs the kernel.
#pragma once

#include <napi.h>

namespace blasgrad {

struct Environment;

// { name: function } for every row of the registry.
Napi::Object ExportOps(Napi::Env env, Environment* environment);

// [{ name, operands: [{ name, access, element, optional }], attrs: [{ name, kind }], elementwise }]
Napi::Array DescribeRows(Napi::Env env);

}  // namespace blasgrad
