// The one way to start a thread: the start may fail, for a machine may have none to give, and an exception in the
// thread does not end the program.
#ifndef LINEWATCH_MONITORD_SYSTEM_WORKER_THREAD_H_
#define LINEWATCH_MONITORD_SYSTEM_WORKER_THREAD_H_

#include <chrono>
#include <functional>
#include <memory>
#include <system_error>
#include <thread>

namespace linewatch {

// One piece of work at a time, in a thread of its own. Start and WaitForEnd are for one thread, its owner's.
class WorkerThread {
 public:
  WorkerThread();
  // Work that still goes on is left behind. An owner that cannot be sure that it has ended lets it touch nothing of its
  // own: all that the work needs it holds by a std::shared_ptr.
  ~WorkerThread();
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;

  // Not while it is running. No error: `work` has begun, or will at once. Else there is no thread to be had now, as the
  // error says, and `work` is never called. `name` is what top(1) and gdb show, of at most 15 characters. Signals wait
  // for the main thread, which has blocked them before it started any other.
  //
  // An exception that leaves `work` ends the thread and is logged.
  [[nodiscard]] std::error_code Start(const char* name, std::function<void()> work);

  // From a Start that succeeded until `work` has returned or thrown and is destroyed.
  bool is_running() const;
  // False if it is still running after `patience`.
  bool WaitForEnd(std::chrono::milliseconds patience);
  // However long it takes.
  void WaitForEnd();

 private:
  struct Progress;

  void Join();

  std::shared_ptr<Progress> progress_;
  std::thread thread_;
};

}  // namespace linewatch

#endif
