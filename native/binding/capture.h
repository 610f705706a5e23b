// The capture that is open in an environment: a recording, and JavaScript's hold on the memory it
// refers to.
#pragma once

#include <napi.h>

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/op.h"
#include "core/recording.h"

namespace blasgrad {

struct Environment;

// Memory outside the arena that a program uses, kept alive by a reference.
struct External {
  napi_ref array;
  char* data;
  size_t bytes;
  // Shared memory stays where it is; anything else might be detached or shrunk between two runs.
  bool shared;
};

class Capture {
 public:
  explicit Capture(napi_env env) : env_(env), recording_(std::make_unique<Recording>()) {}
  ~Capture();
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  void AddTemporary(napi_value array, void* data, size_t bytes);
  void Record(const Call& call, const napi_value* argv);
  void Keep(napi_value array, char* data, size_t bytes);

  Recording& recording() { return *recording_; }
  std::unique_ptr<Recording> TakeRecording() { return std::move(recording_); }
  std::vector<External> TakeExternals() { return std::move(externals_); }

 private:
  napi_env env_;
  std::unique_ptr<Recording> recording_;
  std::vector<External> externals_;
  std::vector<napi_ref> temporaries_;
  std::map<std::pair<char*, size_t>, bool> known_;
};

// compare(inputs, outputs, kept), a function of a program: the first thing in which the open capture differs from it, or null.
Napi::Value CompareCapture(const Napi::CallbackInfo& info);

// beginCapture, addTemporary, nameCaller, endCapture, abortCapture.
void ExportCapture(Napi::Env env, Environment* environment, Napi::Object exports);

}  // namespace blasgrad
