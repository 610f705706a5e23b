// What a capture records: op calls in order, and the temporaries that they use. A temporary is memory allocated
// during the capture; all other memory is external and does not move.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/op.h"

namespace blasgrad {

// The location of an operand: absent, at a fixed address, or inside a temporary.
struct Place {
  enum class Kind : uint8_t { absent, external, temporary };
  Kind kind = Kind::absent;
  size_t temporary = 0;
  size_t offset = 0;  // bytes into the temporary
  char* address = nullptr;
};

// The function whose ops are recorded. Error messages use its name and its name for an argument.
struct Caller {
  std::string name;
  std::string inside, called;  // empty: arguments keep their names
};

struct RecordedCall {
  const Op* op;
  const Variant* variant;
  std::vector<Place> places;
  std::vector<size_t> len;    // elements in each buffer
  std::vector<size_t> bytes;  // accessed, starting at its place
  std::vector<double> attr;
  std::unique_ptr<Dims> dims;            // only for elementwise ops
  std::shared_ptr<const Caller> caller;  // null if no function but the op was called
};

struct Temporary {
  char* data;
  size_t bytes;
  // The content before the first call that used it. It matters if a call reads bytes that no call wrote: then
  // JavaScript wrote them, and every replay starts with them.
  std::vector<char> before;
  bool constant = false;
  bool touched = false;
  std::vector<std::pair<size_t, size_t>> written;  // [begin, end), disjoint and sorted
};

class Recording {
 public:
  void AddTemporary(void* data, size_t bytes);
  // Sets the caller of the calls that are appended later.
  void SetCaller(std::shared_ptr<const Caller> caller) { caller_ = std::move(caller); }
  // Must be called before the op runs, so that it sees the op's input.
  void Append(const Call& call);
  Place Find(const void* data) const;
  // Whether `bytes` bytes from a place on lie within one temporary; true for other memory.
  bool Holds(const Place& place, size_t bytes) const;
  // Frees contents after a program has copied them.
  void ReleaseContents();

  const std::vector<RecordedCall>& calls() const { return calls_; }
  const std::vector<Temporary>& temporaries() const { return temporaries_; }

 private:
  void Touch(const Call& call, size_t operand, const Place& place, size_t bytes);

  std::vector<RecordedCall> calls_;
  std::shared_ptr<const Caller> caller_;
  std::vector<Temporary> temporaries_;
  std::map<const char*, size_t> byAddress_;
};

}  // namespace blasgrad
