// A machine that has no memory to give, for a moment.
#ifndef LINEWATCH_TESTS_UNIT_NO_MEMORY_H_
#define LINEWATCH_TESTS_UNIT_NO_MEMORY_H_

namespace linewatch {

// The next operator new of this thread throws std::bad_alloc; those after it succeed again.
void FailNextAllocation();

}  // namespace linewatch

#endif
