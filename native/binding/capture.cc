#include "binding/capture.h"

#include <string>

#include "binding/checks.h"
#include "binding/environment.h"
#include "binding/program.h"

namespace blasgrad {
namespace {

Environment* EnvironmentOf(const Napi::CallbackInfo& info) {
  return static_cast<Environment*>(info.Data());
}

Capture* Open(const Napi::CallbackInfo& info) {
  Environment* environment = EnvironmentOf(info);
  if (environment->capture == nullptr) {
    throw ArgumentError(false, "expected an open capture, got none");
  }
  return environment->capture.get();
}

Buffer RequireBuffer(napi_env env, napi_value value, const char* name) {
  Buffer buffer;
  if (!ReadBuffer(env, value, &buffer)) Expected(true, "a typed array", name, Describe(env, value));
  return buffer;
}

size_t BytesOf(const Buffer& buffer) {
  return buffer.length * kElementBytes[static_cast<size_t>(buffer.dtype)];
}

// Calls each(index, value) for the elements of an argument that must be an array.
template <class Each>
void ForEach(const Napi::CallbackInfo& info, size_t argument, const char* name, const Each& each) {
  const napi_env env = info.Env();
  bool isArray = false;
  napi_is_array(env, info[argument], &isArray);
  if (!isArray) Expected(true, "an array of typed arrays", name, Describe(env, info[argument]));
  uint32_t length = 0;
  napi_get_array_length(env, info[argument], &length);
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element = nullptr;
    if (napi_get_element(env, info[argument], i, &element) != napi_ok) throw Napi::Error::New(env);
    each(i, element);
  }
}

std::vector<Port> ReadPorts(const Napi::CallbackInfo& info, size_t argument, const char* name,
                            const Recording& recording, std::vector<DType>* dtypes) {
  std::vector<Port> ports;
  ForEach(info, argument, name, [&](uint32_t, napi_value value) {
    const Buffer buffer = RequireBuffer(info.Env(), value, name);
    const size_t bytes = BytesOf(buffer);
    ports.push_back({bytes == 0 ? Place() : recording.Find(buffer.data), bytes});
    dtypes->push_back(buffer.dtype);
  });
  return ports;
}

void RequireUnchanged(const Recording& recording, const std::vector<Port>& inputs) {
  for (const Port& input : inputs) {
    if (input.place.kind == Place::Kind::absent) continue;
    if (input.place.kind != Place::Kind::temporary || input.place.offset != 0) {
      Expected(false, "memory made for the capture", "inputs", "other memory");
    }
    for (const RecordedCall& call : recording.calls()) {
      for (size_t i = 0; i < call.places.size(); ++i) {
        const bool written = call.op->operands[i].access != Access::read;
        if (!written || call.bytes[i] == 0 || call.places[i].kind != Place::Kind::temporary ||
            call.places[i].temporary != input.place.temporary) {
          continue;
        }
        throw ArgumentError(false,
                            std::string("expected inputs that are only read, got one that ") +
                                call.op->name + " changes in place");
      }
    }
  }
}

// 2 where a call writes to the memory, 1 where calls only read it, 0 where none touches it.
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
      throw ArgumentError(false, "expected no open capture, got one");
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
    Open(info)->AddTemporary(info[0], buffer.data, BytesOf(buffer));
  } catch (...) {
    ThrowPending(info.Env(), "addTemporary");
  }
  return info.Env().Undefined();
}

Napi::Value Abort(const Napi::CallbackInfo& info) {
  EnvironmentOf(info)->capture = nullptr;
  return info.Env().Undefined();
}

Napi::Value End(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  try {
    Open(info);
    // Out of the environment: elements of the arrays below may be getters, which run anything.
    const std::unique_ptr<Capture> capture = std::move(EnvironmentOf(info)->capture);
    const Recording& recording = capture->recording();
    if (recording.calls().empty()) {
      throw ArgumentError(false, "expected fn to run at least one op, got none");
    }
    std::vector<DType> dtypes;
    std::vector<Port> inputs = ReadPorts(info, 0, "inputs", recording, &dtypes);
    std::vector<Port> outputs = ReadPorts(info, 1, "outputs", recording, &dtypes);
    RequireUnchanged(recording, inputs);
    ForEach(info, 1, "outputs", [&](uint32_t i, napi_value value) {
      const Place& place = outputs[i].place;
      if (place.kind == Place::Kind::external)
        capture->Keep(value, place.address, outputs[i].bytes);
    });
    std::vector<Kept> kept;
    ForEach(info, 2, "kept", [&](uint32_t, napi_value value) {
      kept.push_back({0, static_cast<char*>(RequireBuffer(env, value, "kept").data)});
    });
    ForEach(info, 3, "homes", [&](uint32_t i, napi_value value) {
      const Buffer buffer = RequireBuffer(env, value, "homes");
      const Place place = i < kept.size() ? recording.Find(kept[i].address) : Place();
      if (place.kind != Place::Kind::temporary || place.offset != 0 ||
          recording.temporaries()[place.temporary].bytes != BytesOf(buffer)) {
        Expected(false, "as much memory as is kept", "homes", Describe(env, value));
      }
      kept[i] = {place.temporary, static_cast<char*>(buffer.data)};
      capture->Keep(value, kept[i].address, BytesOf(buffer));
      if (!IsShared(env, value)) Expected(false, "shared memory", "homes", Describe(env, value));
    });
    Napi::Array access = Napi::Array::New(env);
    ForEach(info, 4, "states", [&](uint32_t i, napi_value value) {
      const Buffer buffer = RequireBuffer(env, value, "states");
      access.Set(i, AccessTo(recording, static_cast<const char*>(buffer.data), BytesOf(buffer)));
    });
    auto program = std::make_unique<Program>(capture->TakeRecording(), std::move(inputs),
                                             std::move(outputs), std::move(kept));
    Napi::Object wrapped =
        WrapProgram(env, EnvironmentOf(info), std::move(program), capture->TakeExternals(), dtypes);
    wrapped.Set("access", access);
    return wrapped;
  } catch (...) {
    ThrowPending(env, "compile");
  }
  return env.Undefined();
}

}  // namespace

Capture::~Capture() {
  for (const External& one : externals_) napi_delete_reference(env_, one.array);
  for (napi_ref one : temporaries_) napi_delete_reference(env_, one);
}

void Capture::AddTemporary(napi_value array, void* data, size_t bytes) {
  // Memory that could be detached would be gone when its content is looked at again.
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
    const DType dtype = TypeOf(call.op->operands[i], call.typed);
    Keep(argv[i], places[i].address, call.len[i] * kElementBytes[static_cast<size_t>(dtype)]);
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
  exports.Set("abortCapture", Napi::Function::New(env, Abort, "abortCapture", environment));
  exports.Set("endCapture", Napi::Function::New(env, End, "endCapture", environment));
}

}  // namespace blasgrad
