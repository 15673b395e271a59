#include "monitord/net/resolver.h"

#include <netdb.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>

namespace linewatch {

using std::chrono::steady_clock;

struct Resolver::Shared {
  struct Question {
    std::string name;
    int family;
    bool operator==(const Question&) const = default;
  };
  struct HashOf {
    size_t operator()(const Question& question) const {
      return std::hash<std::string>()(question.name) + static_cast<size_t>(question.family);
    }
  };
  struct Entry {
    Answer answer;
    steady_clock::time_point answered_at, asked_for_at;
    bool is_asking = false;
    bool was_slow = false;
  };

  std::mutex mutex;
  std::condition_variable wanted;
  std::unordered_map<Question, Entry, HashOf> entries;
  std::deque<Question> queue;         // each at most once
  std::vector<std::string> answered;  // since the last TakeAnswered
  int threads = 0, idle = 0;
  bool stopping = false;
  int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

  ~Shared() { close(fd); }
};

namespace {

// Answers whether the name, or such an address of it, is gone.
bool LookUp(const std::string& name, int family, Resolver::Answer& answer) {
  addrinfo hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_DGRAM;  // one entry an address instead of one a protocol
  // No IPv6 address on a machine that has no IPv6; but whoever wants that one is to see that it is out of reach.
  if (family == AF_UNSPEC) hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(name.c_str(), nullptr, &hints, &list);
  if (error == 0) {
    answer.state = Resolver::Answer::State::kFound;
    answer.address = Address(list->ai_addr);
    freeaddrinfo(list);
    return false;
  }
  answer.state = Resolver::Answer::State::kFailed;
  if (error != EAI_NONAME && error != EAI_NODATA && error != EAI_ADDRFAMILY) {
    answer.reason = std::string("the name could not be resolved: ") +
                    (error == EAI_SYSTEM ? std::generic_category().message(errno) : gai_strerror(error));
    return false;
  }
  answer.reason = family == AF_UNSPEC
                      ? "the name does not exist"
                      : std::string("the name has no ") + (family == AF_INET6 ? "IPv6" : "IPv4") + " address";
  return true;
}

}  // namespace

Resolver::Resolver() : shared_(std::make_shared<Shared>()) {
  if (shared_->fd < 0) throw std::system_error(errno, std::system_category(), "eventfd");
}

Resolver::~Resolver() {
  const std::lock_guard lock(shared_->mutex);
  shared_->stopping = true;
  shared_->wanted.notify_all();
}

Resolver::Answer Resolver::Find(const std::string& name, steady_clock::time_point now, int family) {
  const std::lock_guard lock(shared_->mutex);
  const Shared::Question question{name, family};
  auto& entry = shared_->entries[question];
  entry.asked_for_at = now;
  const auto keep = entry.answer.state == Answer::State::kFound ? kFresh : kRetry;
  const bool is_old = entry.answer.state == Answer::State::kPending || now - entry.answered_at >= keep;
  if (!is_old || entry.is_asking) return entry.answer;

  entry.is_asking = true;
  const bool has_failed = entry.answer.state == Answer::State::kFailed;
  if (has_failed) entry.answer = {};  // what was so a while ago is no answer for a check of now
  // Names that failed before may be those that a server never answers: they do not go before the others.
  if (has_failed || entry.was_slow) {
    shared_->queue.push_back(question);
  } else {
    shared_->queue.push_front(question);
  }
  if (shared_->idle == 0 && shared_->threads < kThreads) {
    const auto work = [shared = shared_] {
      std::unique_lock held(shared->mutex);
      for (;;) {
        ++shared->idle;
        shared->wanted.wait(held, [&] { return shared->stopping || !shared->queue.empty(); });
        --shared->idle;
        if (shared->stopping) return;
        Shared::Question asked = std::move(shared->queue.front());
        shared->queue.pop_front();
        held.unlock();
        const auto began = steady_clock::now();
        Answer answer;
        const bool is_gone = LookUp(asked.name, asked.family, answer);
        held.lock();
        if (const auto found = shared->entries.find(asked); found != shared->entries.end()) {
          // A resolver in trouble does not take away an address that served; a name that is gone does.
          const bool keeps =
              found->second.answer.state == Answer::State::kFound && answer.state == Answer::State::kFailed && !is_gone;
          if (!keeps) found->second.answer = std::move(answer);
          found->second.answered_at = steady_clock::now();
          found->second.was_slow = found->second.answered_at - began > std::chrono::seconds(1);
          found->second.is_asking = false;
          shared->answered.push_back(std::move(asked.name));
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
