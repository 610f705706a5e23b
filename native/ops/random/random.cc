// Random numbers: every op reads a generator's state and advances it past the blocks that it used, so that a
// replayed program draws new numbers each time.
#include <cmath>
#include <limits>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/random/random.cc"
#include "hwy/foreach_target.h"
//
#include "ops/random/philox-inl.h"
#include "simd/loops-inl.h"
#include "simd/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

constexpr int64_t kGrainGroups = 512;  // 16k words, about 10 us

// Fills n elements, each from `words` words: body(words, index, count) makes `count` elements, starting at number
// `index`, from one chunk.
template <class Body>
void Generate(const Args& a, int64_t n, int64_t words, const Body& body) {
  int32_t* state = a.out<int32_t>(0);
  const Stream stream = LoadStream(state);
  const int64_t perGroup = kGroupWords / words;
  const int64_t groups = n / perGroup + (n % perGroup != 0);
  a.threads->For(groups, kGrainGroups, [&](int64_t begin, int64_t end) {
    HWY_ALIGN uint32_t chunk[kChunkWords];
    for (int64_t g = begin; g < end; g += kChunkGroups) {
      const int64_t some = std::min(kChunkGroups, end - g);
      DrawWords(stream.key, stream.block + static_cast<uint64_t>(g * kGroupBlocks), some, chunk);
      body(chunk, g * perGroup, std::min(some * perGroup, n - g * perGroup));
    }
  });
  Advance(state, groups);
}

// [0, 1) with as many random bits as the type can hold.
template <class T>
HWY_INLINE T Unit(const uint32_t* words, int64_t i) {
  if constexpr (sizeof(T) == 4) {
    return static_cast<T>(static_cast<int32_t>(words[i] >> 8)) * static_cast<T>(0x1p-24);
  } else {
    return static_cast<T>(static_cast<int64_t>(Wide(words, i) >> 11)) * static_cast<T>(0x1p-53);
  }
}

// The largest number below `high` that S can represent.
template <class S, class T>
S LargestBelow(T high) {
  if constexpr (sizeof(S) == sizeof(T)) {
    return std::nextafter(high, -std::numeric_limits<T>::infinity());
  } else {
    S last = Narrow<S>::From(high);
    if (Widen(last) < high) return last;
    const bool isZero = (last.bits & 0x7fff) == 0;
    last.bits = static_cast<uint16_t>(isZero                      ? 0x8001
                                      : (last.bits & 0x8000) != 0 ? last.bits + 1
                                                                  : last.bits - 1);
    return last;
  }
}

template <class S>
void Uniform(const Args& a) {
  using T = ComputeOf<S>;
  const T low = static_cast<T>(a.attr[0]), high = static_cast<T>(a.attr[1]);
  const T width = static_cast<T>(a.attr[1] - a.attr[0]);
  // Rounding must not reach high.
  const S last = high > low ? LargestBelow<S>(high) : Narrow<S>::From(low);
  Generate(a, a.size(2), sizeof(T) / 4, [&](const uint32_t* words, int64_t index, int64_t count) {
    S* out = a.out<S>(1) + index;
    for (int64_t i = 0; i < count; ++i) {
      const S v = Narrow<S>::From(Unit<T>(words, i) * width + low);
      out[i] = Widen(v) > Widen(last) ? last : v;
    }
  });
}

// Half of a group's words as numbers in (0, 1], and the other half as angles in [0, 2 pi].
template <class T, class D>
HWY_INLINE void BoxMuller(D d, const uint32_t* words, T* out) {
  constexpr int64_t kHalf = kGroupWords * 4 / sizeof(T) / 2;
  constexpr double kUnit = sizeof(T) == 4 ? 0x1p-31 : 0x1p-53;
  const hn::RebindToSigned<D> whole;
  using Whole = hn::TFromD<decltype(whole)>;
  HWY_ALIGN Whole bits[2 * kHalf];
  for (int64_t i = 0; i < 2 * kHalf; ++i) {
    if constexpr (sizeof(T) == 4) {
      bits[i] = static_cast<Whole>(words[i] >> 1);
    } else {
      bits[i] = static_cast<Whole>(Wide(words, i) >> 11);
    }
  }
  for (int64_t i = 0; i < kHalf; i += static_cast<int64_t>(hn::Lanes(d))) {
    const auto u = hn::ConvertTo(d, hn::LoadU(whole, bits + i));
    const auto unit = hn::MulAdd(u, vm::Const(d, kUnit), vm::Const(d, kUnit / 2));
    const auto square = hn::Mul(vm::Const(d, -2), hn::Log(d, unit));
    const auto radius = hn::Sqrt(hn::Max(square, hn::Zero(d)));
    const auto angle = hn::Mul(hn::ConvertTo(d, hn::LoadU(whole, bits + kHalf + i)),
                               vm::Const(d, kUnit * 6.283185307179586));
    hn::StoreU(hn::Mul(radius, hn::Cos(d, angle)), d, out + i);
    hn::StoreU(hn::Mul(radius, hn::Sin(d, angle)), d, out + kHalf + i);
  }
}

template <class S>
void Normal(const Args& a) {
  using T = ComputeOf<S>;
  constexpr int64_t kWords = sizeof(T) / 4;
  constexpr int64_t kPerGroup = kGroupWords / kWords;
  const T mean = static_cast<T>(a.attr[0]), deviation = static_cast<T>(a.attr[1]);
  Generate(a, a.size(2), kWords, [&](const uint32_t* words, int64_t index, int64_t count) HWY_ATTR {
    const hn::CappedTag<T, kPerGroup / 2> d;
    S* out = a.out<S>(1) + index;
    HWY_ALIGN T group[kPerGroup];
    for (int64_t g = 0; g < count; g += kPerGroup) {
      BoxMuller<T>(d, words + g * kWords, group);
      const int64_t some = std::min(kPerGroup, count - g);
      for (int64_t i = 0; i < some; ++i) out[g + i] = Narrow<S>::From(group[i] * deviation + mean);
    }
  });
}

// A word below this has probability p.
uint64_t Threshold(double p) {
  return p >= 1 ? uint64_t{1} << 32 : p > 0 ? static_cast<uint64_t>(std::ceil(p * 0x1p32)) : 0;
}

template <class T>
void Bernoulli(const Args& a) {
  const uint64_t limit = Threshold(a.attr[0]);
  Generate(a, a.size(1), 1, [&](const uint32_t* words, int64_t index, int64_t count) {
    T* out = a.out<T>(1) + index;
    const T one = Narrow<T>::From(ComputeOf<T>{1}), zero = Narrow<T>::From(ComputeOf<T>{0});
    for (int64_t i = 0; i < count; ++i) out[i] = words[i] < limit ? one : zero;
  });
}

// out = x / (1 - p) where the mask keeps x, 0 times x elsewhere, so that NaN stays NaN. Comparisons in 32 bits, which
// the compiler turns into vectors; in 64 bits the op takes twice as long.
template <class S>
void Dropout(const Args& a) {
  using T = ComputeOf<S>;
  const uint64_t limit = Threshold(a.attr[0]);
  const bool never = limit >> 32 != 0;  // p is 1, or so near that no word keeps an element
  const T scale = never ? T{0} : static_cast<T>(1 / (1 - a.attr[0]));
  const uint8_t kept = never ? 0 : 1;
  Args args = a;
  args.stream = a.mayStream && a.size(1) * static_cast<int64_t>(sizeof(S)) >= kStreamBytes;
  Generate(a, a.size(1), 1, [&](const uint32_t* words, int64_t index, int64_t count) HWY_ATTR {
    uint8_t* HWY_RESTRICT mask = a.out<uint8_t>(3) + index;
    HWY_ALIGN T factors[kChunkWords];
    const uint32_t least = static_cast<uint32_t>(limit);
    // Without branches: half of their predictions would be wrong.
    for (int64_t i = 0; i < count; ++i) {
      mask[i] = static_cast<uint8_t>(static_cast<uint8_t>(words[i] >= least) & kept);
    }
    for (int64_t i = 0; i < count; ++i) factors[i] = static_cast<T>(mask[i]) * scale;
    MapVectors<true>(
        args, count, a.out<S>(2) + index, [](auto v, auto f) HWY_ATTR { return hn::Mul(v, f); },
        a.in<S>(1) + index, static_cast<const T*>(factors));
    if (args.stream) hwy::FlushStream();
  });
}

// dx = dy scale where the mask kept x, 0 elsewhere.
struct DropoutBackward {
  static constexpr int64_t kGrain = 1 << 17;
  template <class T>
  static void Run(const Args& a, int64_t n, T* HWY_RESTRICT out, const T* HWY_RESTRICT dy,
                  const uint8_t* HWY_RESTRICT mask) {
    const T scale = a.attr[0] < 1 ? static_cast<T>(1 / (1 - a.attr[0])) : T{0};
    for (int64_t i = 0; i < n; ++i) out[i] = dy[i] * (static_cast<T>(mask[i]) * scale);
  }
};

// Integers from low to low + range - 1.
template <class T>
void Randint(const Args& a) {
  constexpr bool kSmall = std::is_integral_v<T> && sizeof(T) < sizeof(int64_t);
  constexpr double kLargest =
      kSmall
          ? static_cast<double>(std::numeric_limits<std::conditional_t<kSmall, T, int>>::max()) + 1
          : 0x1p53;
  constexpr double kLeast = std::is_unsigned_v<T> ? 0 : -kLargest;
  const double low = a.attr[0], range = a.attr[1];
  if (!(low >= kLeast && low + range <= kLargest && range >= 1 && std::floor(low) == low &&
        std::floor(range) == range)) {
    throw DataError("expected whole bounds that the dtype holds for low and range, got " +
                    std::to_string(low) + " and " + std::to_string(range));
  }
  Generate(a, a.size(2), 2, [&](const uint32_t* words, int64_t index, int64_t count) {
    T* out = a.out<T>(1) + index;
    for (int64_t i = 0; i < count; ++i) {
      const auto step = static_cast<int64_t>(Below(Wide(words, i), static_cast<uint64_t>(range)));
      const int64_t number = static_cast<int64_t>(low) + step;
      if constexpr (std::is_arithmetic_v<T>) {
        out[i] = static_cast<T>(number);
      } else {
        out[i] = Narrow<T>::From(static_cast<float>(number));
      }
    }
  });
}

// 0 to n - 1 in random order (Fisher and Yates).
template <class T>
void Randperm(const Args& a) {
  constexpr int64_t kPerGroup = kGroupWords / 2;
  const int64_t n = a.size(0);
  if (n > std::numeric_limits<T>::max()) {
    throw DataError("expected at most " + std::to_string(std::numeric_limits<T>::max()) +
                    " for n, got " + std::to_string(n));
  }
  int32_t* state = a.out<int32_t>(0);
  T* out = a.out<T>(1);
  const Stream stream = LoadStream(state);
  for (int64_t i = 0; i < n; ++i) out[i] = static_cast<T>(i);
  HWY_ALIGN uint32_t chunk[kChunkWords];
  const int64_t groups = n / kPerGroup + (n % kPerGroup != 0);
  for (int64_t g = 0; g < groups; g += kChunkGroups) {
    const int64_t some = std::min(kChunkGroups, groups - g);
    DrawWords(stream.key, stream.block + static_cast<uint64_t>(g * kGroupBlocks), some, chunk);
    const int64_t first = g * kPerGroup;
    for (int64_t i = 0; i < std::min(some * kPerGroup, n - first); ++i) {
      const uint64_t left = static_cast<uint64_t>(n - first - i);
      std::swap(out[left - 1], out[Below(Wide(chunk, i), left)]);
    }
  }
  Advance(state, groups);
}

const Operand kState = {"state", Access::update, Element::int32};
const Operand kOut = {"out", Access::write};
const Attr kCount = {"n"};

// Buffer sizes: the state, then arrays of n elements; n is the attribute kAttr.
template <size_t kAttr, size_t kArrays>
void RandomNeeds(const double* attr, int64_t* need) {
  need[0] = kStateWords;
  std::fill_n(need + 1, kArrays, Elements(attr[kAttr]));
}

}  // namespace

std::vector<Op> RandomOps() {
  const Attr p = {"p", AttrKind::real};
  return {
      {"uniform",
       {kState, kOut},
       {{"low", AttrKind::real}, {"high", AttrKind::real}, kCount},
       RandomNeeds<2, 1>,
       KernelsFor<kFloating>([]<DType kType>() { return Uniform<CType<kType>>; })},
      {"normal",
       {kState, kOut},
       {{"mean", AttrKind::real}, {"std", AttrKind::real}, kCount},
       RandomNeeds<2, 1>,
       KernelsFor<kFloating>([]<DType kType>() { return Normal<CType<kType>>; })},
      {"bernoulli",
       {kState, kOut},
       {p, kCount},
       RandomNeeds<1, 1>,
       KernelsFor<kAll>([]<DType kType>() { return Bernoulli<CType<kType>>; })},
      {"dropout",
       {kState, {"x"}, kOut, {"mask", Access::write, Element::boolean}},
       {p, kCount},
       RandomNeeds<1, 3>,
       KernelsFor<kFloating>([]<DType kType>() { return Dropout<CType<kType>>; })},
      {"dropoutBackward",
       {{"dy"}, {"mask", Access::read, Element::boolean}, {"dx", Access::write}},
       {p},
       nullptr,
       KernelsFor<kFloating>([]<DType kType>() {
         return Elementwise<DropoutBackward, kType, kType, DType::boolean>;
       })},
      {"randint",
       {kState, kOut},
       {{"low", AttrKind::real}, {"range", AttrKind::real}, kCount},
       RandomNeeds<2, 1>,
       KernelsFor<kNumbers>([]<DType kType>() { return Randint<CType<kType>>; })},
      {"randperm",
       {kState, kOut},
       {kCount},
       RandomNeeds<0, 1>,
       KernelsFor<kIndices>([]<DType kType>() { return Randperm<CType<kType>>; })},
  };
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(RandomOps);
std::vector<Op> RandomOps() { return HWY_DYNAMIC_DISPATCH(RandomOps)(); }
}  // namespace blasgrad
#endif
