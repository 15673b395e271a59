#include "monitord/system/background.h"

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

TEST_CASE("work runs beside its owner, under its name, until it returns", "[background]") {
  Background background;
  CHECK_FALSE(background.is_running());
  std::promise<std::string> name;
  std::promise<void> may_return;
  REQUIRE_FALSE(background.Start("helper", [&] {
    std::array<char, 16> text{};
    pthread_getname_np(pthread_self(), text.data(), text.size());
    name.set_value(text.data());
    may_return.get_future().wait();
  }));
  CHECK(name.get_future().get() == "helper");
  CHECK(background.is_running());
  CHECK_FALSE(background.WaitForEnd(1ms));
  may_return.set_value();
  CHECK(background.WaitForEnd(10s));
  CHECK_FALSE(background.is_running());
}

TEST_CASE("a machine without a thread to give says so, and the work is not done", "[background]") {
  Background background;
  bool has_run = false;
  {
    const NoThreads none;
    CHECK(background.Start("helper", [&] { has_run = true; }) == std::errc::resource_unavailable_try_again);
  }
  CHECK_FALSE(background.is_running());
  CHECK_FALSE(has_run);
  REQUIRE_FALSE(background.Start("helper", [&] { has_run = true; }));
  background.WaitForEnd();
  CHECK(has_run);
}

TEST_CASE("work that throws has ended, and can be started again", "[background]") {
  Background background;
  for (int i = 0; i < 2; ++i) {
    REQUIRE_FALSE(background.Start("helper", [] { throw std::runtime_error("a fault that this test makes"); }));
    CHECK(background.WaitForEnd(10s));
    CHECK_FALSE(background.is_running());
  }
}

TEST_CASE("work that hangs is left behind, with what it holds", "[background]") {
  struct Held {
    std::promise<void> has_begun, may_return, has_returned;
  };
  const auto held = std::make_shared<Held>();
  auto background = std::make_unique<Background>();
  REQUIRE_FALSE(background->Start("helper", [held] {
    held->has_begun.set_value();
    held->may_return.get_future().wait();
    held->has_returned.set_value();
  }));
  held->has_begun.get_future().wait();
  background.reset();
  CHECK(held.use_count() == 2);
  held->may_return.set_value();
  held->has_returned.get_future().wait();
}

TEST_CASE("what work holds is given up before it counts as ended", "[background]") {
  Background background;
  const auto held = std::make_shared<int>();
  REQUIRE_FALSE(background.Start("helper", [held] {}));
  REQUIRE(background.WaitForEnd(10s));
  CHECK(held.use_count() == 1);
}

}  // namespace
}  // namespace linewatch
