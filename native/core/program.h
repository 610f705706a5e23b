// A captured step that can be replayed: recorded calls, with their temporaries placed in one arena.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/recording.h"
#include "core/scratch.h"
#include "core/uses.h"

namespace blasgrad {

class Threads;

// An op failed during a replay; the message names the function that called the op.
struct ReplayError : DataError {
  ReplayError(const RecordedCall* call, const std::string& message);
  std::string op;
};

// A temporary that outlives a step, in its own memory: a gradient.
struct Gradient {
  size_t temporary;
  char* address;
};

struct ProgramStats {
  size_t instructions = 0;
  size_t arenaBytes = 0;
  size_t temporaryBytes = 0;  // the size of all temporaries in the arena without sharing memory
  size_t constantBytes = 0;
};

// Numbers that the caller computed ahead for every step, such as scheduled learning rates: row i is copied to
// `target` after step i.
struct Schedule {
  char* target;
  const char* rows;
  size_t bytes;
};

// A run of several steps. Each input and each output holds one row per step.
struct Run {
  int64_t steps = 1;
  std::vector<const char*> inputs;
  std::vector<char*> outputs;
  std::vector<Schedule> schedules;
  std::atomic<int64_t> done{0};
  std::atomic<bool> stop{false};
  // Execute returns between two steps once this much time has passed (0: no limit).
  std::chrono::milliseconds limit{0};
};

class Program {
 public:
  // `inputs` are complete temporaries that no call writes to, so calls read the caller's memory directly. `outputs`
  // may lie anywhere.
  Program(std::unique_ptr<Recording> recording, std::vector<Port> inputs, std::vector<Port> outputs,
          std::vector<Gradient> gradients);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Throws ReplayError; `done` then holds the number of finished steps.
  void Execute(Run* run, Threads* threads, bool winograd);
  // Executes one step, without stopping or schedules.
  void ExecuteOnce(const char* const* inputs, char* const* outputs, Threads* threads,
                   bool winograd);

  const std::vector<Port>& inputs() const { return inputs_; }
  const std::vector<Port>& outputs() const { return outputs_; }
  const ProgramStats& stats() const { return stats_; }
  const Recording& recording() const { return *recording_; }

  // Where a temporary lies, and its offset if it is in the arena.
  enum class Location : uint8_t { unused, arena, constant, gradient, input };
  Location location(size_t temporary) const { return locations_[temporary]; }
  size_t arenaOffset(size_t temporary) const;
  // What JavaScript wrote into a temporary before the first call that reads it; null if no call reads such content.
  const char* constant(size_t temporary) const { return contents_[temporary]; }
  const std::vector<Gradient>& gradients() const { return gradients_; }

 private:
  struct Instruction {
    Kernel run;
    const RecordedCall* call;  // null: copies a constant
    Args args;
  };
  struct Plan;
  // An operand that lies in an input.
  struct Patch {
    void** operand;
    size_t offset;
  };

  // An operand that a call reads from an input, and one that it writes outside the arena. They must not overlap,
  // because an index could change after its check.
  struct Disjoint {
    const RecordedCall* call;
    size_t read, written;  // operands
    char* begin;
  };

  void Build(const Plan& plan);
  void RequireDisjoint(const RecordedCall& call, void* const* buffers);
  void AddInstruction(const RecordedCall& call);
  void AddCopy(const char* from, char* to, size_t bytes);
  char* Resolve(const Place& place) const;
  void Follow(const Place& place, void** operand);
  void BindInput(size_t input, const char* memory);
  void Bind(Threads* threads, bool winograd);
  void Step();

  std::unique_ptr<Recording> recording_;
  std::vector<Port> inputs_, outputs_;
  std::vector<Gradient> gradients_;
  std::vector<const char*> contents_;  // for temporaries, pointing into constants_
  std::vector<Location> locations_;
  std::vector<char*> addresses_;  // for temporaries
  std::vector<size_t> inputOf_;   // the index of the input for each temporary that is one
  std::vector<std::vector<Patch>> patches_;
  std::vector<std::vector<Disjoint>> disjoint_;
  std::vector<const char*> boundInputs_;
  std::vector<void*> outputAddresses_;
  std::vector<Instruction> code_;
  // The memory that instructions point to, in their order.
  std::vector<std::unique_ptr<void*[]>> buffers_;
  std::vector<std::unique_ptr<size_t[]>> lengths_;
  struct Free {
    void operator()(char* memory) const;
  };
  std::unique_ptr<char, Free> arena_, constants_;
  Threads* bound_ = nullptr;
  int boundThreads_ = 0;
  bool boundWinograd_ = true;
  Scratch scratch_;
  ScratchBytes scratchBytes_;  // the most that any instruction needs
  ProgramStats stats_;
};

}  // namespace blasgrad
