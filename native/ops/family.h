// The families. Each file ends with its rows; adding a family is one line here and one in the list.
#pragma once

#include <vector>

#include "core/op.h"

namespace blasgrad {

std::vector<Op> UnaryRows();
std::vector<Op> ActivationRows();
std::vector<Op> BinaryRows();
std::vector<Op> CopyRows();
std::vector<Op> IndexRows();
std::vector<Op> SortRows();
std::vector<Op> LossRows();
std::vector<Op> MatmulRows();
std::vector<Op> ReduceRows();
std::vector<Op> ExtremeRows();
std::vector<Op> ScanRows();
std::vector<Op> SoftmaxRows();
std::vector<Op> RandomRows();
std::vector<Op> CreationRows();
std::vector<Op> OptimRows();
std::vector<Op> AdamRows();

}  // namespace blasgrad
