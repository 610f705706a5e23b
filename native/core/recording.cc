#include "core/recording.h"

#include <algorithm>
#include <string>

namespace blasgrad {
namespace {

using Spans = std::vector<std::pair<size_t, size_t>>;

void AddSpan(Spans* spans, size_t begin, size_t end) {
  auto at = std::lower_bound(spans->begin(), spans->end(), std::make_pair(begin, size_t{0}));
  if (at != spans->begin() && std::prev(at)->second >= begin) --at;
  while (at != spans->end() && at->first <= end) {
    begin = std::min(begin, at->first);
    end = std::max(end, at->second);
    at = spans->erase(at);
  }
  spans->insert(at, {begin, end});
}

bool Covers(const Spans& spans, size_t begin, size_t end) {
  return std::any_of(spans.begin(), spans.end(),
                     [&](const auto& span) { return span.first <= begin && end <= span.second; });
}

// Whether an op writes every byte between the first and the last one that it accesses.
bool Dense(const Call& call, size_t operand) {
  if (!call.op->elementwise() || call.dims.ndim == 0) return true;
  return call.dims.count == call.need[operand];
}

}  // namespace

void Recording::AddTemporary(void* data, size_t bytes) {
  if (bytes == 0) return;
  auto* begin = static_cast<char*>(data);
  byAddress_[begin] = temporaries_.size();
  temporaries_.push_back({begin, bytes, {}, false, false, {}});
}

Place Recording::Find(const void* data) const {
  auto* address = static_cast<char*>(const_cast<void*>(data));
  Place place;
  if (address == nullptr) return place;
  place.kind = Place::Kind::external;
  place.address = address;
  auto after = byAddress_.upper_bound(address);
  if (after == byAddress_.begin()) return place;
  const size_t index = std::prev(after)->second;
  const Temporary& found = temporaries_[index];
  if (address >= found.data + found.bytes) return place;
  place.kind = Place::Kind::temporary;
  place.temporary = index;
  place.offset = static_cast<size_t>(address - found.data);
  return place;
}

bool Recording::Holds(const Place& place, size_t bytes) const {
  return place.kind != Place::Kind::temporary ||
         bytes <= temporaries_[place.temporary].bytes - place.offset;
}

void Recording::ReleaseContents() {
  for (Temporary& one : temporaries_) {
    one.before = {};
    one.written = {};
  }
}

void Recording::Touch(const Call& call, size_t operand, const Place& place, size_t bytes) {
  Temporary& temporary = temporaries_[place.temporary];
  const bool reads = call.op->operands[operand].access != Access::write;
  const bool writes = call.op->operands[operand].access != Access::read;
  const size_t begin = place.offset, end = place.offset + bytes;
  const bool whole = writes && !reads && Dense(call, operand) && bytes == temporary.bytes;
  if (!temporary.touched && !whole) {
    temporary.before.assign(temporary.data, temporary.data + temporary.bytes);
  }
  temporary.touched = true;
  // A write with gaps preserves the bytes in the gaps, so it counts as a read too.
  if ((reads || !Dense(call, operand)) && !Covers(temporary.written, begin, end)) {
    temporary.constant = true;
  }
  if (writes && Dense(call, operand)) AddSpan(&temporary.written, begin, end);
}

void Recording::Append(const Call& call) {
  RecordedCall recorded{call.op, call.variant, {}, {}, {}, {}, nullptr, caller_};
  for (size_t i = 0; i < call.op->operands.size(); ++i) {
    const bool present = call.present(i) && call.len[i] > 0;
    const Place place = present ? Find(call.buf[i]) : Place();
    const size_t bytes = present ? BytesOf(call.op->operands[i], *call.variant, call.need[i]) : 0;
    if (!Holds(place, bytes)) {
      throw DataError(std::string("the memory of ") + call.op->operands[i].name +
                      " extends beyond the end of a temporary");
    }
    if (place.kind == Place::Kind::temporary && bytes > 0) Touch(call, i, place, bytes);
    recorded.places.push_back(place);
    recorded.len.push_back(present ? call.len[i] : 0);
    recorded.bytes.push_back(bytes);
  }
  recorded.attr.assign(call.attr.begin(),
                       call.attr.begin() + static_cast<ptrdiff_t>(call.op->attrs.size()));
  if (call.op->elementwise()) recorded.dims = std::make_unique<Dims>(call.dims);
  calls_.push_back(std::move(recorded));
}

}  // namespace blasgrad
