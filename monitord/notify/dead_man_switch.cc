#include "monitord/notify/dead_man_switch.h"

#include <condition_variable>
#include <exception>
#include <mutex>
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
  std::optional<std::string> fault;  // of the last call
  std::shared_ptr<HttpClient> under_way;
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
    std::optional<std::string> found;
    try {
      const Delivery delivery = DeliveryOf(client->Get(called), SecretsOfUrl(called));
      if (delivery.result != Delivery::Result::kAccepted) found = delivery.answer;
    } catch (const std::exception& error) {
      found = AnswerText(error.what());
    }
    lock.lock();
    under_way = nullptr;
    if (called == url) fault = std::move(found);
  }
}

DeadManSwitch::DeadManSwitch(std::chrono::milliseconds period) : shared_(std::make_shared<Shared>(period)) {}

DeadManSwitch::~DeadManSwitch() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->is_stopping = true;
    if (shared_->under_way != nullptr) shared_->under_way->Cancel();
    shared_->changed.notify_all();
  }
  // Nearly always at once; what is stuck in the system is left behind.
  thread_.WaitForEnd(std::chrono::milliseconds(500));
}

void DeadManSwitch::Use(const std::string& url) {
  {
    const std::lock_guard lock(shared_->mutex);
    if (url == shared_->url) return;
    shared_->url = url;
    shared_->due = steady_clock::now();
    shared_->fault.reset();
    if (shared_->under_way != nullptr) shared_->under_way->Cancel();
    shared_->changed.notify_all();
  }
  Review();
}

std::optional<std::string> DeadManSwitch::Review() {
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->url.empty() || thread_.is_running()) return shared_->fault;
  }
  const auto error = thread_.Start("dead-man", [shared = shared_] { shared->Run(); });
  return error ? std::optional(error.message()) : std::nullopt;
}

}  // namespace linewatch
