// Exports one function for each op and dtype. It checks its arguments against the op's definition and runs the
// kernel.
#pragma once

#include <napi.h>

namespace blasgrad {

struct Environment;

// { name: { dtype: function } } for every op of the registry; { name: { first: { second: function } } } for ops
// chosen by two dtypes.
Napi::Object ExportOps(Napi::Env env, Environment* environment);

}  // namespace blasgrad
