// Interpolation of bytes along one dimension, with integer weights of 16 bits, rounded as in PyTorch and Pillow.
#include <algorithm>
#include <vector>

#include "core/threads.h"
#include "ops/nn/interpolate_bytes.h"
#include "ops/nn/interpolate_table.h"

namespace blasgrad {
namespace {

constexpr int64_t kGrain = 1 << 14;

// Attributes: outer, inner, mode, n, m, scale, alignCorners, antialias.
Resampled AxisOf(const double* a) {
  const auto mode = static_cast<Interpolation>(std::clamp<double>(a[2], 1, 6));
  return {mode,
          a[6] != 0,
          a[7] != 0,
          static_cast<int64_t>(a[3]),
          static_cast<int64_t>(a[4]),
          a[5] > 1e-9 && a[5] < 1e9 ? a[5] : 0};
}

struct ByteTable {
  WeightTable<double> table;
  int32_t* weight;
  int precision;
};

// Weights times 2^precision, the largest power for which all have 16 bits. Weights of one position are added first.
ByteTable TableOf(const Resampled& r, char* scratch) {
  ByteTable bytes{MakeTable<double>(r, &scratch), reinterpret_cast<int32_t*>(scratch), 0};
  const WeightTable<double>& table = bytes.table;
  double largest = 0;
  for (int64_t i = 0; i < r.m; ++i) {
    const int64_t first = table.first(i), stride = table.stride();
    for (int64_t k = 0; k < table.count(i); ++k) {
      double& weight = table.weight[first + k * stride];
      int64_t into = k;
      while (into > 0 &&
             table.index[first + (into - 1) * stride] == table.index[first + k * stride])
        --into;
      if (into < k) {
        table.weight[first + into * stride] += weight;
        weight = 0;
      }
      largest = std::max(largest, table.weight[first + into * stride]);
    }
  }
  while (bytes.precision < 22 &&
         static_cast<int>(0.5 + largest * (1 << (bytes.precision + 1))) < (1 << 15)) {
    ++bytes.precision;
  }
  const int64_t entries = r.windowed() ? table.begin[r.m] : r.Taps() * r.m;
  for (int64_t e = 0; e < entries; ++e) {
    const double scaled = table.weight[e] * (1 << bytes.precision);
    bytes.weight[e] =
        static_cast<int16_t>(std::clamp(scaled + (scaled < 0 ? -0.5 : 0.5), -32768.0, 32767.0));
  }
  return bytes;
}

// x (outer, n, inner), out (outer, m, inner)
void InterpolateBytes(const Args& a) {
  const Resampled r = AxisOf(a.attr);
  const int64_t outer = a.size(0), inner = a.size(1);
  if (outer == 0 || inner == 0 || r.m == 0) return;
  const uint8_t* x = a.in<uint8_t>(0);
  uint8_t* out = a.out<uint8_t>(1);
  if (r.n == 0) {
    std::fill_n(out, outer * r.m * inner, uint8_t{0});
    return;
  }
  const ByteTable bytes = TableOf(r, a.scratch);
  const WeightTable<double>& table = bytes.table;
  const int32_t half = bytes.precision > 0 ? 1 << (bytes.precision - 1) : 0;
  const auto narrow = [&](int32_t sum) {
    return static_cast<uint8_t>(std::clamp(sum >> bytes.precision, 0, 255));
  };
  constexpr int64_t kBlock = 512;
  a.threads->For(outer * r.m, std::max<int64_t>(kGrain / inner, 1), [&](int64_t row, int64_t stop) {
    for (; row < stop; ++row) {
      const int64_t i = row % r.m, first = table.first(i), stride = table.stride();
      const int64_t end = first + table.count(i) * stride;
      const uint8_t* from = x + row / r.m * r.n * inner;
      uint8_t* to = out + row * inner;
      if (inner == 1) {
        int32_t sum = half;
        for (int64_t e = first; e < end; e += stride) sum += bytes.weight[e] * from[table.index[e]];
        *to = narrow(sum);
        continue;
      }
      int32_t sums[kBlock];
      for (int64_t j = 0; j < inner; j += kBlock) {
        const int64_t n = std::min(kBlock, inner - j);
        std::fill_n(sums, n, half);
        for (int64_t e = first; e < end; e += stride) {
          const int32_t weight = bytes.weight[e];
          const uint8_t* __restrict source = from + table.index[e] * inner + j;
          for (int64_t k = 0; k < n; ++k) sums[k] += weight * source[k];
        }
        for (int64_t k = 0; k < n; ++k) to[j + k] = narrow(sums[k]);
      }
    }
  });
}

void ByteNeeds(const double* attr, int64_t* need) {
  const bool tooLong = std::max(attr[3], attr[4]) > INT32_MAX - 1;
  need[0] = tooLong ? INT64_MAX : Elements(attr[0], attr[1], attr[3]);
  need[1] = tooLong ? INT64_MAX : Elements(attr[0], attr[1], attr[4]);
}

ScratchBytes ByteScratch(const double* attr, size_t) {
  const Resampled r = AxisOf(attr);
  if (attr[0] == 0 || attr[1] == 0 || r.n == 0 || r.m == 0) return {};
  return {TableBytes(r, sizeof(double), false) + static_cast<size_t>(r.Taps() * r.m) * 4};
}

}  // namespace

Op InterpolateBytesOp() {
  return {"interpolateBytes",
          {{"x"}, {"out", Access::write}},
          {{"outer"},
           {"inner"},
           {"mode"},
           {"n"},
           {"m"},
           {"scale", AttrKind::real},
           {"alignCorners", AttrKind::flag},
           {"antialias", AttrKind::flag}},
          ByteNeeds,
          {{DType::uint8, DType::uint8, InterpolateBytes}},
          ByteScratch};
}

}  // namespace blasgrad
