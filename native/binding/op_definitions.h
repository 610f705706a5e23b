// The ops' definitions as data.
#pragma once

#include <napi.h>

namespace blasgrad {

// [{ name, operands: [{ name, access, dtype, optional }], attrs: [{ name, kind }], kernels: [[dtype, ...]], elementwise }]
Napi::Array DescribeOps(Napi::Env env);

}  // namespace blasgrad
