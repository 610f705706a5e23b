// What this process runs on: the CPUs it may use and what they can do.
#pragma once

#include <optional>
#include <string>

namespace blasgrad {

// CPUs this process may use at once: its affinity mask, cut by the cgroup's CPU quota; at least 1.
int UsableCpus();

// CPUs that the tightest cgroup quota from this process's group up to the root grants; infinity
// where there is none.
double CpuQuota();

// BLASGRAD_NUM_THREADS, if it is a number from 1 to 1024.
std::optional<int> ThreadsAsked();

// Threads a new environment starts with: BLASGRAD_NUM_THREADS, else UsableCpus().
int DefaultThreads();

std::string CpuModel();
bool CpuHasAvx512();

}  // namespace blasgrad
