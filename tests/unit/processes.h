// Processes that work on the same files at once, as the two programs do.
#ifndef LINEWATCH_TESTS_UNIT_PROCESSES_H_
#define LINEWATCH_TESTS_UNIT_PROCESSES_H_

#include <sys/wait.h>
#include <unistd.h>

namespace linewatch {

// Runs `work`, which gets the number of its process from 0, in `count` processes at once, and waits for them. Answers how
// many came to its end without an exception.
template <class Work>
int RunInProcesses(int count, const Work& work) {
  for (int number = 0; number < count; ++number) {
    if (fork() != 0) continue;
    try {
      work(number);
    } catch (...) {
      _exit(1);
    }
    _exit(0);
  }
  int succeeded = 0;
  for (int number = 0; number < count; ++number) {
    int status = 1;
    wait(&status);
    succeeded += status == 0 ? 1 : 0;
  }
  return succeeded;
}

}  // namespace linewatch

#endif
