// A captured step, ready to run again: recorded calls with their temporaries laid out in one arena.
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

// What an op that failed during a replay says, under the name of the function that called it.
struct ReplayError : DataError {
  ReplayError(const RecordedCall* call, const std::string& message);
  std::string op;
};

// A temporary that lives on between steps, in memory of its own: a gradient.
struct Kept {
  size_t temporary;
  char* address;
};

struct ProgramStats {
  size_t instructions = 0;
  size_t arenaBytes = 0;
  size_t temporaryBytes = 0;  // what the temporaries in the arena would take side by side
  size_t constantBytes = 0;
};

// Numbers that the caller computed for every step ahead, such as scheduled learning rates: row i is
// copied to `target` after step i.
struct Schedule {
  char* target;
  const char* rows;
  size_t bytes;
};

// One run of several steps. Input i holds as many rows as there are steps; so does output i.
struct Run {
  int64_t steps = 1;
  std::vector<const char*> inputs;
  std::vector<char*> outputs;
  std::vector<Schedule> schedules;
  std::atomic<int64_t> done{0};
  std::atomic<bool> stop{false};
  // Longer than this (0: no limit) Execute does not stay: it returns between two steps.
  std::chrono::milliseconds limit{0};
};

class Program {
 public:
  // `inputs` are whole temporaries that no call writes to: calls read the caller's memory itself.
  // `outputs` may lie anywhere.
  Program(std::unique_ptr<Recording> recording, std::vector<Port> inputs, std::vector<Port> outputs,
          std::vector<Kept> kept);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Throws ReplayError; then `done` says how many steps were finished.
  void Execute(Run* run, Threads* threads);
  // The same for one step, without anything to stop or to schedule.
  void ExecuteOnce(const char* const* inputs, char* const* outputs, Threads* threads);

  const std::vector<Port>& inputs() const { return inputs_; }
  const std::vector<Port>& outputs() const { return outputs_; }
  const ProgramStats& stats() const { return stats_; }
  const Recording& recording() const { return *recording_; }

  // Where a temporary lies; for those in the arena, at which offset.
  enum class Location : uint8_t { unused, arena, constant, kept, input };
  Location location(size_t temporary) const { return locations_[temporary]; }
  size_t arenaOffset(size_t temporary) const;
  // What JavaScript wrote into a temporary before the first call that reads it; null where no call reads such content.
  const char* constant(size_t temporary) const { return contents_[temporary]; }
  const std::vector<Kept>& kept() const { return kept_; }

 private:
  struct Instruction {
    Kernel run;
    const RecordedCall* call;  // null: a copy of a constant
    Args args;
  };
  struct Plan;
  // An operand that lies in an input.
  struct Patch {
    void** operand;
    size_t offset;
  };

  // What a call reads of an input, and what it writes outside the arena: never the same memory,
  // or an index could change after it was checked.
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
  void Bind(Threads* threads);
  void Step();

  std::unique_ptr<Recording> recording_;
  std::vector<Port> inputs_, outputs_;
  std::vector<Kept> kept_;
  std::vector<const char*> contents_;  // of temporaries, in constants_
  std::vector<Location> locations_;
  std::vector<char*> addresses_;  // of temporaries
  std::vector<size_t> inputOf_;   // of temporaries that are inputs: which
  std::vector<std::vector<Patch>> patches_;
  std::vector<std::vector<Disjoint>> disjoint_;
  std::vector<const char*> boundInputs_;
  std::vector<void*> outputAddresses_;
  std::vector<Instruction> code_;
  // What instructions point into, in their order.
  std::vector<std::unique_ptr<void*[]>> buffers_;
  std::vector<std::unique_ptr<size_t[]>> lengths_;
  struct Free {
    void operator()(char* memory) const;
  };
  std::unique_ptr<char, Free> arena_, constants_;
  Threads* bound_ = nullptr;
  int boundThreads_ = 0;
  Scratch scratch_;
  ScratchBytes scratchBytes_;  // the most that one instruction asks for
  ProgramStats stats_;
};

}  // namespace blasgrad
