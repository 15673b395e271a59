#include "monitord/resolver.h"

#include <netdb.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>

namespace linewatch {

using std::chrono::steady_clock;

struct Resolver::Shared {
  struct Entry {
    Answer answer;
    steady_clock::time_point answered_at, asked_for_at;
    bool is_asking = false;
    bool was_slow = false;
  };

  std::mutex mutex;
  std::condition_variable wanted;
  std::unordered_map<std::string, Entry> entries;
  std::deque<std::string> queue;      // each name at most once
  std::vector<std::string> answered;  // since the last TakeAnswered
  int threads = 0, idle = 0;
  bool stopping = false;
  int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

  ~Shared() { close(fd); }
};

namespace {

Resolver::Answer LookUp(const std::string& name) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;  // one entry an address instead of one a protocol
  hints.ai_flags = AI_ADDRCONFIG;  // no IPv6 address on a machine that has no IPv6
  addrinfo* list = nullptr;
  const int error = getaddrinfo(name.c_str(), nullptr, &hints, &list);
  Resolver::Answer answer;
  if (error == 0) {
    answer.state = Resolver::Answer::State::kFound;
    answer.address = Address(list->ai_addr);
    freeaddrinfo(list);
    return answer;
  }
  answer.state = Resolver::Answer::State::kFailed;
  answer.reason = error == EAI_NONAME || error == EAI_NODATA
                      ? "the name does not exist"
                      : std::string("the name could not be resolved: ") +
                            (error == EAI_SYSTEM ? std::generic_category().message(errno) : gai_strerror(error));
  return answer;
}

bool does_not_exist(const Resolver::Answer& answer) { return answer.reason == "the name does not exist"; }

}  // namespace

Resolver::Resolver() : shared_(std::make_shared<Shared>()) {
  if (shared_->fd < 0) throw std::system_error(errno, std::system_category(), "eventfd");
}

Resolver::~Resolver() {
  const std::lock_guard lock(shared_->mutex);
  shared_->stopping = true;
  shared_->wanted.notify_all();
}

Resolver::Answer Resolver::Find(const std::string& name, steady_clock::time_point now) {
  const std::lock_guard lock(shared_->mutex);
  auto& entry = shared_->entries[name];
  entry.asked_for_at = now;
  const auto keep = entry.answer.state == Answer::State::kFound ? kFresh : kRetry;
  const bool is_old = entry.answer.state == Answer::State::kPending || now - entry.answered_at >= keep;
  if (!is_old || entry.is_asking) return entry.answer;

  entry.is_asking = true;
  const bool has_failed = entry.answer.state == Answer::State::kFailed;
  if (has_failed) entry.answer = {};  // what was so a while ago is no answer for a check of now
  // Names that failed before may be those that a server never answers: they do not go before the others.
  if (has_failed || entry.was_slow) {
    shared_->queue.push_back(name);
  } else {
    shared_->queue.push_front(name);
  }
  if (shared_->idle == 0 && shared_->threads < kThreads) {
    const auto work = [shared = shared_] {
      std::unique_lock held(shared->mutex);
      for (;;) {
        ++shared->idle;
        shared->wanted.wait(held, [&] { return shared->stopping || !shared->queue.empty(); });
        --shared->idle;
        if (shared->stopping) return;
        std::string asked = std::move(shared->queue.front());
        shared->queue.pop_front();
        held.unlock();
        const auto began = steady_clock::now();
        Answer answer = LookUp(asked);
        held.lock();
        if (const auto found = shared->entries.find(asked); found != shared->entries.end()) {
          // A resolver in trouble does not take away an address that served; a name that is gone does.
          const bool keeps = found->second.answer.state == Answer::State::kFound &&
                             answer.state == Answer::State::kFailed && !does_not_exist(answer);
          if (!keeps) found->second.answer = std::move(answer);
          found->second.answered_at = steady_clock::now();
          found->second.was_slow = found->second.answered_at - began > std::chrono::seconds(1);
          found->second.is_asking = false;
          shared->answered.push_back(std::move(asked));
        }
        eventfd_write(shared->fd, 1);
      }
    };
    try {
      std::thread(work).detach();
      ++shared_->threads;
    } catch (const std::system_error&) {
      // No thread to be had: the name waits in the queue for one of the others, or for the next time.
    }
  }
  shared_->wanted.notify_one();
  return entry.answer;
}

void Resolver::Forget(steady_clock::time_point before) {
  const std::lock_guard lock(shared_->mutex);
  std::erase_if(shared_->entries, [&](const auto& e) { return e.second.asked_for_at < before && !e.second.is_asking; });
}

int Resolver::fd() const { return shared_->fd; }

std::vector<std::string> Resolver::TakeAnswered() {
  eventfd_t count = 0;
  if (eventfd_read(shared_->fd, &count) != 0) return {};
  const std::lock_guard lock(shared_->mutex);
  return std::exchange(shared_->answered, {});
}

}  // namespace linewatch
