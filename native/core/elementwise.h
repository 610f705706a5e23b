// The iteration of every elementwise op: broadcasting, strides, blocks, threads, streaming stores, and conversion
// between halves and float32. It depends only on element sizes; each function adds an inner loop over contiguous
// elements. Modelled on ATen's TensorIterator.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "core/op.h"

namespace blasgrad {

// Computes n contiguous elements of the output from n elements of each input.
using InnerLoop = void (*)(const Args& a, int64_t n, void* out, const void* const* in);

// How an operand is stored: in the inner loop's type, or in half precision, which is converted to float32 for the
// loop.
enum class Format : uint8_t { plain, float16, bfloat16 };

constexpr Format FormatOf(DType dtype) {
  return dtype == DType::float16    ? Format::float16
         : dtype == DType::bfloat16 ? Format::bfloat16
                                    : Format::plain;
}

struct ElementwiseLoop {
  InnerLoop run;
  size_t inputs;
  // Bytes and formats of the stored elements: inputs, then the output.
  std::array<uint8_t, kMaxElementwiseOperands> bytes;
  std::array<Format, kMaxElementwiseOperands> formats;
  // The minimum number of elements per thread.
  int64_t grain;
  // `run` may use streaming stores for outputs of at least this many bytes; it follows Args::stream.
  int64_t streamFrom;
};

// Eager results of cheap loops bypass the caches from this size on. Their memory is seldom still cached, and
// ordinary stores read each line first: add of 1M floats took 0.18 to 0.20 ms with ordinary stores and 0.13 to 0.16
// ms with streaming stores. From 2 MB on, add would be 30 % faster, but a chain of ops, which reads its own
// results, was 5 % slower.
inline constexpr int64_t kStreamBytes = int64_t{4} << 20;

void RunElementwise(const Args& a, const ElementwiseLoop& loop);

// Whether any element of an operand is 0, or NaN; T is its C type.
template <class T>
bool HasZero(const Args& a, size_t operand);
template <class T>
bool HasNaN(const Args& a, size_t operand);

// Loops as cheap as an addition may stream; a function may set another size.
template <class F>
inline constexpr bool kMayStream = F::kGrain >= 1 << 17;
template <class F>
constexpr int64_t StreamFrom() {
  if constexpr (requires { F::kStreamFrom; }) return F::kStreamFrom;
  return kMayStream<F> ? kStreamBytes : INT64_MAX;
}

// Functions that load and store halves themselves: in cheap functions, converting in registers halves the time.
template <class F>
inline constexpr bool kTakesHalves = requires { requires F::kHalves; };

// Whether a call needs no iteration because its operands are short and contiguous, as in small networks.
inline bool RunsDirectly(const Args& a, size_t inputs, int64_t grain) {
  if (a.dims->ndim != 0 || a.dims->count >= grain) return false;
  bool direct = true;
  for (size_t i = 0; i < inputs; ++i) direct = direct && a.len[i] != 1;
  return direct || a.dims->count == 1;
}

// Defines Elementwise<F, output dtype, input dtypes...>, the kernel of an elementwise op, from F::Run(args, n, out, in...)
// over contiguous elements and F::kGrain; F computes halves as floats. ElementwiseWords<F, output type, input types...> is
// the same for ops that only move elements, by unsigned integers of their size. A macro, because files with SIMD kernels
// define it once more for each instruction set (simd/loops-inl.h): a function of another one is not inlined.
#define BLASGRAD_DEFINE_ELEMENTWISE                                                               \
  template <class F, class Out, class... In>                                                      \
  struct InnerLoopOf {                                                                            \
    template <size_t... kIndex>                                                                   \
    static inline void Call(const Args& a, int64_t n, void* out, const void* const* in,           \
                            std::index_sequence<kIndex...>) {                                     \
      F::Run(a, n, static_cast<Out*>(out), static_cast<const In*>(in[kIndex])...);                \
    }                                                                                             \
    static void Run(const Args& a, int64_t n, void* out, const void* const* in) {                 \
      Call(a, n, out, in, std::index_sequence_for<In...>());                                      \
    }                                                                                             \
  };                                                                                              \
  template <class F, class Out, class... In>                                                      \
  void ElementwiseWords(const Args& a) {                                                          \
    constexpr size_t kOut = sizeof...(In);                                                        \
    static_assert(kOut < kMaxElementwiseOperands);                                                \
    using Loop = InnerLoopOf<F, Out, In...>;                                                      \
    static constexpr ElementwiseLoop kLoop = {Loop::Run, kOut,      {sizeof(In)..., sizeof(Out)}, \
                                              {},        F::kGrain, StreamFrom<F>()};             \
    if (RunsDirectly(a, kOut, F::kGrain)) {                                                       \
      Loop::Call(a, a.dims->count, a.buf[kOut], a.buf, std::make_index_sequence<kOut>());         \
    } else {                                                                                      \
      RunElementwise(a, kLoop);                                                                   \
    }                                                                                             \
  }                                                                                               \
  template <class F, DType kOutType, DType... kInTypes>                                           \
  void Elementwise(const Args& a) {                                                               \
    constexpr bool kDirect = kTakesHalves<F> && ((kInTypes == kOutType) && ...);                  \
    if constexpr (!kDirect && (IsHalf(kOutType) || ... || IsHalf(kInTypes))) {                    \
      static constexpr ElementwiseLoop kLoop = {                                                  \
          InnerLoopOf<F, ComputeType<kOutType>, ComputeType<kInTypes>...>::Run,                   \
          sizeof...(kInTypes),                                                                    \
          {InfoOf(kInTypes).bytes..., InfoOf(kOutType).bytes},                                    \
          {FormatOf(kInTypes)..., FormatOf(kOutType)},                                            \
          F::kGrain,                                                                              \
          StreamFrom<F>()};                                                                       \
      RunElementwise(a, kLoop);                                                                   \
    } else {                                                                                      \
      /* By a constant: a call would find the functions of both namespaces. */                    \
      constexpr Kernel kKernel = ElementwiseWords<F, CType<kOutType>, CType<kInTypes>...>;        \
      kKernel(a);                                                                                 \
    }                                                                                             \
  }

BLASGRAD_DEFINE_ELEMENTWISE

}  // namespace blasgrad
