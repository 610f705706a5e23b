// The two functions of Highway's library that its headers call. They are here because distributions
// have no static libhwy, and so that a setting can choose among the targets.
#include "simd/targets.h"

#include <cstdlib>

#include "hwy/highway.h"

namespace blasgrad {
namespace {

struct Target {
  int64_t bit;
  const char* name;
};

constexpr Target kTargets[] = {
#if HWY_ARCH_X86
    {HWY_AVX3, "AVX3"},
    {HWY_AVX2, "AVX2"},
    {HWY_SSE4, "SSE4"},
    {HWY_SSSE3, "SSSE3"},
#ifdef HWY_SSE2
    {HWY_SSE2, "SSE2"},
#endif
#endif
#if HWY_ARCH_ARM
    {HWY_NEON, "NEON"},
#ifdef HWY_NEON_WITHOUT_AES
    {HWY_NEON_WITHOUT_AES, "NEON"},
#endif
#endif
    {HWY_EMU128, "EMU128"},
    {HWY_SCALAR, "SCALAR"},
};

// The features each target is compiled for (hwy/ops/set_macros-inl.h). f16c has no name in every
// compiler; each CPU with AVX2 has it.
int64_t CpuTargets() {
  int64_t targets = HWY_STATIC_TARGET;
#if HWY_ARCH_X86
  __builtin_cpu_init();
#ifdef HWY_SSE2
  targets |= HWY_SSE2;
#endif
  if (!__builtin_cpu_supports("ssse3")) return targets;
  targets |= HWY_SSSE3;
  if (!__builtin_cpu_supports("sse4.1") || !__builtin_cpu_supports("sse4.2") ||
      !__builtin_cpu_supports("pclmul") || !__builtin_cpu_supports("aes")) {
    return targets;
  }
  targets |= HWY_SSE4;
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
      !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2")) {
    return targets;
  }
  targets |= HWY_AVX2;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512vl") ||
      !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512cd")) {
    return targets;
  }
  targets |= HWY_AVX3;
#endif
  return targets;
}

}  // namespace

int64_t UsableTargets() {
  static const int64_t targets = CpuTargets() & HWY_TARGETS;
  return targets;
}

int64_t AllowedTargets() {
  static const int64_t targets = [] {
    const int64_t usable = UsableTargets();
    const char* asked = std::getenv("BLASGRAD_SIMD_TARGET");
    if (asked == nullptr) return usable;
    for (const Target& target : kTargets) {
      if (target.name != std::string(asked)) continue;
      const int64_t allowed = usable & ~(target.bit - 1);
      if (allowed != 0) return allowed;
    }
    return usable;
  }();
  return targets;
}

std::vector<std::string> TargetNames(int64_t targets) {
  std::vector<std::string> names;
  for (const Target& target : kTargets) {
    if ((targets & target.bit) != 0) names.emplace_back(target.name);
  }
  return names;
}

std::string BestTarget(int64_t targets) {
  const std::vector<std::string> names = TargetNames(targets & (~targets + 1));
  return names.empty() ? "unknown" : names.front();
}

std::string SimdTarget() { return BestTarget(AllowedTargets()); }

}  // namespace blasgrad

namespace hwy {

int64_t SupportedTargets() { return blasgrad::AllowedTargets(); }

ChosenTarget& GetChosenTarget() {
  static ChosenTarget chosen;
  return chosen;
}

}  // namespace hwy
