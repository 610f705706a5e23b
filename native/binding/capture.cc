#include "binding/capture.h"

#include <array>
#include <string>

#include "binding/bound_program.h"
#include "binding/checks.h"
#include "binding/environment.h"
#include "binding/program.h"
#include "core/difference.h"

namespace blasgrad {
namespace {

Environment* EnvironmentOf(const Napi::CallbackInfo& info) {
  return static_cast<Environment*>(info.Data());
}

Capture* Open(const Napi::CallbackInfo& info) {
  Environment* environment = EnvironmentOf(info);
  if (environment->capture == nullptr) {
    throw ArgumentError(false, "no capture is open");
  }
  return environment->capture.get();
}

Buffer RequireBuffer(napi_env env, napi_value value, const char* name) {
  Buffer buffer;
  if (!ReadBuffer(env, value, &buffer)) Expected(true, "a typed array", name, Describe(env, value));
  return buffer;
}

std::vector<napi_value> ListOf(const Napi::CallbackInfo& info, size_t argument, const char* name) {
  return ReadList(info.Env(), info[argument], name);
}

std::vector<Port> FindPorts(napi_env env, const std::vector<napi_value>& values, const char* name,
                            const Recording& recording, std::vector<PortArray>* arrays) {
  std::vector<Port> ports;
  for (napi_value value : values) {
    const Buffer buffer = RequireBuffer(env, value, name);
    const size_t bytes = buffer.bytes();
    const Place place = bytes == 0 ? Place() : recording.Find(buffer.data);
    if (!recording.Holds(place, bytes)) {
      Expected(false, "memory inside a temporary", name, Describe(env, value));
    }
    ports.push_back({place, bytes});
    arrays->push_back({buffer.type, buffer.elementBytes});
  }
  return ports;
}

void RequireUnchanged(const Recording& recording, const std::vector<Port>& inputs) {
  for (const Port& input : inputs) {
    if (input.place.kind == Place::Kind::absent) continue;
    if (input.place.kind != Place::Kind::temporary || input.place.offset != 0 ||
        recording.temporaries()[input.place.temporary].bytes != input.bytes) {
      Expected(false, "memory made for the capture", "inputs", "other memory");
    }
    for (const RecordedCall& call : recording.calls()) {
      for (size_t i = 0; i < call.places.size(); ++i) {
        const bool written = call.op->operands[i].access != Access::read;
        if (!written || call.bytes[i] == 0 || call.places[i].kind != Place::Kind::temporary ||
            call.places[i].temporary != input.place.temporary) {
          continue;
        }
        throw ArgumentError(false, std::string(call.op->name) +
                                       " changes an input of fn in place; clone the input in fn");
      }
    }
  }
}

// 2 if a call writes to the memory, 1 if calls only read it, 0 if no call uses it.
int AccessTo(const Recording& recording, const char* data, size_t bytes) {
  int access = 0;
  for (const RecordedCall& call : recording.calls()) {
    for (size_t i = 0; i < call.places.size(); ++i) {
      const Place& place = call.places[i];
      if (place.kind != Place::Kind::external || place.address >= data + bytes ||
          data >= place.address + call.bytes[i]) {
        continue;
      }
      if (call.op->operands[i].access != Access::read) return 2;
      access = 1;
    }
  }
  return access;
}

Napi::Value Begin(const Napi::CallbackInfo& info) {
  Environment* environment = EnvironmentOf(info);
  try {
    if (environment->capture != nullptr) {
      throw ArgumentError(false, "a capture is open already");
    }
    environment->capture = std::make_unique<Capture>(info.Env());
  } catch (...) {
    ThrowPending(info.Env(), "beginCapture");
  }
  return info.Env().Undefined();
}

Napi::Value AddTemporary(const Napi::CallbackInfo& info) {
  try {
    const Buffer buffer = RequireBuffer(info.Env(), info[0], "memory");
    Open(info)->AddTemporary(info[0], buffer.data, buffer.bytes());
  } catch (...) {
    ThrowPending(info.Env(), "addTemporary");
  }
  return info.Env().Undefined();
}

// nameCaller(op or null, inside, called)
Napi::Value NameCaller(const Napi::CallbackInfo& info) {
  try {
    const auto text = [&](size_t i) {
      return info[i].IsString() ? info[i].As<Napi::String>().Utf8Value() : std::string();
    };
    std::shared_ptr<const Caller> caller;
    if (info[0].IsString()) {
      caller = std::make_shared<Caller>(Caller{text(0), text(1), text(2)});
    } else if (!info[0].IsNull()) {
      Expected(true, "a string or null", "op", Describe(info.Env(), info[0]));
    }
    Open(info)->recording().SetCaller(std::move(caller));
  } catch (...) {
    ThrowPending(info.Env(), "nameCaller");
  }
  return info.Env().Undefined();
}

Napi::Value Abort(const Napi::CallbackInfo& info) {
  EnvironmentOf(info)->capture = nullptr;
  return info.Env().Undefined();
}

std::vector<Place> FindGradients(napi_env env, const std::vector<napi_value>& values,
                                 const Recording& recording) {
  std::vector<Place> places;
  for (napi_value value : values) {
    places.push_back(recording.Find(RequireBuffer(env, value, "gradients").data));
  }
  return places;
}

Napi::Object DescribeDifference(Napi::Env env, const Difference& found) {
  constexpr std::array<const char*, 6> kinds = {"op",      "attr", "constant",
                                                "operand", "size", "result"};
  Napi::Object object = Napi::Object::New(env);
  object.Set("kind", kinds[static_cast<size_t>(found.kind)]);
  object.Set("call", static_cast<double>(found.call));
  object.Set("op", found.where == nullptr ? "" : found.where->op->name);
  const bool called = found.where != nullptr && found.where->caller != nullptr;
  object.Set("caller", called ? found.where->caller->name : "");
  object.Set("name", found.name);
  object.Set("then", found.then);
  object.Set("now", found.now);
  object.Set("numberThen", found.numberThen);
  object.Set("numberNow", found.numberNow);
  object.Set("element", static_cast<double>(found.element));
  object.Set("elements", static_cast<double>(found.elements));
  object.Set("dtype", found.dtype);
  return object;
}

Napi::Value End(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  try {
    Open(info);
    const std::unique_ptr<Capture> capture = std::move(EnvironmentOf(info)->capture);
    const std::vector<napi_value> inputArrays = ListOf(info, 0, "inputs"),
                                  outputArrays = ListOf(info, 1, "outputs"),
                                  gradientArrays = ListOf(info, 2, "gradients"),
                                  storages = ListOf(info, 3, "storages"),
                                  states = ListOf(info, 4, "states");
    // No JavaScript runs after this line.
    const Recording& recording = capture->recording();
    if (recording.calls().empty()) {
      throw ArgumentError(false, "fn runs no op; compile a function that computes with tensors");
    }
    std::vector<PortArray> ports;
    std::vector<Port> inputs = FindPorts(env, inputArrays, "inputs", recording, &ports);
    std::vector<Port> outputs = FindPorts(env, outputArrays, "outputs", recording, &ports);
    RequireUnchanged(recording, inputs);
    for (size_t i = 0; i < outputs.size(); ++i) {
      const Place& place = outputs[i].place;
      if (place.kind == Place::Kind::external) {
        capture->Keep(outputArrays[i], place.address, outputs[i].bytes);
      }
    }
    if (storages.size() != gradientArrays.size()) {
      Expected(false, std::to_string(gradientArrays.size()), "storages",
               std::to_string(storages.size()));
    }
    std::vector<Gradient> gradients;
    for (size_t i = 0; i < storages.size(); ++i) {
      const Place place = recording.Find(RequireBuffer(env, gradientArrays[i], "gradients").data);
      const Buffer storage = RequireBuffer(env, storages[i], "storages");
      if (place.kind != Place::Kind::temporary || place.offset != 0 ||
          recording.temporaries()[place.temporary].bytes != storage.bytes()) {
        Expected(false, "memory of the size of the gradient", "storages",
                 Describe(env, storages[i]));
      }
      if (!IsShared(env, storages[i])) {
        Expected(false, "shared memory", "storages", Describe(env, storages[i]));
      }
      gradients.push_back({place.temporary, static_cast<char*>(storage.data)});
      capture->Keep(storages[i], gradients[i].address, storage.bytes());
    }
    Napi::Array access = Napi::Array::New(env);
    for (uint32_t i = 0; i < states.size(); ++i) {
      const Buffer buffer = RequireBuffer(env, states[i], "states");
      access.Set(i, AccessTo(recording, static_cast<const char*>(buffer.data), buffer.bytes()));
    }
    auto program = std::make_unique<Program>(capture->TakeRecording(), std::move(inputs),
                                             std::move(outputs), std::move(gradients));
    Napi::Object wrapped = WrapProgram(env, EnvironmentOf(info), std::move(program),
                                       capture->TakeExternals(), std::move(ports));
    wrapped.Set("access", access);
    return wrapped;
  } catch (...) {
    ThrowPending(env, "compile");
  }
  return env.Undefined();
}

}  // namespace

Napi::Value CompareCapture(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const BoundProgram& bound = BoundOf(info);
  try {
    const std::vector<napi_value> inputArrays = ListOf(info, 0, "inputs"),
                                  outputArrays = ListOf(info, 1, "outputs"),
                                  gradientArrays = ListOf(info, 2, "gradients");
    // No JavaScript runs after this line.
    RequireIdle(bound);
    if (bound.environment->capture == nullptr) {
      throw ArgumentError(false, "no capture is open");
    }
    const Recording& recording = bound.environment->capture->recording();
    std::vector<PortArray> arrays;
    const std::vector<Port> inputs = FindPorts(env, inputArrays, "inputs", recording, &arrays);
    const std::vector<Port> outputs = FindPorts(env, outputArrays, "outputs", recording, &arrays);
    const std::vector<Place> gradients = FindGradients(env, gradientArrays, recording);
    const auto found = FindDifference(*bound.program, recording, inputs, outputs, gradients);
    if (!found) return env.Null();
    return DescribeDifference(env, *found);
  } catch (...) {
    ThrowPending(env, "compile");
  }
  return env.Undefined();
}

Capture::~Capture() {
  for (const External& one : externals_) napi_delete_reference(env_, one.array);
  for (napi_ref one : temporaries_) napi_delete_reference(env_, one);
}

void Capture::AddTemporary(napi_value array, void* data, size_t bytes) {
  // Memory that can be detached could be gone when its content is compared later.
  if (!IsShared(env_, array)) Expected(false, "shared memory", "memory", Describe(env_, array));
  napi_ref reference = nullptr;
  if (napi_create_reference(env_, array, 1, &reference) != napi_ok) throw Napi::Error::New(env_);
  temporaries_.push_back(reference);
  recording_->AddTemporary(data, bytes);
}

void Capture::Record(const Call& call, const napi_value* argv) {
  recording_->Append(call);
  const std::vector<Place>& places = recording_->calls().back().places;
  for (size_t i = 0; i < places.size(); ++i) {
    if (places[i].kind != Place::Kind::external) continue;
    const int64_t length = static_cast<int64_t>(call.len[i]);
    Keep(argv[i], places[i].address, BytesOf(call.op->operands[i], *call.variant, length));
  }
}

void Capture::Keep(napi_value array, char* data, size_t bytes) {
  if (!known_.insert({{data, bytes}, true}).second) return;
  External external = {nullptr, data, bytes, IsShared(env_, array)};
  if (napi_create_reference(env_, array, 1, &external.array) != napi_ok) {
    throw Napi::Error::New(env_);
  }
  externals_.push_back(external);
}

void ExportCapture(Napi::Env env, Environment* environment, Napi::Object exports) {
  exports.Set("beginCapture", Napi::Function::New(env, Begin, "beginCapture", environment));
  exports.Set("addTemporary", Napi::Function::New(env, AddTemporary, "addTemporary", environment));
  exports.Set("nameCaller", Napi::Function::New(env, NameCaller, "nameCaller", environment));
  exports.Set("abortCapture", Napi::Function::New(env, Abort, "abortCapture", environment));
  exports.Set("endCapture", Napi::Function::New(env, End, "endCapture", environment));
}

}  // namespace blasgrad
