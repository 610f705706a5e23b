// What a capture records: the calls of ops in order, and the temporaries they touch. A
// temporary is memory that was new during the capture; everything else is external and stays put.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/op.h"

namespace blasgrad {

// Where an operand lies: absent, at an address that stays, or inside a temporary.
struct Place {
  enum class Kind : uint8_t { absent, external, temporary };
  Kind kind = Kind::absent;
  size_t temporary = 0;
  size_t offset = 0;  // bytes into the temporary
  char* address = nullptr;
};

// The function whose ops are recorded: their errors name it, and its own name for an argument of them.
struct Caller {
  std::string name;
  std::string inside, called;  // empty: arguments keep their names
};

struct RecordedCall {
  const Op* op;
  const Variant* variant;
  std::vector<Place> places;
  std::vector<size_t> len;    // elements in each buffer
  std::vector<size_t> bytes;  // touched, from its place on
  std::vector<double> attr;
  std::unique_ptr<Dims> dims;            // elementwise ops only
  std::shared_ptr<const Caller> caller;  // null: none but the op
};

struct Temporary {
  char* data;
  size_t bytes;
  // Content before the first call that touched it. It counts if some call reads what no call wrote:
  // then JavaScript wrote it, and every replay starts from it.
  std::vector<char> before;
  bool constant = false;
  bool touched = false;
  std::vector<std::pair<size_t, size_t>> written;  // [begin, end), disjoint and in order
};

class Recording {
 public:
  void AddTemporary(void* data, size_t bytes);
  // Of the calls that are appended from now on.
  void SetCaller(std::shared_ptr<const Caller> caller) { caller_ = std::move(caller); }
  // To be called before the op runs, so that contents are what it will see.
  void Append(const Call& call);
  Place Find(const void* data) const;
  // Whether that many bytes from a place on end within the same temporary; true for other memory.
  bool Holds(const Place& place, size_t bytes) const;
  // Forgets contents, once a program has them.
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
