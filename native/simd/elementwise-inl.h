// The loop of every elementwise row, written once: contiguous, scalar, broadcast and strided
// operands, one or several threads. Compiled once per instruction set, hence the odd guard.
#if defined(BLASGRAD_ELEMENTWISE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_ELEMENTWISE_INL_H
#undef BLASGRAD_ELEMENTWISE_INL_H
#else
#define BLASGRAD_ELEMENTWISE_INL_H
#endif

#include <algorithm>
#include <cstring>
#include <tuple>
#include <type_traits>
#include <utility>

#include "core/op.h"
#include "core/threads.h"
#include "hwy/cache_control.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

inline constexpr int64_t kBlock = 1024;  // elements packed at a time: 4 to 8 KB an operand, in L1

// The first n < Lanes(d) elements at p; what the other lanes hold is never stored.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> LoadTail(D d, const T* p, size_t n) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN T lanes[hn::MaxLanes(D())] = {};
  std::memcpy(lanes, p, n * sizeof(T));
  return hn::Load(d, lanes);
#else
  return hn::MaskedLoad(hn::FirstN(d, n), d, p);
#endif
}

template <class D, class T = hn::TFromD<D>>
HWY_INLINE void StoreTail(D d, hn::Vec<D> v, T* p, size_t n) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN T lanes[hn::MaxLanes(D())];
  hn::Store(v, d, lanes);
  std::memcpy(p, lanes, n * sizeof(T));
#else
  hn::BlendedStore(v, hn::FirstN(d, n), d, p);
#endif
}

// Eager results of cheap loops from this size on go around the caches. Their memory is seldom
// still cached, and ordinary stores read each line first: add of 1M floats took 0.18 to 0.20 ms,
// this way 0.13 to 0.16. From 2 MB on add would gain 30 %, but a chain of ops, which reads what it
// wrote, lost 5.
inline constexpr int64_t kStreamBytes = int64_t{4} << 20;
template <class F>
inline constexpr bool kMayStream = F::kGrain >= 1 << 17;

// out[i] = f(in[i]...) with whole vectors; f is inlined.
template <bool kStreams, class T, class F, class... In>
HWY_INLINE void MapVectors(const Args& a, int64_t count, T* HWY_RESTRICT out, const F& f,
                           const In*... in) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  const size_t n = static_cast<size_t>(count);
  size_t i = 0;
  if (kStreams && a.stream) {
    const size_t past = reinterpret_cast<uintptr_t>(out) / sizeof(T) % lanes;
    if (past != 0) {
      i = std::min(lanes - past, n);
      StoreTail(d, f(LoadTail(d, in, i)...), out, i);
    }
    for (; i + lanes <= n; i += lanes) hn::Stream(f(hn::LoadU(d, in + i)...), d, out + i);
  } else {
    for (; i + lanes <= n; i += lanes) hn::StoreU(f(hn::LoadU(d, in + i)...), d, out + i);
  }
  if (i < n) StoreTail(d, f(LoadTail(d, in + i, n - i)...), out + i, n - i);
}

// Where operand `i` of a layout keeps its elements [begin, begin + count): walked row by row.
template <class Visit>
HWY_INLINE void WalkRows(const Dims& dims, size_t operand, int64_t begin, int64_t count,
                         const Visit& visit) {
  const size_t inner = dims.ndim - 1;
  const auto& stride = dims.stride[operand];
  std::array<int64_t, kMaxDims> at = {};
  int64_t rest = begin;
  int64_t offset = 0;
  for (size_t k = dims.ndim; k-- > 0;) {
    at[k] = rest % dims.size[k];
    rest /= dims.size[k];
    if (k != inner) offset += at[k] * stride[k];
  }
  int64_t column = at[inner];
  for (int64_t done = 0; done < count;) {
    const int64_t run = std::min(count - done, dims.size[inner] - column);
    visit(done, offset + column * stride[inner], run, stride[inner]);
    done += run;
    column = 0;
    for (size_t k = inner; k-- > 0;) {
      offset += stride[k];
      if (++at[k] < dims.size[k]) break;
      offset -= at[k] * stride[k];
      at[k] = 0;
    }
  }
}

template <class T>
void Gather(const T* base, const Dims& dims, size_t operand, int64_t begin, int64_t count, T* to) {
  WalkRows(dims, operand, begin, count,
           [&](int64_t done, int64_t offset, int64_t run, int64_t stride) {
             if (stride == 0) {
               std::fill_n(to + done, run, base[offset]);
             } else {
               for (int64_t i = 0; i < run; ++i) to[done + i] = base[offset + i * stride];
             }
           });
}

template <class T>
void Scatter(const T* from, const Dims& dims, size_t operand, int64_t begin, int64_t count,
             T* base) {
  WalkRows(dims, operand, begin, count,
           [&](int64_t done, int64_t offset, int64_t run, int64_t stride) {
             for (int64_t i = 0; i < run; ++i) base[offset + i * stride] = from[done + i];
           });
}

// Offset of element `index` if the elements from there to the end of its row are contiguous.
inline int64_t RowOffset(const Dims& dims, size_t operand, int64_t index) {
  int64_t offset = 0;
  for (size_t k = dims.ndim; k-- > 0;) {
    offset += index % dims.size[k] * dims.stride[operand][k];
    index /= dims.size[k];
  }
  return offset;
}

// Layouts and scalars: whole blocks, each operand read in place where its row is contiguous and
// packed into a block otherwise.
template <class F, class Out, class... In, size_t... kIndex>
void MapBlocks(const Args& a, const Dims& dims, int64_t begin, int64_t end,
               std::index_sequence<kIndex...>) {
  constexpr size_t kOut = sizeof...(In);
  const int64_t row = dims.size[dims.ndim - 1];
  const bool longRows = row >= 64;
  HWY_ALIGN Out result[kBlock];
  std::tuple<std::array<In, kBlock>...> packed;
  // An operand of one element is packed once.
  [[maybe_unused]] const auto spread = [&](auto* base, size_t operand, auto& block) {
    if (a.len[operand] == 1) std::fill_n(block.data(), std::min(kBlock, end - begin), *base);
  };
  (spread(a.in<In>(kIndex), kIndex, std::get<kIndex>(packed)), ...);
  Args packedResult = a;
  packedResult.stream = false;
  for (int64_t i = begin; i < end;) {
    const int64_t left = longRows ? row - i % row : kBlock;
    const int64_t n = std::min({kBlock, left, end - i});
    [[maybe_unused]] const auto place = [&](auto* base, size_t operand, auto& block) {
      if (longRows && dims.stride[operand][dims.ndim - 1] == 1) {
        return base + RowOffset(dims, operand, i);
      }
      if (a.len[operand] == 1) return static_cast<decltype(base)>(block.data());
      Gather(base, dims, operand, i, n, block.data());
      return static_cast<decltype(base)>(block.data());
    };
    if (longRows && dims.stride[kOut][dims.ndim - 1] == 1) {
      F::Run(a, n, a.out<Out>(kOut) + RowOffset(dims, kOut, i),
             place(a.in<In>(kIndex), kIndex, std::get<kIndex>(packed))...);
    } else {
      F::Run(packedResult, n, result, place(a.in<In>(kIndex), kIndex, std::get<kIndex>(packed))...);
      Scatter(result, dims, kOut, i, n, a.out<Out>(kOut));
    }
    i += n;
  }
}

// The kernel of an elementwise row: F::Run(args, count, out, in...) on contiguous runs. F::kGrain
// is the fewest elements worth a thread of their own.
template <class F, class Out, class... In>
void Map(const Args& a) {
  constexpr size_t kOut = sizeof...(In);
  const auto run = [&]<size_t... kIndex>(std::index_sequence<kIndex...> indices) {
    const Dims& dims = *a.dims;
    Args args = a;
    args.stream = kMayStream<F> && dims.count >= kStreamBytes / static_cast<int64_t>(sizeof(Out)) &&
                  ((a.buf[kIndex] != a.buf[kOut]) && ...);
    const bool scalar = ((a.len[kIndex] == 1) || ... || false) && dims.count != 1;
    if (dims.ndim == 0 && !scalar) {
      a.threads->For(
          dims.count, F::kGrain,
          [&](int64_t begin, int64_t end) {
            F::Run(args, end - begin, a.out<Out>(kOut) + begin, (a.in<In>(kIndex) + begin)...);
            if (args.stream) hwy::FlushStream();
          },
          64);
      return;
    }
    Dims line;
    if (dims.ndim == 0) {
      line.count = dims.count;
      line.ndim = 1;
      line.size[0] = dims.count;
      ((line.stride[kIndex][0] = a.len[kIndex] == 1 ? 0 : 1), ...);
      line.stride[kOut][0] = 1;
    }
    const Dims& layout = dims.ndim == 0 ? line : dims;
    a.threads->For(
        layout.count, F::kGrain,
        [&](int64_t begin, int64_t end) {
          MapBlocks<F, Out, In...>(args, layout, begin, end, indices);
          if (args.stream) hwy::FlushStream();
        },
        64);
  };
  run(std::index_sequence_for<In...>());
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
