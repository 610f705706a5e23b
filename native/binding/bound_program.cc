#include "binding/bound_program.h"

#include <string>

#include "binding/checks.h"
#include "binding/environment.h"

namespace blasgrad {
namespace {

// Elements of `steps` rows; an impossible length if the product exceeds 64 bits.
size_t Rows(size_t elements, int64_t steps) {
  return static_cast<size_t>(Elements(static_cast<double>(elements), static_cast<double>(steps)));
}

}  // namespace

void BoundProgram::Release() {
  for (const External& one : externals) napi_delete_reference(env, one.array);
  externals.clear();
  program = nullptr;
  int64_t total = 0;
  if (accounted > 0) napi_adjust_external_memory(env, -accounted, &total);
  accounted = 0;
}

void RequireIdle(const BoundProgram& bound) {
  if (bound.program == nullptr) {
    throw ArgumentError(false, "the program was disposed of");
  }
  if (bound.running != nullptr) {
    throw ArgumentError(false, "the program is running");
  }
}

void RequireExternals(const BoundProgram& bound) {
  for (const External& one : bound.externals) {
    if (one.shared || one.bytes == 0) continue;
    napi_value array = nullptr;
    Buffer buffer;
    if (napi_get_reference_value(bound.env, one.array, &array) != napi_ok || array == nullptr ||
        !ReadBuffer(bound.env, array, &buffer) || buffer.data != one.data ||
        buffer.bytes() < one.bytes) {
      throw ArgumentError(false, "the memory of a tensor that fn uses was transferred away");
    }
  }
}

char* PortMemory(const BoundProgram& bound, size_t i, napi_value value, int64_t steps) {
  const auto& inputs = bound.program->inputs();
  const size_t bytes =
      i < inputs.size() ? inputs[i].bytes : bound.program->outputs()[i - inputs.size()].bytes;
  const PortArray& array = bound.arrays[i];
  const size_t elements = bytes / array.elementBytes;
  const size_t wanted = Rows(elements, steps);
  Buffer buffer;
  const char* name = i < inputs.size() ? "inputs" : "outputs";
  if (!ReadBuffer(bound.env, value, &buffer) || buffer.type != array.type) {
    Expected(true, ArrayName(array.type), name, Describe(bound.env, value));
  }
  if (buffer.length != wanted) {
    Expected(false, std::to_string(wanted) + " elements", name, Describe(bound.env, value));
  }
  return static_cast<char*>(buffer.data);
}

void ReadRun(const Napi::CallbackInfo& info, const BoundProgram& bound, Run* run,
             std::vector<napi_value>* arrays) {
  const napi_env env = info.Env();
  const double steps = ReadAttr(env, info[0], {"steps"});
  if (steps > 4294967296.0) Expected(false, "at most 2^32", "steps", Describe(env, info[0]));
  run->steps = static_cast<int64_t>(steps);
  *arrays = ReadList(env, info[1], "arrays");
  const std::vector<napi_value> targets = ReadList(env, info[2], "targets"),
                                tables = ReadList(env, info[3], "tables");
  // No JavaScript runs after this line, so the values read stay valid.
  RequireIdle(bound);
  RequireExternals(bound);
  if (arrays->size() != bound.arrays.size()) {
    Expected(true, std::to_string(bound.arrays.size()), "arrays", std::to_string(arrays->size()));
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
        !ReadBuffer(env, tables[i], &table) || target.type != napi_float64_array ||
        table.type != napi_float64_array || table.length != Rows(target.length, run->steps)) {
      Expected(false, "a Float64Array with a row for each step", "tables", "another");
    }
    run->schedules.push_back({static_cast<char*>(target.data), static_cast<char*>(table.data),
                              target.length * sizeof(double)});
    arrays->push_back(targets[i]);
    arrays->push_back(tables[i]);
  }
}

}  // namespace blasgrad
