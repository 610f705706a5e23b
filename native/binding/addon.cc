// The addon's exports: ops and their definitions, captures, info, threads. binding.d.ts declares them.
#include <napi.h>

#include "binding/checks.h"
#include "binding/environment.h"
#include "binding/info.h"
#include "binding/op_call.h"
#include "binding/op_definitions.h"
#include "core/plan.h"
#include "platform/pages.h"
#include "simd/targets.h"

namespace blasgrad {
namespace {

Napi::Value GetNumThreads(const Napi::CallbackInfo& call) {
  return Napi::Number::New(call.Env(), call.Env().GetInstanceData<Environment>()->threads.count());
}

Napi::Value SetNumThreads(const Napi::CallbackInfo& call) {
  const napi_env env = call.Env();
  try {
    const Attr count = {"n"};
    const double n = ReadAttr(env, call[0], count);
    if (n < 1 || n > 1024) {
      Expected(false, "a number of threads from 1 to 1024", "n", Describe(env, call[0]));
    }
    call.Env().GetInstanceData<Environment>()->threads.SetCount(static_cast<int>(n));
  } catch (...) {
    ThrowPending(env, "setNumThreads");
  }
  return call.Env().Undefined();
}

Napi::Value SetWinograd(const Napi::CallbackInfo& call) {
  const napi_env env = call.Env();
  try {
    if (!call[0].IsBoolean()) Expected(true, "a boolean", "enabled", Describe(env, call[0]));
    call.Env().GetInstanceData<Environment>()->winograd = call[0].As<Napi::Boolean>();
  } catch (...) {
    ThrowPending(env, "setWinograd");
  }
  return call.Env().Undefined();
}

// A plain N-API function, because it is called for every large tensor.
napi_value PrepareMemory(napi_env env, napi_callback_info info) {
  napi_value argument = nullptr;
  size_t argc = 1;
  napi_get_cb_info(env, info, &argc, &argument, nullptr, nullptr);
  Buffer buffer;
  try {
    if (!ReadBuffer(env, argument, &buffer) || buffer.type != napi_uint8_array) {
      Expected(true, "a Uint8Array", "memory", Describe(env, argument));
    }
  } catch (...) {
    ThrowPending(env, "prepareMemory");
    return nullptr;
  }
  PreferHugePages(buffer.data, buffer.length);
  const auto address = reinterpret_cast<uintptr_t>(buffer.data);
  napi_value skip = nullptr;
  napi_create_uint32(env, static_cast<uint32_t>(-address & (kArenaAlignment - 1)), &skip);
  return skip;
}

void ForgetErrors(napi_env env, Environment* environment) {
  for (napi_ref& error : environment->errors) {
    if (error != nullptr) napi_delete_reference(env, error);
    error = nullptr;
  }
}

// setErrors(Error, TypeError, RangeError): sets the error classes that later calls throw.
Napi::Value SetErrors(const Napi::CallbackInfo& call) {
  const napi_env env = call.Env();
  auto* environment = call.Env().GetInstanceData<Environment>();
  auto& errors = environment->errors;
  try {
    for (size_t i = 0; i < errors.size(); ++i) {
      if (!call[i].IsFunction()) Expected(true, "a class", "an error", Describe(env, call[i]));
    }
    ForgetErrors(env, environment);
    for (size_t i = 0; i < errors.size(); ++i) napi_create_reference(env, call[i], 0, &errors[i]);
  } catch (...) {
    ThrowPending(env, "setErrors");
  }
  return call.Env().Undefined();
}

Napi::Object Load(Napi::Env env, Napi::Object exports) {
  KeepFreedMemory();
  auto* environment = new Environment();
  env.SetInstanceData(environment);
  // When an environment ends, Node frees only the references that were deleted.
  env.AddCleanupHook([env, environment] { ForgetErrors(env, environment); });
  exports.Set("ops", ExportOps(env, environment));
  ExportCapture(env, environment, exports);
  napi_value prepareMemory = nullptr;
  napi_create_function(env, "prepareMemory", NAPI_AUTO_LENGTH, PrepareMemory, nullptr,
                       &prepareMemory);
  exports.Set("prepareMemory", prepareMemory);
  exports.Set("definitions",
              Napi::Function::New(env, [](const Napi::CallbackInfo& call) -> Napi::Value {
                return DescribeOps(call.Env());
              }));
  ExportInfo(env, exports);
  exports.Set("getNumThreads", Napi::Function::New(env, GetNumThreads, "getNumThreads"));
  exports.Set("setErrors", Napi::Function::New(env, SetErrors, "setErrors"));
  exports.Set("setNumThreads", Napi::Function::New(env, SetNumThreads, "setNumThreads"));
  exports.Set("setWinograd", Napi::Function::New(env, SetWinograd, "setWinograd"));
  return exports;
}

}  // namespace
}  // namespace blasgrad

static Napi::Object Initialize(Napi::Env env, Napi::Object exports) {
  if (const std::string problem = blasgrad::TargetProblem(); !problem.empty()) {
    throw Napi::Error::New(env, problem);
  }
  return blasgrad::Load(env, exports);
}

NODE_API_MODULE(blasgrad, Initialize)
