#include "core/program.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "core/plan.h"
#include "core/threads.h"
#include "core/uses.h"
#include "platform/pages.h"

namespace blasgrad {
namespace {

char* NewAligned(size_t bytes) {
  try {
    return static_cast<char*>(::operator new(bytes, std::align_val_t{kArenaAlignment}));
  } catch (const std::bad_alloc&) {
    throw DataError("out of memory: the program needs " + std::to_string(bytes) + " bytes");
  }
}

// Copies len[0] bytes from buf[0] to buf[1].
void CopyBytes(const Args& a) { std::memcpy(a.buf[1], a.buf[0], a.len[0]); }

std::string MessageTo(const RecordedCall* call, std::string message) {
  if (call == nullptr || call->caller == nullptr || call->caller->inside.empty()) return message;
  const std::string inside = " " + call->caller->inside + ", got ";
  const size_t at = message.find(inside);
  if (at != std::string::npos) {
    message.replace(at, inside.size(), " " + call->caller->called + ", got ");
  }
  return message;
}

}  // namespace

ReplayError::ReplayError(const RecordedCall* call, const std::string& message)
    : DataError(MessageTo(call, message)),
      op(call == nullptr           ? "copy"
         : call->caller == nullptr ? call->op->name
                                   : call->caller->name) {}

struct Program::Plan {
  std::vector<Use> uses;
  std::vector<size_t> slots;        // for temporaries; consecutive ones may share a slot
  std::vector<Lifetime> lifetimes;  // for slots
};

Program::Program(std::unique_ptr<Recording> recording, std::vector<Port> inputs,
                 std::vector<Port> outputs, std::vector<Gradient> gradients)
    : recording_(std::move(recording)),
      inputs_(std::move(inputs)),
      outputs_(std::move(outputs)),
      gradients_(std::move(gradients)) {
  const auto& temporaries = recording_->temporaries();
  const auto& calls = recording_->calls();
  Plan plan;
  plan.uses = FindUses(*recording_, inputs_, outputs_);
  locations_.assign(temporaries.size(), Location::unused);
  inputOf_.assign(temporaries.size(), kNone);
  addresses_.assign(temporaries.size(), nullptr);
  for (size_t t = 0; t < temporaries.size(); ++t) {
    if (plan.uses[t].first == kNone) continue;
    // If JavaScript wrote the content and no call changes it, one copy serves all replays. The same holds for an
    // output that no call wrote.
    const bool fixed = !plan.uses[t].written;
    locations_[t] = fixed ? Location::constant : Location::arena;
  }
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (inputs_[i].place.kind != Place::Kind::temporary) continue;
    locations_[inputs_[i].place.temporary] = Location::input;
    inputOf_[inputs_[i].place.temporary] = i;
  }
  for (const Gradient& one : gradients_) {
    locations_[one.temporary] = Location::gradient;
    addresses_[one.temporary] = one.address;
  }

  plan.slots.assign(temporaries.size(), kNone);
  for (size_t t = 0; t < temporaries.size(); ++t) {
    if (locations_[t] != Location::arena) continue;
    plan.slots[t] = plan.lifetimes.size();
    plan.lifetimes.push_back({temporaries[t].bytes, plan.uses[t].first, plan.uses[t].last});
    stats_.temporaryBytes += temporaries[t].bytes;
  }
  for (size_t c = 0; c < calls.size(); ++c) {
    const RecordedCall& call = calls[c];
    if (call.dims == nullptr || call.dims->ndim != 0) continue;
    for (size_t i = 0; i < call.places.size(); ++i) {
      const Place& out = call.places[i];
      if (call.op->operands[i].access != Access::write || out.kind != Place::Kind::temporary)
        continue;
      const size_t t = out.temporary;
      const bool born = locations_[t] == Location::arena && plan.uses[t].first == c + 1 &&
                        !temporaries[t].constant && call.bytes[i] == temporaries[t].bytes;
      if (!born) continue;
      const size_t from = Reusable(call, i, c + 1, *recording_, plan.uses);
      if (from == kNone || locations_[from] != Location::arena) continue;
      Lifetime& freed = plan.lifetimes[plan.slots[t]];
      plan.lifetimes[plan.slots[from]].last = freed.last;
      freed.bytes = 0;
      plan.slots[t] = plan.slots[from];
      break;
    }
  }
  Build(plan);
  recording_->ReleaseContents();
}

void Program::Free::operator()(char* memory) const {
  ::operator delete(memory, std::align_val_t{kArenaAlignment});
}

Program::~Program() = default;

void Program::Build(const Plan& plan) {
  const auto& temporaries = recording_->temporaries();
  const ArenaPlan layout = PlanArena(plan.lifetimes);
  stats_.arenaBytes = layout.bytes;
  arena_.reset(NewAligned(std::max<size_t>(layout.bytes, 1)));
  PreferHugePages(arena_.get(), layout.bytes);

  // Constants: fixed contents, and the initial contents of temporaries that are changed later.
  std::vector<size_t> constantAt(temporaries.size(), 0);
  size_t constants = 0;
  const auto restored = [&](size_t t) {
    return (locations_[t] == Location::arena || locations_[t] == Location::gradient) &&
           temporaries[t].constant && inputOf_[t] == kNone;
  };
  for (size_t t = 0; t < temporaries.size(); ++t) {
    if (locations_[t] != Location::constant && !restored(t)) continue;
    constantAt[t] = constants;
    stats_.constantBytes += temporaries[t].bytes;
    constants += (temporaries[t].bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
  }
  constants_.reset(NewAligned(std::max<size_t>(constants, 1)));
  contents_.assign(temporaries.size(), nullptr);
  patches_.resize(inputs_.size());
  disjoint_.resize(inputs_.size());
  boundInputs_.assign(inputs_.size(), nullptr);
  for (size_t t = 0; t < temporaries.size(); ++t) {
    if (locations_[t] == Location::arena)
      addresses_[t] = arena_.get() + layout.offsets[plan.slots[t]];
    if (locations_[t] != Location::constant && !restored(t)) continue;
    char* constant = constants_.get() + constantAt[t];
    contents_[t] = constant;
    const Temporary& one = temporaries[t];
    // An output that only JavaScript wrote.
    std::memcpy(constant, one.touched ? one.before.data() : one.data, one.bytes);
    if (locations_[t] == Location::constant) addresses_[t] = constant;
  }

  std::vector<bool> isRestored(temporaries.size(), false);
  for (const RecordedCall& call : recording_->calls()) {
    for (const Place& place : call.places) {
      if (place.kind != Place::Kind::temporary || !restored(place.temporary)) continue;
      const size_t t = place.temporary;
      if (isRestored[t]) continue;
      isRestored[t] = true;
      AddCopy(constants_.get() + constantAt[t], addresses_[t], temporaries[t].bytes);
    }
    AddInstruction(call);
  }
  stats_.instructions = code_.size();
  outputAddresses_.resize(outputs_.size());
  for (size_t i = 0; i < outputs_.size(); ++i) {
    outputAddresses_[i] = Resolve(outputs_[i].place);
    Follow(outputs_[i].place, &outputAddresses_[i]);
  }
}

char* Program::Resolve(const Place& place) const {
  switch (place.kind) {
    case Place::Kind::absent:
      return nullptr;
    case Place::Kind::external:
      return place.address;
    default:
      return addresses_[place.temporary] == nullptr ? nullptr
                                                    : addresses_[place.temporary] + place.offset;
  }
}

void Program::Follow(const Place& place, void** operand) {
  if (place.kind != Place::Kind::temporary || locations_[place.temporary] != Location::input)
    return;
  patches_[inputOf_[place.temporary]].push_back({operand, place.offset});
}

void Program::BindInput(size_t input, const char* memory) {
  const Place& place = inputs_[input].place;
  if (place.kind == Place::Kind::temporary && locations_[place.temporary] == Location::gradient) {
    std::memmove(addresses_[place.temporary], memory,
                 inputs_[input].bytes);  // it holds a gradient now
  }
  if (boundInputs_[input] == memory) return;
  for (const Disjoint& one : disjoint_[input]) {
    const char* begin = memory + one.call->places[one.read].offset;
    if (begin < one.begin + one.call->bytes[one.written] &&
        one.begin < begin + one.call->bytes[one.read]) {
      const Op* op = one.call->op;
      throw ReplayError(one.call, std::string("expected memory of its own for ") +
                                      op->operands[one.written].name + ", got that of " +
                                      op->operands[one.read].name);
    }
  }
  boundInputs_[input] = memory;
  for (const Patch& one : patches_[input]) *one.operand = const_cast<char*>(memory) + one.offset;
}

void Program::RequireDisjoint(const RecordedCall& call, void* const* buffers) {
  if (call.op->elementwise()) return;  // elementwise ops may work in place
  const auto isIn = [&](size_t i, Location location) {
    return call.places[i].kind == Place::Kind::temporary &&
           locations_[call.places[i].temporary] == location;
  };
  for (size_t i = 0; i < call.places.size(); ++i) {
    const bool outside =
        call.places[i].kind == Place::Kind::external || isIn(i, Location::gradient);
    if (!outside || call.op->operands[i].access == Access::read) continue;
    for (size_t j = 0; j < call.places.size(); ++j) {
      if (!isIn(j, Location::input)) continue;
      disjoint_[inputOf_[call.places[j].temporary]].push_back(
          {&call, j, i, static_cast<char*>(buffers[i])});
    }
  }
}

void Program::AddInstruction(const RecordedCall& call) {
  const size_t operands = call.places.size();
  auto buffers = std::make_unique<void*[]>(operands);
  auto lengths = std::make_unique<size_t[]>(operands);
  for (size_t i = 0; i < operands; ++i) {
    buffers[i] = Resolve(call.places[i]);
    Follow(call.places[i], &buffers[i]);
    lengths[i] = call.len[i];
  }
  RequireDisjoint(call, buffers.get());
  const Args args = {buffers.get(), lengths.get(), call.attr.data(), call.dims.get(), nullptr};
  code_.push_back({call.variant->kernel, &call, args});
  if (call.op->scratch != nullptr) {
    const ScratchBytes bytes =
        call.op->scratch(call.attr.data(), InfoOf(call.variant->first).bytes);
    scratchBytes_.shared = std::max(scratchBytes_.shared, bytes.shared);
    scratchBytes_.perThread = std::max(scratchBytes_.perThread, bytes.perThread);
  }
  buffers_.push_back(std::move(buffers));
  lengths_.push_back(std::move(lengths));
}

void Program::AddCopy(const char* from, char* to, size_t bytes) {
  auto buffers = std::make_unique<void*[]>(2);
  auto lengths = std::make_unique<size_t[]>(1);
  buffers[0] = const_cast<char*>(from);
  buffers[1] = to;
  lengths[0] = bytes;
  const Args args = {buffers.get(), lengths.get(), nullptr, nullptr, nullptr};
  code_.push_back({CopyBytes, nullptr, args});
  buffers_.push_back(std::move(buffers));
  lengths_.push_back(std::move(lengths));
}

size_t Program::arenaOffset(size_t temporary) const {
  return static_cast<size_t>(addresses_[temporary] - arena_.get());
}

void Program::Bind(Threads* threads, bool winograd) {
  if (bound_ == threads && boundThreads_ == threads->count() && boundWinograd_ == winograd) return;
  Args memory = {};
  scratch_.Provide(scratchBytes_, threads->count(), &memory);
  for (Instruction& one : code_) {
    one.args.threads = threads;
    one.args.winograd = winograd;
    one.args.scratch = memory.scratch;
    one.args.threadScratch = memory.threadScratch;
    one.args.threadScratchStride = memory.threadScratchStride;
  }
  bound_ = threads;
  boundThreads_ = threads->count();
  boundWinograd_ = winograd;
}

void Program::Step() {
  for (const Instruction& one : code_) {
    try {
      one.run(one.args);
    } catch (const DataError& error) {
      throw ReplayError(one.call, error.what());
    }
  }
}

void Program::ExecuteOnce(const char* const* inputs, char* const* outputs, Threads* threads,
                          bool winograd) {
  Bind(threads, winograd);
  for (size_t i = 0; i < inputs_.size(); ++i) BindInput(i, inputs[i]);
  Step();
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (outputs_[i].bytes > 0) std::memmove(outputs[i], outputAddresses_[i], outputs_[i].bytes);
  }
}

void Program::Execute(Run* run, Threads* threads, bool winograd) {
  Bind(threads, winograd);
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  // Reading the clock takes 25 ns and a small step 500 ns, so small steps read it every sixteenth step.
  int64_t stride = 1;
  std::vector<const char*> inputs = run->inputs;
  std::vector<char*> outputs = run->outputs;
  for (int64_t step = 0; step < run->steps; ++step) {
    if (run->stop.load(std::memory_order_relaxed)) return;
    ExecuteOnce(inputs.data(), outputs.data(), threads, winograd);
    for (size_t i = 0; i < inputs.size(); ++i) inputs[i] += inputs_[i].bytes;
    for (size_t i = 0; i < outputs.size(); ++i) outputs[i] += outputs_[i].bytes;
    for (const Schedule& one : run->schedules) {
      std::memmove(one.target, one.rows + static_cast<size_t>(step) * one.bytes, one.bytes);
    }
    run->done.store(step + 1, std::memory_order_relaxed);
    if (run->limit.count() == 0 || step % stride != stride - 1) continue;
    const auto taken = Clock::now() - start;
    if (taken > run->limit) return;
    stride = taken < (step + 1) * std::chrono::microseconds(10) ? 16 : 1;
  }
}

}  // namespace blasgrad
