// The statically linked GCC unwinder calls a function that glibc added in 2.35. This replacement uses functions of
// every glibc, so that the addon loads with 2.34 and later.
#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <cstdint>

#ifdef DLFO_STRUCT_HAS_EH_DBASE  // a glibc that has the field

namespace {

struct Search {
  uintptr_t address;
  dl_find_object* found;
};

// Returns 1 if the address is in this library, and stores the library's extent and its table of stack frames.
int Visit(dl_phdr_info* library, size_t, void* data) {
  const auto* search = static_cast<Search*>(data);
  uintptr_t begin = UINTPTR_MAX, end = 0, frames = 0;
  for (int i = 0; i < library->dlpi_phnum; ++i) {
    const auto& part = library->dlpi_phdr[i];
    const uintptr_t from = library->dlpi_addr + part.p_vaddr;
    if (part.p_type == PT_GNU_EH_FRAME) frames = from;
    if (part.p_type != PT_LOAD) continue;
    if (from < begin) begin = from;
    if (from + part.p_memsz > end) end = from + part.p_memsz;
  }
  if (search->address < begin || search->address >= end || frames == 0) return 0;
  *search->found = {};
  search->found->dlfo_map_start = reinterpret_cast<void*>(begin);
  search->found->dlfo_map_end = reinterpret_cast<void*>(end);
  search->found->dlfo_eh_frame = reinterpret_cast<void*>(frames);
  return 1;
}

}  // namespace

extern "C" int FindObject(void* address, dl_find_object* found) __asm__("_dl_find_object");
extern "C" int FindObject(void* address, dl_find_object* found) {
  Search search = {reinterpret_cast<uintptr_t>(address), found};
  return dl_iterate_phdr(Visit, &search) == 1 ? 0 : -1;
}

#endif
