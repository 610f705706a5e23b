#include "ops/registry.h"

#include <iterator>
#include <utility>

#include "ops/family.h"

namespace blasgrad {

const std::vector<Op>& Registry() {
  static const std::vector<Op> rows = [] {
    std::vector<Op> all;
    for (const auto& family : {
             UnaryRows,
             ActivationRows,
             BinaryRows,
             CopyRows,
             IndexRows,
             SortRows,
             LossRows,
             MatmulRows,
             ReduceRows,
             ExtremeRows,
             ScanRows,
             SoftmaxRows,
             RandomRows,
             CreationRows,
             OptimRows,
             AdamRows,
         }) {
      std::vector<Op> some = family();
      std::move(some.begin(), some.end(), std::back_inserter(all));
    }
    return all;
  }();
  return rows;
}

}  // namespace blasgrad
