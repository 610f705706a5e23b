// Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): block i of a stream is a
// function of only the key and i, so numbers do not depend on threads or vector width.
#if defined(BLASGRAD_PHILOX_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_PHILOX_INL_H
#undef BLASGRAD_PHILOX_INL_H
#else
#define BLASGRAD_PHILOX_INL_H
#endif

#include <cstdint>
#include <cstring>

#include "core/op.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Blocks of four words come in groups of eight, the width of the widest vector: words 0 and 1 of each block, then
// words 2 and 3 of each. The numbers that a seed produces depend on this order.
inline constexpr int64_t kGroupBlocks = 8;
inline constexpr int64_t kGroupWords = 4 * kGroupBlocks;
inline constexpr int64_t kChunkGroups = 16;  // drawn at a time: 2 KB; even, see DrawPairs
inline constexpr int64_t kChunkWords = kChunkGroups * kGroupWords;

// A generator's state: seed and number of the next block, 64 bits each, low word first.
struct Stream {
  uint64_t key;
  uint64_t block;
};
inline constexpr int64_t kStateWords = 4;

inline Stream LoadStream(const int32_t* state) {
  const auto pair = [&](size_t i) {
    return static_cast<uint64_t>(static_cast<uint32_t>(state[i])) |
           static_cast<uint64_t>(static_cast<uint32_t>(state[i + 1])) << 32;
  };
  return {pair(0), pair(2)};
}

inline void Advance(int32_t* state, int64_t groups) {
  const uint64_t next = LoadStream(state).block + static_cast<uint64_t>(groups * kGroupBlocks);
  state[2] = static_cast<int32_t>(static_cast<uint32_t>(next));
  state[3] = static_cast<int32_t>(static_cast<uint32_t>(next >> 32));
}

// The 64-bit products of the low 32 bits of each lane and a 32-bit constant.
template <class D, class V>
HWY_INLINE V MulWide([[maybe_unused]] D d, V x, V m) {
#if HWY_TARGET == HWY_SCALAR
  return hn::Set(d, (hn::GetLane(x) & 0xFFFFFFFFu) * hn::GetLane(m));
#else
  const hn::Repartition<uint32_t, D> narrow;
  return hn::MulEven(hn::BitCast(narrow, x), hn::BitCast(narrow, m));
#endif
}

// One word of a block per 64-bit lane. The upper 32 bits are ignored.
template <class D>
struct Block {
  using V = hn::Vec<D>;
  V x0, x1, x2, x3;

  HWY_INLINE void Round(D d, V m0, V m1, V k0, V k1) {
    const V p0 = MulWide(d, x0, m0);
    const V p1 = MulWide(d, x2, m1);
    x0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(p1), x1), k0);
    x1 = p1;
    x2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(p0), x3), k1);
    x3 = p0;
  }
  HWY_INLINE void Store(D d, uint64_t* pairs) const {
    const V low = hn::Set(d, 0xFFFFFFFFu);
    hn::StoreU(hn::Or(hn::And(x0, low), hn::ShiftLeft<32>(x1)), d, pairs);
    hn::StoreU(hn::Or(hn::And(x2, low), hn::ShiftLeft<32>(x3)), d, pairs + kGroupBlocks);
  }
};

// Draws `groups` groups, rounded up to an even number, starting at block `first`, as pairs of words. Two vectors at
// a time: the rounds of one hide the latency of the other's multiplications.
inline HWY_ATTR void DrawPairs(uint64_t key, uint64_t first, int64_t groups, uint64_t* pairs) {
  const hn::CappedTag<uint64_t, kGroupBlocks> d;
  using D = decltype(d);
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto m0 = hn::Set(d, uint64_t{0xD2511F53});
  const auto m1 = hn::Set(d, uint64_t{0xCD9E8D57});
  const auto zero = hn::Zero(d);
  const auto place = [&](int64_t b) {
    return pairs + b / kGroupBlocks * (2 * kGroupBlocks) + b % kGroupBlocks;
  };
  for (int64_t b = 0; b < groups * kGroupBlocks; b += 2 * lanes) {
    const auto at = hn::Iota(d, first + static_cast<uint64_t>(b));
    const auto next = hn::Add(at, hn::Set(d, static_cast<uint64_t>(lanes)));
    Block<std::remove_const_t<D>> one = {at, hn::ShiftRight<32>(at), zero, zero};
    Block<std::remove_const_t<D>> two = {next, hn::ShiftRight<32>(next), zero, zero};
    uint32_t k0 = static_cast<uint32_t>(key);
    uint32_t k1 = static_cast<uint32_t>(key >> 32);
    for (int round = 0; round < 10; ++round) {
      const auto v0 = hn::Set(d, static_cast<uint64_t>(k0));
      const auto v1 = hn::Set(d, static_cast<uint64_t>(k1));
      one.Round(d, m0, m1, v0, v1);
      two.Round(d, m0, m1, v0, v1);
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    one.Store(d, place(b));
    two.Store(d, place(b + lanes));
  }
}

// Draws the words of `groups` groups, starting at block `first`; `words` holds a complete chunk.
inline HWY_ATTR void DrawWords(uint64_t key, uint64_t first, int64_t groups, uint32_t* words) {
  HWY_ALIGN uint64_t pairs[kChunkWords / 2];
  DrawPairs(key, first, groups, pairs);
  for (int64_t i = 0; i < groups * kGroupWords / 2; ++i) {
    words[2 * i] = static_cast<uint32_t>(pairs[i]);
    words[2 * i + 1] = static_cast<uint32_t>(pairs[i] >> 32);
  }
}

// A 64-bit number from two words.
inline uint64_t Wide(const uint32_t* words, int64_t i) {
  return words[2 * i] | static_cast<uint64_t>(words[2 * i + 1]) << 32;
}

// An integer below `range` from 64 random bits: the high half of their product. The bias is less than range / 2^64.
inline uint64_t Below(uint64_t bits, uint64_t range) {
  const uint64_t a0 = bits & 0xFFFFFFFFu, a1 = bits >> 32;
  const uint64_t b0 = range & 0xFFFFFFFFu, b1 = range >> 32;
  const uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
  const uint64_t low = a0 * b1 + (middle & 0xFFFFFFFFu);
  return a1 * b1 + (middle >> 32) + (low >> 32);
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
