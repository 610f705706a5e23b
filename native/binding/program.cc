#include "binding/program.h"

#include <array>
#include <new>
#include <string>
#include <utility>

#include "binding/checks.h"
#include "binding/describe.h"
#include "binding/environment.h"

namespace blasgrad {
namespace {

// What the functions of one wrapped program share.
struct Bound {
  napi_env env;
  Environment* environment;
  std::unique_ptr<Program> program;  // null once it is disposed of
  std::vector<External> externals;
  std::vector<DType> dtypes;      // of inputs and then outputs
  Runner::Job* flight = nullptr;  // while a run is in flight, which owns this
  int64_t accounted = 0;

  ~Bound() { Release(); }

  void Release() {
    for (const External& one : externals) napi_delete_reference(env, one.array);
    externals.clear();
    program = nullptr;
    int64_t total = 0;
    if (accounted > 0) napi_adjust_external_memory(env, -accounted, &total);
    accounted = 0;
  }
};

using Handle = std::shared_ptr<Bound>;

// A run beside the event loop. It keeps the arrays it reads and writes, and the program, alive.
struct Flight : Runner::Job {
  Handle bound;
  Run run;
  std::vector<napi_ref> references;  // the arrays, and last the callback
  std::string op, error;

  // Where it ends with its environment, nobody has let go of them.
  ~Flight() override {
    for (napi_ref one : references) napi_delete_reference(bound->env, one);
  }
  void Work(Threads* threads) override {
    try {
      bound->program->Execute(&run, threads);
    } catch (const ReplayError& failed) {
      op = failed.op;
      error = failed.what();
    } catch (const std::bad_alloc&) {
      op = "compile";
      error = "expected memory to work in, got none";
    } catch (const std::exception& failed) {
      op = "compile";
      error = failed.what();
    }
  }
  void Stop() override { run.stop = true; }
  void Finished(std::shared_ptr<Job> self) override;
};

Bound& BoundOf(const Napi::CallbackInfo& info) { return **static_cast<Handle*>(info.Data()); }

void RequireIdle(const Bound& bound) {
  if (bound.program == nullptr) {
    throw ArgumentError(false, "expected a program, got one that was disposed of");
  }
  if (bound.flight != nullptr) {
    throw ArgumentError(false, "expected a program that is not running, got one in flight");
  }
}

// Memory that is not shared may have been detached or shrunk since the capture.
void RequireExternals(const Bound& bound) {
  for (const External& one : bound.externals) {
    if (one.shared || one.bytes == 0) continue;
    napi_value array = nullptr;
    Buffer buffer;
    if (napi_get_reference_value(bound.env, one.array, &array) != napi_ok || array == nullptr ||
        !ReadBuffer(bound.env, array, &buffer) || buffer.data != one.data ||
        buffer.length * kElementBytes[static_cast<size_t>(buffer.dtype)] < one.bytes) {
      Expected(false, "memory that is still there", "a tensor that fn uses",
               "a tensor whose memory was detached");
    }
  }
}

// Elements of so many rows; more than there can be where the product has no room in 64 bits.
size_t Rows(size_t elements, int64_t steps) {
  return static_cast<size_t>(Elements(static_cast<double>(elements), static_cast<double>(steps)));
}

// The memory of the array for port i, which must hold `steps` times what one step takes.
char* PortMemory(const Bound& bound, size_t i, napi_value value, int64_t steps) {
  const auto& inputs = bound.program->inputs();
  const size_t bytes =
      i < inputs.size() ? inputs[i].bytes : bound.program->outputs()[i - inputs.size()].bytes;
  const size_t elements = bytes / kElementBytes[static_cast<size_t>(bound.dtypes[i])];
  const size_t wanted = Rows(elements, steps);
  Buffer buffer;
  const char* name = i < inputs.size() ? "inputs" : "outputs";
  if (!ReadBuffer(bound.env, value, &buffer) || buffer.dtype != bound.dtypes[i]) {
    Expected(true, ArrayName(bound.dtypes[i]), name, Describe(bound.env, value));
  }
  if (buffer.length != wanted) {
    Expected(false, std::to_string(wanted) + " elements", name, Describe(bound.env, value));
  }
  return static_cast<char*>(buffer.data);
}

// run(...inputs, ...outputs): one step on this thread. The hot path: no handle beyond the arguments.
napi_value RunOnce(napi_env env, napi_callback_info info) {
  constexpr size_t kFew = 16;
  std::array<napi_value, kFew> few;
  std::vector<napi_value> many;
  napi_value* argv = few.data();
  size_t argc = kFew;
  void* data = nullptr;
  if (napi_get_cb_info(env, info, &argc, argv, nullptr, &data) != napi_ok) return nullptr;
  Bound& bound = **static_cast<Handle*>(data);
  const char* op = "compile";
  std::string failed;
  try {
    RequireIdle(bound);
    RequireExternals(bound);
    const size_t ports = bound.dtypes.size();
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
                               &bound.environment->threads);
  } catch (const ReplayError& error) {
    failed = error.op;
    op = failed.c_str();
    ThrowPending(env, op);
  } catch (...) {
    ThrowPending(env, op);
  }
  return nullptr;
}

// (steps, arrays, targets, tables): reads what a run of several steps works on; keeps the arrays.
void ReadRun(const Napi::CallbackInfo& info, const Bound& bound, Run* run,
             std::vector<napi_value>* arrays) {
  const napi_env env = info.Env();
  const double steps = ReadAttr(env, info[0], {"steps"});
  if (steps > 4294967296.0) Expected(false, "at most 2^32", "steps", Describe(env, info[0]));
  run->steps = static_cast<int64_t>(steps);
  *arrays = ReadList(env, info[1], "arrays");
  const std::vector<napi_value> targets = ReadList(env, info[2], "targets"),
                                tables = ReadList(env, info[3], "tables");
  // From here on no JavaScript runs, so what is read stays true.
  RequireIdle(bound);
  RequireExternals(bound);
  if (arrays->size() != bound.dtypes.size()) {
    Expected(true, std::to_string(bound.dtypes.size()), "arrays", std::to_string(arrays->size()));
  }
  for (size_t i = 0; i < arrays->size(); ++i) {
    char* memory = PortMemory(bound, i, (*arrays)[i], run->steps);
    if (i < bound.program->inputs().size()) {
      run->inputs.push_back(memory);
    } else {
      run->outputs.push_back(memory);
    }
  }
  for (size_t i = 0; i < targets.size(); ++i) {
    Buffer target, table;
    if (!ReadBuffer(env, targets[i], &target) || i >= tables.size() ||
        !ReadBuffer(env, tables[i], &table) || target.dtype != DType::float64 ||
        table.dtype != DType::float64 || table.length != Rows(target.length, run->steps)) {
      Expected(false, "a Float64Array with a row for each step", "tables", "another");
    }
    run->schedules.push_back({static_cast<char*>(target.data), static_cast<char*>(table.data),
                              target.length * sizeof(double)});
    arrays->push_back(targets[i]);
    arrays->push_back(tables[i]);
  }
}

// runSteps(steps, arrays, targets, tables): several steps on this thread; how many were finished.
// Not all, if they take long: JavaScript has its turn, and a worker can be ended.
Napi::Value RunSteps(const Napi::CallbackInfo& info) {
  Bound& bound = BoundOf(info);
  Run run;
  std::vector<napi_value> arrays;
  try {
    ReadRun(info, bound, &run, &arrays);
    run.limit = std::chrono::milliseconds(100);
    bound.program->Execute(&run, &bound.environment->threads);
  } catch (const ReplayError& error) {
    ThrowPending(info.Env(), std::string(error.op).c_str());
  } catch (...) {
    ThrowPending(info.Env(), "compile");
  }
  return Napi::Number::New(info.Env(), static_cast<double>(run.done.load()));
}

void Flight::Finished(std::shared_ptr<Job> self) {
  // The queue has no limit, so this neither blocks nor fails.
  napi_call_threadsafe_function(bound->environment->finished,
                                new std::shared_ptr<Job>(std::move(self)), napi_tsfn_nonblocking);
}

// On the JavaScript thread, after a flight: callback(error or null, steps).
void Land(napi_env env, napi_value, void*, void* data) {
  const std::unique_ptr<std::shared_ptr<Runner::Job>> owner(
      static_cast<std::shared_ptr<Runner::Job>*>(data));
  if (env == nullptr) return;
  auto* flight = static_cast<Flight*>(owner->get());
  const Handle bound = flight->bound;
  bound->flight = nullptr;
  Environment* environment = bound->environment;
  if (--environment->inFlight == 0) napi_unref_threadsafe_function(env, environment->finished);
  napi_value callback = nullptr, global = nullptr, result = nullptr;
  std::array<napi_value, 2> argv;
  napi_get_reference_value(env, flight->references.back(), &callback);
  napi_get_null(env, &argv[0]);
  if (!flight->op.empty()) {
    const std::string message = flight->op + ": " + flight->error;
    napi_value text = nullptr;
    napi_create_string_utf8(env, message.c_str(), message.size(), &text);
    napi_create_range_error(env, nullptr, text, &argv[0]);
  }
  napi_create_double(env, static_cast<double>(flight->run.done.load()), &argv[1]);
  napi_get_global(env, &global);
  napi_call_function(env, global, callback, argv.size(), argv.data(), &result);
}

void StopRunner(void* environment) { static_cast<Environment*>(environment)->runner.Shutdown(); }

void RequireLanding(napi_env env, Environment* environment) {
  if (environment->finished != nullptr) return;
  napi_value name = nullptr;
  napi_create_string_utf8(env, "blasgrad", NAPI_AUTO_LENGTH, &name);
  if (napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, nullptr,
                                      Land, &environment->finished) != napi_ok) {
    throw Napi::Error::New(env);
  }
  napi_unref_threadsafe_function(env, environment->finished);
  // Hooks run last in, first out: the thread has ended before what it calls goes away.
  napi_add_env_cleanup_hook(env, StopRunner, environment);
}

// start(steps, arrays, targets, tables, callback): the same beside the event loop.
Napi::Value Start(const Napi::CallbackInfo& info) {
  const napi_env env = info.Env();
  const Handle& bound = *static_cast<Handle*>(info.Data());
  try {
    if (!info[4].IsFunction()) Expected(true, "a function", "callback", Describe(env, info[4]));
    auto flight = std::make_shared<Flight>();
    flight->bound = bound;
    std::vector<napi_value> arrays;
    ReadRun(info, *bound, &flight->run, &arrays);
    for (const External& one : bound->externals) {
      if (one.shared || one.bytes == 0) continue;
      Expected(false, "memory that cannot be detached", "a tensor that fn uses",
               "one whose data was handed out before the capture");
    }
    for (napi_value array : arrays) {
      if (!IsShared(env, array)) {
        Expected(false, "shared memory", "arrays", Describe(env, array));
      }
    }
    RequireLanding(env, bound->environment);
    arrays.push_back(info[4]);
    for (napi_value value : arrays) {
      napi_ref reference = nullptr;
      if (napi_create_reference(env, value, 1, &reference) != napi_ok) throw Napi::Error::New(env);
      flight->references.push_back(reference);
    }
    bound->environment->runner.Add(flight, bound->environment->threads.count());
    bound->flight = flight.get();
    if (bound->environment->inFlight++ == 0) {
      napi_ref_threadsafe_function(env, bound->environment->finished);
    }
  } catch (...) {
    ThrowPending(env, "compile");
  }
  return info.Env().Undefined();
}

// stop(): the run in flight ends after the step it is at.
Napi::Value Stop(const Napi::CallbackInfo& info) {
  if (BoundOf(info).flight != nullptr) BoundOf(info).flight->Stop();
  return info.Env().Undefined();
}

// progress(): steps that the run in flight has finished; 0 without one.
Napi::Value Progress(const Napi::CallbackInfo& info) {
  const auto* flight = static_cast<const Flight*>(BoundOf(info).flight);
  const int64_t done = flight == nullptr ? 0 : flight->run.done.load(std::memory_order_relaxed);
  return Napi::Number::New(info.Env(), static_cast<double>(done));
}

// dispose(): frees arena and constants, and lets go of all other memory.
Napi::Value Dispose(const Napi::CallbackInfo& info) {
  Bound& bound = BoundOf(info);
  try {
    if (bound.program != nullptr) RequireIdle(bound);
    bound.Release();
  } catch (...) {
    ThrowPending(info.Env(), "dispose");
  }
  return info.Env().Undefined();
}

Napi::Value DescribeFunction(const Napi::CallbackInfo& info) {
  const Bound& bound = BoundOf(info);
  if (bound.program == nullptr) return info.Env().Null();
  return DescribeProgram(info.Env(), *bound.program);
}

void FreeHandle(napi_env, void* data, void*) { delete static_cast<Handle*>(data); }

}  // namespace

Napi::Object WrapProgram(Napi::Env env, Environment* environment, std::unique_ptr<Program> program,
                         std::vector<External> externals, std::vector<DType> dtypes) {
  auto bound = std::make_shared<Bound>();
  bound->env = env;
  bound->environment = environment;
  bound->program = std::move(program);
  bound->externals = std::move(externals);
  bound->dtypes = std::move(dtypes);
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
  add("start", Start);
  add("stop", Stop);
  add("progress", Progress);
  add("describe", DescribeFunction);
  add("dispose", Dispose);
  return object;
}

}  // namespace blasgrad
