// The open capture of an environment: a recording, and references that keep its memory alive.
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

// Memory outside the arena that a program uses; a reference keeps it alive.
struct External {
  napi_ref array;
  char* data;
  size_t bytes;
  // Shared memory cannot move. Other memory can be detached or shrunk between two runs.
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

// compare(inputs, outputs, gradients), a function of a program: the first difference between it and the open capture, or
// null.
Napi::Value CompareCapture(const Napi::CallbackInfo& info);

// Exports beginCapture, addTemporary, nameCaller, endCapture and abortCapture.
void ExportCapture(Napi::Env env, Environment* environment, Napi::Object exports);

}  // namespace blasgrad
