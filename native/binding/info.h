// info() and measurePeak(): what the addon says of itself and its machine.
#pragma once

#include <napi.h>

namespace blasgrad {

void ExportInfo(Napi::Env env, Napi::Object exports);

}  // namespace blasgrad
