#include "tests/unit/no_memory.h"

#include <cstddef>
#include <cstdlib>
#include <new>
#include <utility>

namespace {

thread_local bool fails_next = false;

}  // namespace

// In place of the library's, in all of this program.
void* operator new(std::size_t size) {
  if (std::exchange(fails_next, false)) throw std::bad_alloc();
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

namespace linewatch {

void FailNextAllocation() { fails_next = true; }

}  // namespace linewatch
