// The families of ops. Each file ends with its ops. To add a family, add one line here and one in registry.cc.
#pragma once

#include <vector>

#include "core/op.h"

namespace blasgrad {

std::vector<Op> UnaryOps();
std::vector<Op> ActivationOps();
std::vector<Op> BinaryOps();
std::vector<Op> CopyOps();
std::vector<Op> GatherOps();
std::vector<Op> ScatterOps();
std::vector<Op> PositionOps();
std::vector<Op> FlipOps();
std::vector<Op> TriangleOps();
std::vector<Op> PadOps();
std::vector<Op> SortOps();
std::vector<Op> LossOps();
std::vector<Op> NormalizeOps();
std::vector<Op> ConvOps();
std::vector<Op> UnfoldOps();
std::vector<Op> MaxPoolOps();
std::vector<Op> MaxPoolBackwardOps();
std::vector<Op> AveragePoolOps();
std::vector<Op> AveragePoolBackwardOps();
std::vector<Op> AdaptivePoolOps();
std::vector<Op> ResampleOps();
std::vector<Op> GridSampleOps();
std::vector<Op> NormOps();
std::vector<Op> NormBackwardOps();
std::vector<Op> MatmulOps();
std::vector<Op> ReduceOps();
std::vector<Op> IntegerSumOps();
std::vector<Op> ExtremeOps();
std::vector<Op> ScanOps();
std::vector<Op> SoftmaxOps();
std::vector<Op> RandomOps();
std::vector<Op> CreationOps();
std::vector<Op> OptimOps();
std::vector<Op> AdamOps();

}  // namespace blasgrad
