// Reading JavaScript arguments without trusting them. Nothing but ReadList runs JavaScript code,
// so what has been checked stays true until the call returns.
#pragma once

#include <napi.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "core/op.h"

namespace blasgrad {

// A bad argument, to become a TypeError (wrong kind) or a RangeError (wrong value).
struct ArgumentError : std::runtime_error {
  ArgumentError(bool kind, const std::string& message)
      : std::runtime_error(message), wrongKind(kind) {}
  const bool wrongKind;
};

// The memory of a typed array. Its class says how many bytes an element has, not which dtype they are.
struct Buffer {
  void* data;
  size_t length;  // elements
  napi_typedarray_type type;
  size_t elementBytes;

  size_t bytes() const { return length * elementBytes; }
};

// How a message shows a value: "Float32Array(16)", "null", "'abc'", "-3", "an object", ...
std::string Describe(napi_env env, napi_value value);

// Never throws JavaScript exceptions; false when the value is not a typed array of a class that some dtype uses.
bool ReadBuffer(napi_env env, napi_value value, Buffer* buffer);

// The elements of what must be an array of typed arrays. Unlike all else here it runs JavaScript, for
// elements may be getters.
std::vector<napi_value> ReadList(napi_env env, napi_value value, const char* name);

// Whether the array lies in a SharedArrayBuffer, which can be neither detached nor shrunk.
bool IsShared(napi_env env, napi_value array);

double ReadAttr(napi_env env, napi_value value, const Attr& attr);

enum class ErrorKind { error, type, range };

// An error of the context that loaded the library.
napi_value MakeError(napi_env env, ErrorKind kind, const std::string& message);

// Turns the C++ exception being handled into a pending JavaScript one, "<op>: <what>".
void ThrowPending(napi_env env, const char* op);

[[noreturn]] void Expected(bool wrongKind, const std::string& what, const char* name,
                           const std::string& actual);

// The class of the typed arrays of a dtype.
napi_typedarray_type ArrayType(DType dtype);
const char* ArrayName(napi_typedarray_type type);

}  // namespace blasgrad
