// Reads and checks JavaScript arguments. Only ReadList runs JavaScript code, so checked values stay valid until the
// call returns.
#pragma once

#include <napi.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "core/op.h"

namespace blasgrad {

// An invalid argument; becomes a TypeError (wrong kind) or a RangeError (wrong value).
struct ArgumentError : std::runtime_error {
  ArgumentError(bool kind, const std::string& message)
      : std::runtime_error(message), wrongKind(kind) {}
  const bool wrongKind;
};

// The memory of a typed array. The class gives the bytes of an element, but not the dtype.
struct Buffer {
  void* data;
  size_t length;  // elements
  napi_typedarray_type type;
  size_t elementBytes;

  size_t bytes() const { return length * elementBytes; }
};

// A value as error messages show it: "Float32Array(16)", "null", "'abc'", "-3", "an object", ...
std::string Describe(napi_env env, napi_value value);

// Never throws JavaScript exceptions. False if the value is not a typed array of a class that a dtype uses.
bool ReadBuffer(napi_env env, napi_value value, Buffer* buffer);

// The elements of an array of typed arrays. The only function here that can run JavaScript: elements may be
// getters.
std::vector<napi_value> ReadList(napi_env env, napi_value value, const char* name);

// Whether the array's memory is a SharedArrayBuffer, which can be neither detached nor shrunk.
bool IsShared(napi_env env, napi_value array);

double ReadAttr(napi_env env, napi_value value, const Attr& attr);

enum class ErrorKind { error, type, range };

// Creates an error of the V8 context that loaded the library.
napi_value MakeError(napi_env env, ErrorKind kind, const std::string& message);

// Converts the current C++ exception to a pending JavaScript exception, "<op>: <message>".
void ThrowPending(napi_env env, const char* op);

[[noreturn]] void Expected(bool wrongKind, const std::string& what, const char* name,
                           const std::string& actual);

// The class of typed array that a dtype uses.
napi_typedarray_type ArrayType(DType dtype);
const char* ArrayName(napi_typedarray_type type);

}  // namespace blasgrad
