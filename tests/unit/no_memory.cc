#include "tests/unit/no_memory.h"

#include <cstddef>
#include <cstdlib>
#include <new>
#include <utility>

namespace {

thread_local bool fails_next = false;

void* Allocate(std::size_t size) noexcept {
  return std::exchange(fails_next, false) ? nullptr : std::malloc(size == 0 ? 1 : size);
}

}  // namespace

// In place of the library's, in all of this program: the one that throws, and that for buffers that one can do without.
void* operator new(std::size_t size) {
  if (void* const memory = Allocate(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept { return Allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

// The library has these call those above; a sanitizer does not.
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept { return operator new(size, tag); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

namespace linewatch {

void FailNextAllocation() { fails_next = true; }

}  // namespace linewatch
