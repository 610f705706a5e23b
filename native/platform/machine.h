// The machine as this process may use it: the number of CPUs.
#pragma once

#include <optional>
#include <string>

namespace blasgrad {

// CPUs that this process may use at once: the affinity mask, limited by the cgroup's CPU quota; at least 1.
int UsableCpus();

// The smallest CPU quota between this process's cgroup and the root; infinity if there is none.
double CpuQuota();

// BLASGRAD_NUM_THREADS, if it is an integer from 1 to 1024.
std::optional<int> ThreadsAsked();

// The initial number of threads of an environment: BLASGRAD_NUM_THREADS, or UsableCpus().
int DefaultThreads();

// Whether BLASGRAD_WINOGRAD allows Winograd's algorithm: it is not 0.
bool WinogradAllowed();

std::string CpuModel();
bool CpuHasAvx512();

}  // namespace blasgrad
