// Temporary memory for kernels.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

#include "core/op.h"

namespace blasgrad {

class Scratch {
 public:
  // Memory for a call on `threads` threads, aligned to cache lines and uninitialised. Throws std::bad_alloc.
  void Provide(const ScratchBytes& bytes, int threads, Args* args) {
    const size_t shared = RoundUp(bytes.shared), stride = RoundUp(bytes.perThread);
    const size_t wanted = shared + stride * static_cast<size_t>(threads);
    if (wanted > held_) {
      held_ = 0;
      memory_.reset();
      memory_.reset(static_cast<char*>(::operator new(wanted, kLine)));
      held_ = wanted;
    }
    args->scratch = memory_.get();
    args->threadScratch = memory_.get() + shared;
    args->threadScratchStride = stride;
  }

  // Frees memory that is too large to keep for the next call.
  void Trim() {
    if (held_ <= kMostRetained) return;
    memory_.reset();
    held_ = 0;
  }

 private:
  static constexpr std::align_val_t kLine{64};
  // Allocating 100 KB costs more than transposing a batch into vector lanes.
  static constexpr size_t kMostRetained = size_t{4} << 20;

  static size_t RoundUp(size_t bytes) { return (bytes + 63) & ~size_t{63}; }
  struct Free {
    void operator()(char* memory) const { ::operator delete(memory, kLine); }
  };

  std::unique_ptr<char, Free> memory_;
  size_t held_ = 0;
};

}  // namespace blasgrad
