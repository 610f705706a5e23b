#include "ops/registry.h"

#include <iterator>
#include <utility>

#include "core/op_limits.h"
#include "ops/family.h"

namespace blasgrad {

const std::vector<Op>& Registry() {
  static const std::vector<Op> ops = [] {
    std::vector<Op> all;
    for (const auto& family : {
             UnaryOps,
             ActivationOps,
             BinaryOps,
             CopyOps,
             GatherOps,
             ScatterOps,
             PositionOps,
             FlipOps,
             TriangleOps,
             SortOps,
             LossOps,
             MatmulOps,
             ReduceOps,
             IntegerSumOps,
             ExtremeOps,
             ScanOps,
             SoftmaxOps,
             RandomOps,
             CreationOps,
             OptimOps,
             AdamOps,
             NormalizeOps,
             ConvOps,
             PadOps,
             UnfoldOps,
             MaxPoolOps,
             MaxPoolBackwardOps,
             AveragePoolOps,
             AveragePoolBackwardOps,
             AdaptivePoolOps,
             ResampleOps,
             GridSampleOps,
             NormOps,
             NormBackwardOps,
         }) {
      std::vector<Op> some = family();
      std::move(some.begin(), some.end(), std::back_inserter(all));
    }
    for (const Op& op : all) RequireLimits(op);
    return all;
  }();
  return ops;
}

}  // namespace blasgrad
