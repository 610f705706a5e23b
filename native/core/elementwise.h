// The iteration of every elementwise op: broadcast and strided operands, blocks, threads and streaming stores, by element
// size alone. A function adds only its inner loop over contiguous elements; ATen's TensorIterator is the model.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "core/op.h"

namespace blasgrad {

// Computes n contiguous elements of the output from as many of each input.
using InnerLoop = void (*)(const Args& a, int64_t n, void* out, const void* const* in);

struct ElementwiseLoop {
  InnerLoop run;
  size_t inputs;
  std::array<uint8_t, kMaxElementwiseOperands> bytes;  // of an element: inputs, then the output
  int64_t grain;                                       // fewest elements worth a thread
  bool streams;                                        // whether `run` honours Args::stream
};

// Eager results of cheap loops from this size on bypass the caches. Their memory is seldom still cached, and ordinary
// stores read each line first: add of 1M floats took 0.18 to 0.20 ms, this way 0.13 to 0.16. From 2 MB on add would gain
// 30 %, but a chain of ops, which reads what it wrote, lost 5.
inline constexpr int64_t kStreamBytes = int64_t{4} << 20;

void RunElementwise(const Args& a, const ElementwiseLoop& loop);

// Loops as cheap as an addition may stream.
template <class F>
inline constexpr bool kMayStream = F::kGrain >= 1 << 17;

namespace elementwise_internal {

template <class F, class Out, class... In>
void Run(const Args& a, int64_t n, void* out, const void* const* in) {
  [&]<size_t... kIndex>(std::index_sequence<kIndex...>) {
    F::Run(a, n, static_cast<Out*>(out), static_cast<const In*>(in[kIndex])...);
  }(std::index_sequence_for<In...>());
}

}  // namespace elementwise_internal

// The kernel of an elementwise op, from F::Run(args, n, out, in...) over contiguous elements and F::kGrain, for the
// dtypes of its output and inputs.
template <class F, DType kOutType, DType... kInTypes>
void Elementwise(const Args& a) {
  constexpr size_t kOut = sizeof...(kInTypes);
  static_assert(kOut < kMaxElementwiseOperands);
  constexpr InnerLoop kRun = elementwise_internal::Run<F, CType<kOutType>, CType<kInTypes>...>;
  static constexpr ElementwiseLoop kLoop = {
      kRun, kOut, {InfoOf(kInTypes).bytes..., InfoOf(kOutType).bytes}, F::kGrain, kMayStream<F>};
  const int64_t n = a.dims->count;
  // Short contiguous operands, as those of small nets are, need no iteration.
  if (a.dims->ndim == 0 && n < F::kGrain) {
    const bool direct = [&]<size_t... kIndex>(std::index_sequence<kIndex...>) {
      return n == 1 || ((a.len[kIndex] != 1) && ...);
    }(std::make_index_sequence<kOut>());
    if (direct) {
      kRun(a, n, a.buf[kOut], a.buf);
      return;
    }
  }
  RunElementwise(a, kLoop);
}

}  // namespace blasgrad
