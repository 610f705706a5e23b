// Sums over all but the channels of (batch, channels, inner): the gradient of a bias.
#pragma once

#include <cstdint>

#include "core/op.h"

namespace blasgrad {

template <class S>
void ChannelSums(const Args& args, int64_t batch, int64_t channels, int64_t inner, const S* x,
                 S* sums);

}  // namespace blasgrad
