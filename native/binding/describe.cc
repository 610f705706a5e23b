#include "binding/describe.h"

#include <array>
#include <map>

namespace blasgrad {
namespace {

// Names inputs, temporaries and external memory, each numbered in order of appearance.
class Names {
 public:
  Names(Napi::Env env, const Program& program) : env_(env), program_(program) {
    for (size_t i = 0; i < program.inputs().size(); ++i) {
      const Place& place = program.inputs()[i].place;
      if (place.kind == Place::Kind::temporary) inputs_[place.temporary] = i;
    }
  }

  Napi::Object operator()(const Place& place) {
    Napi::Object object = Napi::Object::New(env_);
    if (place.kind == Place::Kind::absent) {
      Set(object, "absent", 0, 0);
    } else if (place.kind == Place::Kind::external) {
      Set(object, "external", Number(&externals_, place.address), 0);
    } else if (const auto input = inputs_.find(place.temporary); input != inputs_.end()) {
      Set(object, "input", input->second, place.offset);
    } else {
      using Location = Program::Location;
      constexpr std::array<const char*, 5> kinds = {"unused", "temporary", "constant", "gradient",
                                                    "input"};
      const Location location = program_.location(place.temporary);
      auto* numbers = location == Location::constant   ? &constants_
                      : location == Location::gradient ? &gradients_
                                                       : &temporaries_;
      Set(object, kinds[static_cast<size_t>(location)], Number(numbers, place.temporary),
          place.offset);
      if (location == Location::arena) {
        object.Set("arena", static_cast<double>(program_.arenaOffset(place.temporary)));
      }
    }
    return object;
  }

 private:
  template <class Key>
  static size_t Number(std::map<Key, size_t>* numbers, Key key) {
    return numbers->insert({key, numbers->size()}).first->second;
  }
  void Set(Napi::Object object, const char* kind, size_t number, size_t offset) {
    object.Set("kind", kind);
    object.Set("number", static_cast<double>(number));
    object.Set("offset", static_cast<double>(offset));
  }

  Napi::Env env_;
  const Program& program_;
  std::map<size_t, size_t> inputs_, temporaries_, constants_, gradients_;
  std::map<char*, size_t> externals_;
};

}  // namespace

Napi::Object DescribeProgram(Napi::Env env, const Program& program) {
  Names names(env, program);
  Napi::Array calls = Napi::Array::New(env);
  for (const RecordedCall& call : program.recording().calls()) {
    Napi::Object line = Napi::Object::New(env);
    line.Set("op", call.op->name);
    line.Set("dtype", InfoOf(call.variant->first).name);
    Napi::Array operands = Napi::Array::New(env);
    for (size_t i = 0; i < call.places.size(); ++i) {
      Napi::Object operand = names(call.places[i]);
      const Operand& definition = call.op->operands[i];
      operand.Set("name", definition.name);
      operand.Set("written", definition.access != Access::read);
      operand.Set("read", definition.access != Access::write);
      operand.Set("dtype", InfoOf(DTypeOf(definition, *call.variant)).name);
      operand.Set("bytes", static_cast<double>(call.bytes[i]));
      operands.Set(static_cast<uint32_t>(i), operand);
    }
    line.Set("operands", operands);
    Napi::Object attrs = Napi::Object::New(env);
    for (size_t i = 0; i < call.attr.size(); ++i) attrs.Set(call.op->attrs[i].name, call.attr[i]);
    line.Set("attrs", attrs);
    calls.Set(calls.Length(), line);
  }
  Napi::Array outputs = Napi::Array::New(env);
  for (const Port& port : program.outputs()) outputs.Set(outputs.Length(), names(port.place));
  const ProgramStats& stats = program.stats();
  Napi::Object object = Napi::Object::New(env);
  object.Set("calls", calls);
  object.Set("outputs", outputs);
  object.Set("instructions", static_cast<double>(stats.instructions));
  object.Set("arenaBytes", static_cast<double>(stats.arenaBytes));
  object.Set("temporaryBytes", static_cast<double>(stats.temporaryBytes));
  object.Set("constantBytes", static_cast<double>(stats.constantBytes));
  return object;
}

}  // namespace blasgrad
