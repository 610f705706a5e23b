#include "binding/info.h"

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "binding/checks.h"
#include "binding/environment.h"
#include "blas/gemm.h"
#include "platform/machine.h"
#include "platform/peak.h"
#include "simd/targets.h"

namespace blasgrad {
namespace {

std::string Setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// OpenBLAS core types without AVX-512 kernels, with which a CPU that has AVX-512 reaches half its GEMM speed.
bool LacksAvx512(const std::string& core) {
  return core != "SkylakeX" && core != "Cooperlake" && core != "Sapphirerapids";
}

// docs/troubleshooting.md explains each warning.
std::vector<std::string> Warnings(const std::string& core, int threads) {
  std::vector<std::string> warnings;
  const std::string forced = Setting("OPENBLAS_CORETYPE");
  if (!forced.empty() && CpuHasAvx512() && LacksAvx512(core)) {
    warnings.push_back("OPENBLAS_CORETYPE=" + forced +
                       " makes OpenBLAS use kernels without AVX-512, which this CPU has: matrix "
                       "products may run at half speed. Unset it before Node starts.");
  }
  if (const std::string target = TargetWarning(); !target.empty()) warnings.push_back(target);
  const std::string count = Setting("BLASGRAD_NUM_THREADS");
  if (!count.empty() && !ThreadsAsked()) {
    warnings.push_back("BLASGRAD_NUM_THREADS=" + count +
                       " counts as unset: it is not an integer from 1 to 1024.");
  }
  if (threads > UsableCpus()) {
    warnings.push_back(std::to_string(threads) + " threads share " + std::to_string(UsableCpus()) +
                       " CPUs, which is slower than one thread for each. Set fewer by "
                       "backend.setNumThreads or BLASGRAD_NUM_THREADS.");
  }
  return warnings;
}

Napi::Value Info(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  const std::string core = BlasCoreType();
  const int threads = env.GetInstanceData<Environment>()->threads.count();
  const double quota = CpuQuota();
  Napi::Array warnings = Napi::Array::New(env);
  for (const std::string& warning : Warnings(core, threads)) {
    warnings.Set(warnings.Length(), warning);
  }
  Napi::Object info = Napi::Object::New(env);
  info.Set("blas", "OpenBLAS");
  info.Set("blasVersion", BlasVersion());
  info.Set("coreType", core);
  info.Set("simdTarget", SimdTarget());
  info.Set("cpu", CpuModel());
  info.Set("cpus", UsableCpus());
  info.Set("quota", std::isinf(quota) ? env.Null() : Napi::Number::New(env, quota));
  info.Set("threads", threads);
  info.Set("winograd", env.GetInstanceData<Environment>()->winograd);
  info.Set("napiVersion", NAPI_VERSION);
  info.Set("warnings", warnings);
  return info;
}

Napi::Value Peak(const Napi::CallbackInfo& call) {
  const napi_env env = call.Env();
  try {
    const Attr attr = {"milliseconds", AttrKind::real};
    const double milliseconds = ReadAttr(env, call[0], attr);
    if (!(milliseconds > 0 && milliseconds <= 10'000)) {
      Expected(false, "a time from 0 to 10000", "milliseconds", Describe(env, call[0]));
    }
    return Napi::Number::New(env, MeasurePeak(milliseconds));
  } catch (...) {
    ThrowPending(env, "measurePeak");
  }
  return call.Env().Undefined();
}

}  // namespace

void ExportInfo(Napi::Env env, Napi::Object exports) {
  exports.Set("info", Napi::Function::New(env, Info, "info"));
  exports.Set("measurePeak", Napi::Function::New(env, Peak, "measurePeak"));
}

}  // namespace blasgrad
