// The geometry of normalisation. x has the shape (batch, groups, channels, inner), weight and bias have groups *
// channels numbers, and each statistic covers one group of one sample, or of all samples (acrossBatch).
//
//                 groups   channels   inner
//   batch norm    C        1          L         acrossBatch
//   instance norm C        1          L
//   group norm    G        C / G      L
//   layer norm    1        n          1
//   RMS norm      1        n          1         not centered
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/op.h"

namespace blasgrad {

struct NormShape {
  explicit NormShape(const double* attr)
      : batch(static_cast<int64_t>(attr[0])),
        groups(static_cast<int64_t>(attr[1])),
        channels(static_cast<int64_t>(attr[2])),
        inner(static_cast<int64_t>(attr[3])),
        acrossBatch(attr[4] != 0),
        centered(attr[5] != 0),
        fixed(attr[6] != 0) {}

  // Elements of one sample's group.
  int64_t row() const { return channels * inner; }
  int64_t sample() const { return groups * row(); }
  // Elements for each statistic.
  int64_t perStatistic() const { return (acrossBatch ? batch : 1) * row(); }
  int64_t statistics() const { return (acrossBatch ? 1 : batch) * groups; }
  int64_t weights() const { return groups * channels; }

  int64_t batch, groups, channels, inner;
  bool acrossBatch;
  bool centered;  // whether the mean is subtracted
  bool
      fixed;  // whether the statistics are constants: those of all channels, given with acrossBatch
};

inline const std::vector<Attr>& NormAttrs() {
  static const std::vector<Attr> attrs = {{"batch"},
                                          {"groups"},
                                          {"channels"},
                                          {"inner"},
                                          {"acrossBatch", AttrKind::flag},
                                          {"centered", AttrKind::flag},
                                          {"fixed", AttrKind::flag}};
  return attrs;
}

// Groups of several channels have statistics of their own in each sample.
inline void RequireOneChannel(const double* attr) {
  if (attr[4] != 0 && attr[2] != 1) {
    throw DataError("expected 1 for channels with acrossBatch, got " +
                    std::to_string(static_cast<int64_t>(attr[2])));
  }
}

struct NormNeeds {
  explicit NormNeeds(const double* attr)
      : elements(Elements(attr[0], attr[1], attr[2], attr[3])),
        weights(Elements(attr[1], attr[2])),
        statistics(Elements(attr[4] != 0 ? 1 : attr[0], attr[1])) {}
  int64_t elements, weights, statistics;
};

}  // namespace blasgrad
