#include "monitord/notify/dispatcher.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "store/file/descriptor.h"

namespace linewatch {

struct Dispatcher::Shared {
  struct Send {
    std::shared_ptr<Notifier> notifier;
    SteadyTime started;
  };

  std::mutex mutex;
  std::condition_variable has_ended;
  std::map<std::string, Send, std::less<>> under_way;
  std::deque<Ended> ended;
  const Descriptor fd{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};

  void End(const std::string& name, Message message, Delivery delivery) {
    const std::lock_guard lock(mutex);
    under_way.erase(name);
    ended.push_back({name, std::move(message), std::move(delivery)});
    eventfd_write(fd.get(), 1);
    has_ended.notify_all();
  }
};

Dispatcher::Dispatcher() : shared_(std::make_shared<Shared>()) {
  if (!shared_->fd.is_open()) ThrowErrno("eventfd");
}

Dispatcher::~Dispatcher() { Stop({}); }

void Dispatcher::Start(const std::string& name, std::unique_ptr<Notifier> made, Message message, SteadyTime now) {
  const std::shared_ptr<Notifier> notifier = std::move(made);
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->under_way.emplace(name, Shared::Send{notifier, now});
  }
  const auto send = [shared = shared_, name, notifier, message]() mutable {
    Delivery delivery;
    try {
      delivery = notifier->Send(message);
    } catch (const std::exception& error) {
      delivery.answer = error.what();
    }
    shared->End(name, std::move(message), std::move(delivery));
  };
  try {
    std::thread(send).detach();
  } catch (const std::system_error& error) {
    Delivery delivery;
    delivery.answer = error.code().message();
    shared_->End(name, std::move(message), std::move(delivery));
  }
}

bool Dispatcher::is_under_way(const std::string& name) const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->under_way.contains(name);
}

std::optional<Dispatcher::Ended> Dispatcher::Take() {
  const std::lock_guard lock(shared_->mutex);
  if (shared_->ended.empty()) {
    eventfd_t count = 0;
    eventfd_read(shared_->fd.get(), &count);
    return std::nullopt;
  }
  Ended ended = std::move(shared_->ended.front());
  shared_->ended.pop_front();
  return ended;
}

int Dispatcher::fd() const { return shared_->fd.get(); }

void Dispatcher::CancelOverdue(SteadyTime now) {
  const std::lock_guard lock(shared_->mutex);
  for (const auto& [name, send] : shared_->under_way)
    if (now - send.started > kLongest) send.notifier->Cancel();
}

bool Dispatcher::Stop(std::chrono::milliseconds patience) {
  std::unique_lock lock(shared_->mutex);
  for (const auto& [name, send] : shared_->under_way) send.notifier->Cancel();
  return shared_->has_ended.wait_for(lock, patience, [&] { return shared_->under_way.empty(); });
}

}  // namespace linewatch
