#include "monitord/system/worker_thread.h"

#include <pthread.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <string>
#include <utility>

#include "monitord/system/log.h"

namespace linewatch {

struct WorkerThread::Progress {
  void End() {
    const std::lock_guard lock(mutex);
    is_running = false;
    has_ended.notify_all();
  }

  std::mutex mutex;
  std::condition_variable has_ended;
  bool is_running = false;
};

namespace {

// noexcept: a program that has no memory left to say what went wrong may end.
void Run(const char* name, const std::function<void()>& work) noexcept {
  try {
    work();
  } catch (const std::exception& error) {
    LogError("the thread " + std::string(name) + " has ended: " + error.what());
  }
}

}  // namespace

WorkerThread::WorkerThread() : progress_(std::make_shared<Progress>()) {}

WorkerThread::~WorkerThread() {
  if (is_running()) {
    thread_.detach();
  } else {
    Join();
  }
}

std::error_code WorkerThread::Start(const char* name, std::function<void()> work) {
  Join();
  progress_->is_running = true;  // no thread shares it now
  try {
    thread_ = std::thread([name, work = std::move(work), progress = progress_]() mutable {
      pthread_setname_np(pthread_self(), name);
      Run(name, work);
      work = nullptr;
      progress->End();
    });
    return {};
  } catch (const std::system_error& error) {
    progress_->is_running = false;
    return error.code();
  } catch (const std::bad_alloc&) {
    progress_->is_running = false;
    return std::make_error_code(std::errc::not_enough_memory);
  }
}

bool WorkerThread::is_running() const {
  const std::lock_guard lock(progress_->mutex);
  return progress_->is_running;
}

bool WorkerThread::WaitForEnd(std::chrono::milliseconds patience) {
  {
    std::unique_lock lock(progress_->mutex);
    if (!progress_->has_ended.wait_for(lock, patience, [this] { return !progress_->is_running; })) return false;
  }
  Join();
  return true;
}

void WorkerThread::WaitForEnd() { Join(); }

// Of work that has ended at once.
void WorkerThread::Join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace linewatch
