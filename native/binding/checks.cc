#include "binding/checks.h"

#include <array>
#include <cmath>
#include <new>
#include <string_view>

#include "binding/environment.h"

namespace blasgrad {
namespace {

// Indexed by napi_typedarray_type.
constexpr std::array<std::string_view, 12> kArrayNames = {
    "Int8Array",    "Uint8Array",    "Uint8ClampedArray", "Int16Array",
    "Uint16Array",  "Int32Array",    "Uint32Array",       "Float32Array",
    "Float64Array", "BigInt64Array", "BigUint64Array",    "Float16Array"};

constexpr size_t ArrayIndex(std::string_view name) {
  for (size_t i = 0; i < kArrayNames.size(); ++i) {
    if (kArrayNames[i] == name) return i;
  }
  return kArrayNames.size();
}

constexpr auto kTypesOfDTypes = [] {
  std::array<size_t, kDTypes> types{};
  for (size_t t = 0; t < kDTypes; ++t) types[t] = ArrayIndex(kDTypeInfos[t].arrayClass);
  return types;
}();

// Bytes of an element, indexed by napi_typedarray_type; 0 for classes that no dtype uses.
constexpr auto kElementBytes = [] {
  std::array<size_t, kArrayNames.size()> bytes{};
  for (size_t t = 0; t < kDTypes; ++t) bytes[kTypesOfDTypes[t]] = kDTypeInfos[t].bytes;
  return bytes;
}();

std::string ShortNumber(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.17g", value);
  return text.data();
}

}  // namespace

napi_typedarray_type ArrayType(DType dtype) {
  return static_cast<napi_typedarray_type>(kTypesOfDTypes[static_cast<size_t>(dtype)]);
}

const char* ArrayName(napi_typedarray_type type) {
  const auto index = static_cast<size_t>(type);
  return index < kArrayNames.size() ? kArrayNames[index].data() : "typed array";
}

std::string Describe(napi_env env, napi_value value) {
  napi_typedarray_type type;
  size_t length;
  if (napi_get_typedarray_info(env, value, &type, &length, nullptr, nullptr, nullptr) == napi_ok) {
    const std::string name = ArrayName(type);
    napi_value buffer = nullptr;
    bool detached = false;
    napi_get_typedarray_info(env, value, nullptr, nullptr, nullptr, &buffer, nullptr);
    napi_is_detached_arraybuffer(env, buffer, &detached);
    return (detached ? "a detached " : "") + name + "(" + std::to_string(length) + ")";
  }
  napi_valuetype kind = napi_undefined;
  napi_typeof(env, value, &kind);
  switch (kind) {
    case napi_undefined:
      return "undefined";
    case napi_null:
      return "null";
    case napi_boolean: {
      bool flag = false;
      napi_get_value_bool(env, value, &flag);
      return flag ? "true" : "false";
    }
    case napi_number: {
      double number = 0;
      napi_get_value_double(env, value, &number);
      return std::isnan(number)   ? "NaN"
             : std::isinf(number) ? (number > 0 ? "Infinity" : "-Infinity")
                                  : ShortNumber(number);
    }
    case napi_string: {
      std::array<char, 41> text;
      size_t size = 0;
      napi_get_value_string_utf8(env, value, text.data(), text.size(), &size);
      return std::string("'").append(text.data(), size).append("'");
    }
    case napi_symbol:
      return "a symbol";
    case napi_function:
      return "a function";
    case napi_bigint:
      return "a bigint";
    default:
      return "an object";
  }
}

bool ReadBuffer(napi_env env, napi_value value, Buffer* buffer) {
  const napi_status status = napi_get_typedarray_info(env, value, &buffer->type, &buffer->length,
                                                      &buffer->data, nullptr, nullptr);
  if (status != napi_ok) return false;
  const auto index = static_cast<size_t>(buffer->type);
  buffer->elementBytes = index < kElementBytes.size() ? kElementBytes[index] : 0;
  return buffer->elementBytes != 0;
}

std::vector<napi_value> ReadList(napi_env env, napi_value value, const char* name) {
  constexpr uint32_t kMost = 1 << 20;  // a sparse array may claim a length of 2^32
  bool isArray = false;
  napi_is_array(env, value, &isArray);
  if (!isArray) Expected(true, "an array of typed arrays", name, Describe(env, value));
  uint32_t length = 0;
  napi_get_array_length(env, value, &length);
  if (length > kMost) {
    Expected(false, "at most " + std::to_string(kMost) + " elements", name, std::to_string(length));
  }
  std::vector<napi_value> values(length);
  for (uint32_t i = 0; i < length; ++i) {
    if (napi_get_element(env, value, i, &values[i]) != napi_ok) throw Napi::Error::New(env);
  }
  return values;
}

bool IsShared(napi_env env, napi_value array) {
  napi_value buffer = nullptr;
  bool isArrayBuffer = true;
  napi_get_typedarray_info(env, array, nullptr, nullptr, nullptr, &buffer, nullptr);
  napi_is_arraybuffer(env, buffer, &isArrayBuffer);
  return !isArrayBuffer;
}

double ReadAttr(napi_env env, napi_value value, const Attr& attr) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) != napi_ok) {
    bool flag = false;
    if (attr.kind != AttrKind::flag || napi_get_value_bool(env, value, &flag) != napi_ok) {
      Expected(true, attr.kind == AttrKind::flag ? "a boolean" : "a number", attr.name,
               Describe(env, value));
    }
    return flag ? 1 : 0;
  }
  if (attr.kind == AttrKind::size &&
      !(number >= 0 && number <= 9007199254740992.0 && number == std::floor(number))) {
    Expected(false, "an integer from 0 to 2^53", attr.name, Describe(env, value));
  }
  return number;
}

void Expected(bool wrongKind, const std::string& what, const char* name,
              const std::string& actual) {
  throw ArgumentError(wrongKind, "expected " + what + " for " + name + ", got " + actual);
}

napi_value MakeError(napi_env env, ErrorKind kind, const std::string& message) {
  napi_value text = nullptr, error = nullptr;
  napi_create_string_utf8(env, message.c_str(), message.size(), &text);
  Environment* environment = nullptr;
  napi_get_instance_data(env, reinterpret_cast<void**>(&environment));
  napi_ref reference = environment->errors[static_cast<size_t>(kind)];
  napi_value constructor = nullptr;
  if (reference != nullptr) napi_get_reference_value(env, reference, &constructor);
  if (constructor != nullptr) {
    bool isError = false;
    if (napi_new_instance(env, constructor, 1, &text, &error) != napi_ok) {
      napi_get_and_clear_last_exception(env, &error);
    } else if (napi_is_error(env, error, &isError) == napi_ok && isError) {
      return error;
    }
  }
  switch (kind) {
    case ErrorKind::error:
      napi_create_error(env, nullptr, text, &error);
      break;
    case ErrorKind::type:
      napi_create_type_error(env, nullptr, text, &error);
      break;
    case ErrorKind::range:
      napi_create_range_error(env, nullptr, text, &error);
      break;
  }
  return error;
}

void ThrowPending(napi_env env, const char* op) {
  bool pending = false;
  if (napi_is_exception_pending(env, &pending) == napi_ok && pending) return;
  const auto raise = [&](ErrorKind kind, const char* what) {
    napi_throw(env, MakeError(env, kind, std::string(op) + ": " + what));
  };
  try {
    throw;
  } catch (const Napi::Error& error) {
    error.ThrowAsJavaScriptException();  // rethrows what a getter threw
  } catch (const ArgumentError& error) {
    raise(error.wrongKind ? ErrorKind::type : ErrorKind::range, error.what());
  } catch (const DataError& error) {
    raise(ErrorKind::range, error.what());
  } catch (const std::bad_alloc&) {
    raise(ErrorKind::range, "out of memory");
  } catch (const std::exception& error) {
    raise(ErrorKind::error, error.what());
  }
}

}  // namespace blasgrad
