// The compiled SIMD target that the kernels use.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace blasgrad {

// Bits of the Highway targets that were compiled and that this CPU supports; lower bits are better.
int64_t UsableTargets();

// UsableTargets() without targets better than BLASGRAD_SIMD_TARGET. The variable is read once.
int64_t AllowedTargets();

// Highway's name of the best target in a set: "AVX3" (AVX-512), "AVX2", "SSE4", "NEON", ...
std::string BestTarget(int64_t targets);

// Names of all targets in a set, the best first.
std::vector<std::string> TargetNames(int64_t targets);

// The instruction set the kernels were dispatched to.
std::string SimdTarget();

// Why no kernel runs on this CPU: they were compiled only for another one. Empty if they run.
std::string TargetProblem();

// A setting or build option that prevents the best target of this CPU, or a setting that is ignored; empty if there
// is none. Explained in docs/troubleshooting.md.
std::string TargetWarning();

}  // namespace blasgrad
