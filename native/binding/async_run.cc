// Runs a program on the library's background thread.
#include <array>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "binding/bound_program.h"
#include "binding/checks.h"
#include "binding/environment.h"

namespace blasgrad {
namespace {

// A run on the background thread. It keeps the program and the arrays that it reads and writes alive.
struct AsyncRun : Runner::Job {
  Handle bound;
  Run run;
  bool winograd = true;              // the setting when the run starts
  std::vector<napi_ref> references;  // the arrays, then the callback
  std::string op, error;

  // The references still exist if the environment ends during the run.
  ~AsyncRun() override {
    for (napi_ref one : references) napi_delete_reference(bound->env, one);
  }
  void Work(Threads* threads) override {
    try {
      bound->program->Execute(&run, threads, winograd);
    } catch (const ReplayError& failed) {
      op = failed.op;
      error = failed.what();
    } catch (const std::bad_alloc&) {
      op = "compile";
      error = "out of memory";
    } catch (const std::exception& failed) {
      op = "compile";
      error = failed.what();
    }
  }
  void Stop() override { run.stop = true; }
  void Finished(std::shared_ptr<Job> self) override;
};

void AsyncRun::Finished(std::shared_ptr<Job> self) {
  // The queue has no limit, so this neither blocks nor fails.
  napi_call_threadsafe_function(bound->environment->finished,
                                new std::shared_ptr<Job>(std::move(self)), napi_tsfn_nonblocking);
}

// Called on the JavaScript thread after a run: callback(error or null, steps).
void Complete(napi_env env, napi_value, void*, void* data) {
  const std::unique_ptr<std::shared_ptr<Runner::Job>> owner(
      static_cast<std::shared_ptr<Runner::Job>*>(data));
  if (env == nullptr) return;
  auto* run = static_cast<AsyncRun*>(owner->get());
  const Handle bound = run->bound;
  bound->running = nullptr;
  Environment* environment = bound->environment;
  if (--environment->running == 0) napi_unref_threadsafe_function(env, environment->finished);
  napi_value callback = nullptr, global = nullptr, result = nullptr;
  std::array<napi_value, 2> argv;
  napi_get_reference_value(env, run->references.back(), &callback);
  napi_get_null(env, &argv[0]);
  if (!run->op.empty()) argv[0] = MakeError(env, ErrorKind::range, run->op + ": " + run->error);
  napi_create_double(env, static_cast<double>(run->run.done.load()), &argv[1]);
  napi_get_global(env, &global);
  napi_call_function(env, global, callback, argv.size(), argv.data(), &result);
}

void StopRunner(void* environment) { static_cast<Environment*>(environment)->runner.Shutdown(); }

void RequireCompletion(napi_env env, Environment* environment) {
  if (environment->finished != nullptr) return;
  napi_value name = nullptr;
  napi_create_string_utf8(env, "blasgrad", NAPI_AUTO_LENGTH, &name);
  if (napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, nullptr,
                                      Complete, &environment->finished) != napi_ok) {
    throw Napi::Error::New(env);
  }
  napi_unref_threadsafe_function(env, environment->finished);
  // Cleanup hooks run in reverse order, so the thread ends before the function that it calls is released.
  napi_add_env_cleanup_hook(env, StopRunner, environment);
}

}  // namespace

Napi::Value StartRun(const Napi::CallbackInfo& info) {
  const napi_env env = info.Env();
  const Handle& bound = *static_cast<Handle*>(info.Data());
  try {
    if (!info[4].IsFunction()) Expected(true, "a function", "callback", Describe(env, info[4]));
    auto run = std::make_shared<AsyncRun>();
    run->bound = bound;
    run->winograd = bound->environment->winograd;
    std::vector<napi_value> arrays;
    ReadRun(info, *bound, &run->run, &arrays);
    for (const External& one : bound->externals) {
      if (one.shared || one.bytes == 0) continue;
      throw ArgumentError(
          false,
          "fn uses a tensor whose data was read before the capture, so that its memory "
          "could be transferred away during the run; clone it first");
    }
    for (napi_value array : arrays) {
      if (!IsShared(env, array)) {
        Expected(false, "shared memory", "arrays", Describe(env, array));
      }
    }
    RequireCompletion(env, bound->environment);
    arrays.push_back(info[4]);
    for (napi_value value : arrays) {
      napi_ref reference = nullptr;
      if (napi_create_reference(env, value, 1, &reference) != napi_ok) throw Napi::Error::New(env);
      run->references.push_back(reference);
    }
    bound->environment->runner.Add(run, bound->environment->threads.count());
    bound->running = run.get();
    if (bound->environment->running++ == 0) {
      napi_ref_threadsafe_function(env, bound->environment->finished);
    }
  } catch (...) {
    ThrowPending(env, "compile");
  }
  return info.Env().Undefined();
}

Napi::Value StopRun(const Napi::CallbackInfo& info) {
  if (BoundOf(info).running != nullptr) BoundOf(info).running->Stop();
  return info.Env().Undefined();
}

Napi::Value RunProgress(const Napi::CallbackInfo& info) {
  const auto* running = static_cast<const AsyncRun*>(BoundOf(info).running);
  const int64_t done =
      running == nullptr ? BoundOf(info).done : running->run.done.load(std::memory_order_relaxed);
  return Napi::Number::New(info.Env(), static_cast<double>(done));
}

}  // namespace blasgrad
