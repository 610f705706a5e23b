#include "core/uses.h"

#include <algorithm>

namespace blasgrad {

std::vector<Use> FindUses(const Recording& recording, const std::vector<Port>& inputs,
                          const std::vector<Port>& outputs) {
  std::vector<Use> uses(recording.temporaries().size());
  const auto use = [&](const Place& place, size_t time, bool writes) {
    if (place.kind != Place::Kind::temporary) return;
    Use& one = uses[place.temporary];
    one.first = std::min(one.first, time);
    one.last = std::max(one.last, time);
    one.written = one.written || writes;
  };
  for (const Port& port : inputs) use(port.place, 0, false);
  const auto& calls = recording.calls();
  for (size_t c = 0; c < calls.size(); ++c) {
    for (size_t i = 0; i < calls[c].places.size(); ++i) {
      const bool writes = calls[c].op->operands[i].access != Access::read;
      use(calls[c].places[i], c + 1, writes && calls[c].bytes[i] > 0);
    }
  }
  for (const Port& port : outputs) use(port.place, calls.size() + 1, false);
  return uses;
}

size_t Reusable(const RecordedCall& call, size_t out, size_t time, const Recording& recording,
                const std::vector<Use>& uses) {
  const auto& temporaries = recording.temporaries();
  const size_t bytes = call.bytes[out];
  const auto whole = [&](size_t i) {
    return call.places[i].offset == 0 && call.bytes[i] == bytes &&
           temporaries[call.places[i].temporary].bytes == bytes;
  };
  for (size_t i = 0; i < call.places.size(); ++i) {
    if (i == out || call.places[i].kind != Place::Kind::temporary) continue;
    const size_t candidate = call.places[i].temporary;
    if (uses[candidate].last != time || !uses[candidate].written) continue;
    bool fits = candidate != call.places[out].temporary;
    for (size_t k = 0; k < call.places.size() && fits; ++k) {
      const bool same =
          call.places[k].kind == Place::Kind::temporary && call.places[k].temporary == candidate;
      fits = !same || (whole(k) && call.op->operands[k].access == Access::read);
    }
    if (fits) return candidate;
  }
  return kNone;
}

}  // namespace blasgrad
