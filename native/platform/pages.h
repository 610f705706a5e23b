// How the memory of large results behaves.
#pragma once

#include <cstddef>

namespace blasgrad {

// Keeps freed memory in the process, up to 256 MB, instead of giving every large block back to the
// system: V8 frees results in bulk, and new ones of the same size then find their pages in place. A
// 1.6 MB gradient of a Linear took 1.1 ms with fresh pages, 0.53 ms with kept ones. Does nothing
// outside glibc, or if the environment says how malloc is to behave.
void KeepFreedMemory();

// Asks for huge pages under memory that is about to be written for the first time: 4 MB are 1,024
// page faults otherwise. Does nothing below 1 MB or where the system has no such pages.
void PreferHugePages(void* data, size_t bytes);

}  // namespace blasgrad
