#include "binding/program.h"

#include <array>
#include <string>
#include <utility>

#include "binding/bound_program.h"
#include "binding/checks.h"
#include "binding/describe.h"
#include "binding/environment.h"

namespace blasgrad {
namespace {

// run(...inputs, ...outputs): runs one step on this thread. The hot path: it creates no handles besides the
// arguments.
napi_value RunOnce(napi_env env, napi_callback_info info) {
  constexpr size_t kFew = 16;
  std::array<napi_value, kFew> few;
  std::vector<napi_value> many;
  napi_value* argv = few.data();
  size_t argc = kFew;
  void* data = nullptr;
  if (napi_get_cb_info(env, info, &argc, argv, nullptr, &data) != napi_ok) return nullptr;
  BoundProgram& bound = **static_cast<Handle*>(data);
  try {
    RequireIdle(bound);
    RequireExternals(bound);
    const size_t ports = bound.arrays.size();
    if (argc != ports) {
      Expected(true, std::to_string(ports), "arguments", std::to_string(argc));
    }
    if (argc > kFew) {
      many.resize(argc);
      argv = many.data();
      napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
    }
    std::array<char*, kFew> fewPlaces;
    std::vector<char*> manyPlaces(ports > kFew ? ports : 0);
    char** places = ports > kFew ? manyPlaces.data() : fewPlaces.data();
    for (size_t i = 0; i < ports; ++i) places[i] = PortMemory(bound, i, argv[i], 1);
    bound.program->ExecuteOnce(places, places + bound.program->inputs().size(),
                               &bound.environment->threads, bound.environment->winograd);
  } catch (const ReplayError& error) {
    ThrowPending(env, error.op.c_str());
  } catch (...) {
    ThrowPending(env, "compile");
  }
  return nullptr;
}

// runSteps(steps, arrays, targets, tables): runs several steps on this thread and returns the number finished. It
// returns early if they take long, so that JavaScript can run and a worker can be terminated.
Napi::Value RunSteps(const Napi::CallbackInfo& info) {
  BoundProgram& bound = BoundOf(info);
  bound.done = 0;
  Run run;
  std::vector<napi_value> arrays;
  try {
    ReadRun(info, bound, &run, &arrays);
    run.limit = std::chrono::milliseconds(100);
    bound.program->Execute(&run, &bound.environment->threads, bound.environment->winograd);
  } catch (const ReplayError& error) {
    ThrowPending(info.Env(), error.op.c_str());
  } catch (...) {
    ThrowPending(info.Env(), "compile");
  }
  bound.done = run.done.load();
  return Napi::Number::New(info.Env(), static_cast<double>(bound.done));
}

// dispose(): frees the arena and constants, and releases all other memory.
Napi::Value Dispose(const Napi::CallbackInfo& info) {
  BoundProgram& bound = BoundOf(info);
  try {
    if (bound.program != nullptr) RequireIdle(bound);
    bound.Release();
  } catch (...) {
    ThrowPending(info.Env(), "dispose");
  }
  return info.Env().Undefined();
}

Napi::Value DescribeFunction(const Napi::CallbackInfo& info) {
  const BoundProgram& bound = BoundOf(info);
  if (bound.program == nullptr) return info.Env().Null();
  return DescribeProgram(info.Env(), *bound.program);
}

void FreeHandle(napi_env, void* data, void*) { delete static_cast<Handle*>(data); }

}  // namespace

Napi::Object WrapProgram(Napi::Env env, Environment* environment, std::unique_ptr<Program> program,
                         std::vector<External> externals, std::vector<PortArray> arrays) {
  auto bound = std::make_shared<BoundProgram>();
  bound->env = env;
  bound->environment = environment;
  bound->program = std::move(program);
  bound->externals = std::move(externals);
  bound->arrays = std::move(arrays);
  const ProgramStats& stats = bound->program->stats();
  bound->accounted = static_cast<int64_t>(stats.arenaBytes + stats.constantBytes);
  int64_t total = 0;
  napi_adjust_external_memory(env, bound->accounted, &total);

  Napi::Object object = Napi::Object::New(env);
  const auto own = [&](napi_value function, Handle* handle) {
    napi_add_finalizer(env, function, handle, FreeHandle, nullptr, nullptr);
  };
  const auto add = [&](const char* name, Napi::Value (*call)(const Napi::CallbackInfo&)) {
    auto* handle = new Handle(bound);
    const Napi::Function function = Napi::Function::New(env, call, name, handle);
    own(function, handle);
    object.Set(name, function);
  };
  auto* handle = new Handle(bound);
  napi_value run = nullptr;
  if (napi_create_function(env, "run", NAPI_AUTO_LENGTH, RunOnce, handle, &run) != napi_ok) {
    delete handle;
    throw Napi::Error::New(env);
  }
  own(run, handle);
  object.Set("run", run);
  add("runSteps", RunSteps);
  add("start", StartRun);
  add("stop", StopRun);
  add("progress", RunProgress);
  add("compare", CompareCapture);
  add("describe", DescribeFunction);
  add("dispose", Dispose);
  return object;
}

}  // namespace blasgrad
