// What this process runs on: the CPUs it may use and what they can do.
#pragma once

#include <string>

namespace blasgrad {

// CPUs this process may use at once: its affinity mask, cut by the cgroup's CPU quota; at least 1.
int UsableCpus();

// Threads a new environment starts with: BLASGRAD_NUM_THREADS, else UsableCpus().
int DefaultThreads();

std::string CpuModel();
bool CpuHasAvx512();

// The instruction set the kernels were dispatched to, by Highway's name: "AVX3", "AVX2", "SSE2", ...
std::string SimdTarget();

}  // namespace blasgrad
