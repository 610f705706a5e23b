// info() and measurePeak(): properties of the addon and its machine.
#pragma once

#include <napi.h>

namespace blasgrad {

void ExportInfo(Napi::Env env, Napi::Object exports);

}  // namespace blasgrad
