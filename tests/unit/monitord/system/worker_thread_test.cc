#include "monitord/system/worker_thread.h"

#include <pthread.h>

#include <array>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>

#include "tests/unit/catch.h"
#include "tests/unit/no_threads.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;

TEST_CASE("work runs beside its owner, under its name, until it returns", "[worker_thread]") {
  WorkerThread worker;
  CHECK_FALSE(worker.is_running());
  std::promise<std::string> name;
  std::promise<void> may_return;
  REQUIRE_FALSE(worker.Start("helper", [&] {
    std::array<char, 16> text{};
    pthread_getname_np(pthread_self(), text.data(), text.size());
    name.set_value(text.data());
    may_return.get_future().wait();
  }));
  CHECK(name.get_future().get() == "helper");
  CHECK(worker.is_running());
  CHECK_FALSE(worker.WaitForEnd(1ms));
  may_return.set_value();
  CHECK(worker.WaitForEnd(10s));
  CHECK_FALSE(worker.is_running());
}

TEST_CASE("a machine without a thread to give says so, and the work is not done", "[worker_thread]") {
  WorkerThread worker;
  bool has_run = false;
  {
    const NoThreads none;
    CHECK(worker.Start("helper", [&] { has_run = true; }) == std::errc::resource_unavailable_try_again);
  }
  CHECK_FALSE(worker.is_running());
  CHECK_FALSE(has_run);
  REQUIRE_FALSE(worker.Start("helper", [&] { has_run = true; }));
  worker.WaitForEnd();
  CHECK(has_run);
}

TEST_CASE("work that throws has ended, and can be started again", "[worker_thread]") {
  WorkerThread worker;
  for (int i = 0; i < 2; ++i) {
    REQUIRE_FALSE(worker.Start("helper", [] { throw std::runtime_error("a fault that this test makes"); }));
    CHECK(worker.WaitForEnd(10s));
    CHECK_FALSE(worker.is_running());
  }
}

TEST_CASE("work that hangs is left behind, with what it holds", "[worker_thread]") {
  struct Held {
    std::promise<void> has_begun, may_return, has_returned;
  };
  const auto held = std::make_shared<Held>();
  auto worker = std::make_unique<WorkerThread>();
  REQUIRE_FALSE(worker->Start("helper", [held] {
    held->has_begun.set_value();
    held->may_return.get_future().wait();
    held->has_returned.set_value();
  }));
  held->has_begun.get_future().wait();
  worker.reset();
  CHECK(held.use_count() == 2);
  held->may_return.set_value();
  held->has_returned.get_future().wait();
}

TEST_CASE("what work holds is given up before it counts as ended", "[worker_thread]") {
  WorkerThread worker;
  const auto held = std::make_shared<int>();
  REQUIRE_FALSE(worker.Start("helper", [held] {}));
  REQUIRE(worker.WaitForEnd(10s));
  CHECK(held.use_count() == 1);
}

}  // namespace
}  // namespace linewatch
