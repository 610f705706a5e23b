#include "platform/machine.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>
#include <thread>

#ifdef __linux__
#include <sched.h>
#endif

namespace blasgrad {
namespace {

int AffinityCpus() {
#ifdef __linux__
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
#endif
  return static_cast<int>(std::thread::hardware_concurrency());
}

// The CPUs that one cgroup directory grants, or infinity: version 2 has "quota period" in cpu.max; version 1 has a
// file for each, with -1 for no limit.
double QuotaOf(const std::string& folder) {
  std::string quota;
  double period = 0;
  if (std::ifstream(folder + "/cpu.max") >> quota >> period && quota != "max" && period > 0) {
    return std::atof(quota.c_str()) / period;
  }
  double limit = 0;
  if (std::ifstream(folder + "/cpu.cfs_quota_us") >> limit && limit > 0 &&
      std::ifstream(folder + "/cpu.cfs_period_us") >> period && period > 0) {
    return limit / period;
  }
  return INFINITY;
}

}  // namespace

double CpuQuota() {
  double cpus = INFINITY;
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    // Skip cpuset and cpuacct, which may be in different groups.
    if (!controllers.empty() && ("," + controllers + ",").find(",cpu,") == std::string::npos) {
      continue;
    }
    const std::string root = controllers.empty() ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu";
    for (std::string path = line.substr(second + 1);; path = path.substr(0, path.rfind('/'))) {
      cpus = std::min(cpus, QuotaOf(root + (path == "/" ? "" : path)));
      if (path.empty() || path == "/" || path.find('/') == std::string::npos) break;
    }
  }
  return cpus;
}

int UsableCpus() {
  const double quota = std::ceil(CpuQuota());
  const int cpus = std::max(1, AffinityCpus());
  return quota < cpus ? std::max(1, static_cast<int>(quota)) : cpus;
}

std::optional<int> ThreadsAsked() {
  const char* asked = std::getenv("BLASGRAD_NUM_THREADS");
  if (asked == nullptr) return std::nullopt;
  const std::string_view text = asked;
  int count = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), count);
  const bool whole = error == std::errc() && end == text.end();
  return whole && count >= 1 && count <= 1024 ? std::optional(count) : std::nullopt;
}

int DefaultThreads() { return ThreadsAsked().value_or(UsableCpus()); }

bool WinogradAllowed() {
  const char* value = std::getenv("BLASGRAD_WINOGRAD");
  return value == nullptr || std::string_view(value) != "0";
}

std::string CpuModel() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    const size_t start = line.find_first_not_of(" \t", line.find(':') + 1);
    if (start != std::string::npos) return line.substr(start);
  }
  return "unknown";
}

bool CpuHasAvx512() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

}  // namespace blasgrad
