#include "monitord/notify/dispatcher.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <functional>
#include <list>
#include <mutex>
#include <utility>

#include "monitord/system/waker.h"

namespace linewatch {

struct Dispatcher::Shared {
  struct Send {
    std::string name;
    std::shared_ptr<Notifier> notifier;
    Message message;
    SteadyTime deadline;
    Delivery delivery;
  };
  using Sends = std::list<Send>;

  // Needs no memory: what has ended is always known to have ended.
  void End(Sends::iterator send) noexcept {
    const std::lock_guard lock(mutex);
    ended.splice(ended.end(), under_way, send);
    has_ended.Wake();
    changed.notify_all();
  }

  std::mutex mutex;
  std::condition_variable changed;
  Sends under_way, ended;
  const Waker has_ended;
};

namespace {

// Ends a send however its scope is left.
template <class Shared, class Send>
class Ending {
 public:
  Ending(std::shared_ptr<Shared> shared, Send send) : shared_(std::move(shared)), send_(send) {}
  ~Ending() { shared_->End(send_); }
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;

 private:
  const std::shared_ptr<Shared> shared_;
  const Send send_;
};

}  // namespace

Dispatcher::Dispatcher() : shared_(std::make_shared<Shared>()) {}

Dispatcher::~Dispatcher() { Stop({}); }

void Dispatcher::Start(const std::string& name, std::unique_ptr<Notifier> notifier, Message message, SteadyTime now,
                       std::chrono::seconds longest) {
  Shared::Sends made;
  made.push_back({name, std::move(notifier), std::move(message), now + longest, {}});
  const auto send = made.begin();
  std::function<void()> work = [shared = shared_, send] {
    const Ending ending(shared, send);
    try {
      send->delivery = send->notifier->Send(send->message);
    } catch (const std::exception& error) {
      send->delivery.answer = error.what();
    }
  };
  // Another one than before, whose thread may still be on its way out.
  auto& thread = threads_[name] = std::make_unique<WorkerThread>();
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->under_way.splice(shared_->under_way.end(), made);
  }
  if (const auto error = thread->Start("send", std::move(work))) {
    const Ending ending(shared_, send);
    send->delivery.answer = error.message();
  }
}

bool Dispatcher::is_under_way(const std::string& name) const {
  const std::lock_guard lock(shared_->mutex);
  return std::ranges::any_of(shared_->under_way, [&](const Shared::Send& send) { return send.name == name; });
}

std::optional<Dispatcher::Ended> Dispatcher::Take() {
  const std::lock_guard lock(shared_->mutex);
  if (shared_->ended.empty()) {
    shared_->has_ended.Acknowledge();
    return std::nullopt;
  }
  Shared::Send& send = shared_->ended.front();
  Ended ended{std::move(send.name), std::move(send.message), std::move(send.delivery)};
  shared_->ended.pop_front();
  return ended;
}

int Dispatcher::fd() const { return shared_->has_ended.fd(); }

void Dispatcher::CancelOverdue(SteadyTime now) {
  const std::lock_guard lock(shared_->mutex);
  for (const Shared::Send& send : shared_->under_way)
    if (now > send.deadline) send.notifier->Cancel();
}

bool Dispatcher::Stop(std::chrono::milliseconds patience) {
  std::unique_lock lock(shared_->mutex);
  for (const Shared::Send& send : shared_->under_way) send.notifier->Cancel();
  return shared_->changed.wait_for(lock, patience, [&] { return shared_->under_way.empty(); });
}

}  // namespace linewatch
