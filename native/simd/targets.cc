// The two functions of libhwy that Highway's headers call. They are defined here because distributions have no
// static libhwy, and so that a setting can choose the target.
#include "simd/targets.h"

#include <cstdlib>
#include <cstring>

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

// The value of CMake's BLASGRAD_TARGET: "all" or the name of one target. Volatile, so that it is read when the
// addon is loaded: a test changes the name in a copy of the addon to simulate another CPU.
const volatile char kCompiledFor[] = "compiled for: " BLASGRAD_TARGET;

std::string CompiledFor() {
  std::string name;
  for (const volatile char* at = kCompiledFor + std::strlen("compiled for: "); *at != 0; ++at) {
    name += *at;
  }
  return name;
}

std::string Asked() {
  const char* asked = std::getenv("BLASGRAD_SIMD_TARGET");
  return asked == nullptr ? "" : asked;
}

// 0 for a name that is not in the table.
int64_t TargetNamed(const std::string& name) {
  for (const Target& target : kTargets) {
    if (name == target.name) return target.bit;
  }
  return 0;
}

int64_t CompiledTargets() {
  const std::string name = CompiledFor();
  return HWY_TARGETS & (name == "all" ? ~int64_t{0} : TargetNamed(name));
}

// The CPU features that each target is compiled for (hwy/ops/set_macros-inl.h). Not every compiler has a name for
// f16c; every CPU with AVX2 has it.
int64_t CpuTargets() {
#if !HWY_ARCH_X86
  return HWY_STATIC_TARGET;
#else
  int64_t targets = HWY_EMU128 | HWY_SCALAR;
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
  return targets;
#endif
}

std::string Joined(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

}  // namespace

int64_t UsableTargets() {
  static const int64_t targets = CpuTargets() & CompiledTargets();
  return targets;
}

int64_t AllowedTargets() {
  static const int64_t targets = [] {
    const int64_t usable = UsableTargets(), asked = TargetNamed(Asked());
    const int64_t allowed = asked == 0 ? 0 : usable & ~(asked - 1);
    return allowed == 0 ? usable : allowed;
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

std::string TargetProblem() {
  if (UsableTargets() != 0) return "";
  return "compiled for " + CompiledFor() + " alone, but this CPU has " + BestTarget(CpuTargets()) +
         " at best";
}

std::string TargetWarning() {
  const std::string asked = Asked(), used = SimdTarget(), best = BestTarget(UsableTargets());
  const std::string setting = "BLASGRAD_SIMD_TARGET=" + asked;
  const bool one = CompiledFor() != "all";
  if (one && CompiledTargets() != (CpuTargets() & (~CpuTargets() + 1))) {
    return "the addon is compiled for " + best + " alone, this CPU has " +
           BestTarget(CpuTargets()) + ". Compile it again: npm run build.";
  }
  if (asked.empty() || (asked == best && used == best)) return "";
  if (used != best) {
    return setting + " makes the kernels use " + used + ", this CPU has " + best +
           ". Unset it before Node starts.";
  }
  return setting + " changes nothing: " +
         (one ? "the addon is compiled for " + best + " alone."
              : "this CPU runs " + Joined(TargetNames(UsableTargets())) + ".");
}

}  // namespace blasgrad

namespace hwy {

int64_t SupportedTargets() { return blasgrad::AllowedTargets(); }

ChosenTarget& GetChosenTarget() {
  static ChosenTarget chosen;
  return chosen;
}

}  // namespace hwy
