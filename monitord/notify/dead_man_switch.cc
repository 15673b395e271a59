#include "monitord/notify/dead_man_switch.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "monitord/net/answer_text.h"
#include "monitord/notify/http_client.h"
#include "monitord/system/steady_time.h"

namespace linewatch {

using std::chrono::steady_clock;

struct DeadManSwitch::Shared {
  explicit Shared(std::chrono::milliseconds every) : period(every) {}

  void Run();

  const std::chrono::milliseconds period;
  std::mutex mutex;
  std::condition_variable changed;
  std::string url;
  SteadyTime due{};
  std::optional<std::string> trouble;
  std::shared_ptr<HttpClient> under_way;
  bool is_running = false;  // the thread
  bool is_stopping = false;
};

// A client each time, because one that was cancelled stays so.
void DeadManSwitch::Shared::Run() {
  std::unique_lock lock(mutex);
  while (!is_stopping) {
    if (url.empty()) {
      changed.wait(lock);
      continue;
    }
    if (steady_clock::now() < due) {
      changed.wait_until(lock, due);
      continue;
    }
    due = steady_clock::now() + period;
    const std::string called = url;
    const auto client = under_way = std::make_shared<HttpClient>();
    lock.unlock();
    std::optional<std::string> fault;
    try {
      const Delivery delivery = DeliveryOf(client->Get(called), SecretsOfUrl(called));
      if (delivery.result != Delivery::Result::kAccepted) fault = delivery.answer;
    } catch (const std::exception& error) {
      fault = AnswerText(error.what());
    }
    lock.lock();
    under_way = nullptr;
    if (called == url) trouble = std::move(fault);
  }
  is_running = false;
  changed.notify_all();
}

DeadManSwitch::DeadManSwitch(std::chrono::milliseconds period) : shared_(std::make_shared<Shared>(period)) {}

DeadManSwitch::~DeadManSwitch() {
  std::unique_lock lock(shared_->mutex);
  shared_->is_stopping = true;
  if (shared_->under_way != nullptr) shared_->under_way->Cancel();
  shared_->changed.notify_all();
  // Nearly always at once; what is stuck in the system is left behind.
  shared_->changed.wait_for(lock, std::chrono::milliseconds(500), [&] { return !shared_->is_running; });
}

void DeadManSwitch::Use(const std::string& url) {
  const std::lock_guard lock(shared_->mutex);
  if (url == shared_->url) return;
  shared_->url = url;
  shared_->due = steady_clock::now();
  shared_->trouble.reset();
  if (shared_->under_way != nullptr) shared_->under_way->Cancel();
  shared_->changed.notify_all();
  if (url.empty() || shared_->is_running) return;
  try {
    std::thread([shared = shared_] { shared->Run(); }).detach();
    shared_->is_running = true;
  } catch (const std::system_error& error) {
    shared_->trouble = error.code().message();
    shared_->url.clear();  // the next Use tries again
  }
}

std::optional<std::string> DeadManSwitch::trouble() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->trouble;
}

}  // namespace linewatch
