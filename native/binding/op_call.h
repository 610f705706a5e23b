// One exported function for an op and a dtype: checks its arguments against the definition, then runs the kernel.
#pragma once

#include <napi.h>

namespace blasgrad {

struct Environment;

// { name: { dtype: function } } for every op of the registry; those on two dtypes { name: { first: { second: function } } }.
Napi::Object ExportOps(Napi::Env env, Environment* environment);

}  // namespace blasgrad
