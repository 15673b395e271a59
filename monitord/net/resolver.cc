#include "monitord/net/resolver.h"

#include <netdb.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "monitord/system/waker.h"

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
    Address preferred;
    SteadyTime answered_at, wanted_at;  // when it was last
    SteadyTime queued_at{}, asked_at{};
    bool is_pending = false;  // in the queue, or being looked up
    bool was_slow = false;
  };

  explicit Shared(LookUp by) : look_up(std::move(by)) {}

  void Run();
  void TakeResult(const Question& question, Result result, SteadyTime began);

  const LookUp look_up;
  const Waker waker;
  std::mutex mutex;
  std::condition_variable wanted;
  std::unordered_map<Question, Entry, HashOf> entries;
  std::deque<Question> queue;         // each at most once
  std::vector<std::string> answered;  // since the last TakeAnswered
  size_t idle = 0;                    // threads that wait for a question, or are about to
  bool is_stopping = false;
};

namespace {

void PutFirst(const Address& address, Addresses& addresses) {
  const auto found = std::find(addresses.begin(), addresses.end(), address);
  if (found != addresses.end()) std::rotate(addresses.begin(), found, found + 1);
}

Addresses InTurns(const addrinfo* list) {
  Addresses all;
  for (; list != nullptr; list = list->ai_next) {
    const Address address(list->ai_addr);
    if (address.is_set() && std::find(all.begin(), all.end(), address) == all.end()) all.push_back(address);
  }
  for (size_t i = 1; i < all.size(); ++i) {
    const auto from = all.begin() + static_cast<ptrdiff_t>(i);
    const bool is_next_six = !all[i - 1].is_six();
    const auto next = std::find_if(from, all.end(), [=](const Address& a) { return a.is_six() == is_next_six; });
    if (next != all.end()) std::rotate(from, next, next + 1);
  }
  if (all.size() > Resolver::kMostAddresses) all.resize(Resolver::kMostAddresses);
  return all;
}

}  // namespace

Resolver::Result Resolver::AskSystem(const std::string& name, int family) {
  addrinfo hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_DGRAM;  // one entry an address instead of one a protocol
  // No IPv6 address on a machine that has no IPv6; but whoever wants that one is to see that it is out of reach.
  if (family == AF_UNSPEC) hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(name.c_str(), nullptr, &hints, &list);
  if (error == 0) {
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(list, freeaddrinfo);
    return {{Answer::State::kFound, InTurns(list), ""}};
  }
  if (error != EAI_NONAME && error != EAI_NODATA && error != EAI_ADDRFAMILY) {
    const std::string why = error == EAI_SYSTEM ? std::generic_category().message(errno) : gai_strerror(error);
    return {{Answer::State::kFailed, {}, "the name could not be resolved: " + why}};
  }
  const std::string missing =
      family == AF_UNSPEC ? "the name does not exist"
                          : std::string("the name has no ") + (family == AF_INET6 ? "IPv6" : "IPv4") + " address";
  return {{Answer::State::kFailed, {}, missing}, true};
}

// Of each thread: looks up one name after the other.
void Resolver::Shared::Run() {
  std::unique_lock held(mutex);
  for (;;) {
    wanted.wait(held, [this] { return is_stopping || !queue.empty(); });
    if (is_stopping) return;
    const Question question = std::move(queue.front());
    queue.pop_front();
    --idle;
    const auto began = steady_clock::now();
    if (const auto found = entries.find(question); found != entries.end()) found->second.asked_at = began;
    held.unlock();
    Result result;
    try {
      result = look_up(question.name, question.family);
    } catch (const std::exception& error) {
      result.answer = {Answer::State::kFailed, {}, std::string("the name could not be resolved: ") + error.what()};
    }
    held.lock();
    ++idle;
    TakeResult(question, std::move(result), began);
  }
}

void Resolver::Shared::TakeResult(const Question& question, Result result, SteadyTime began) {
  Entry& entry = entries[question];
  // A resolver in trouble does not take away an address that served; a name that is gone does.
  const bool keeps_address =
      entry.answer.state == Answer::State::kFound && result.answer.state == Answer::State::kFailed && !result.is_gone;
  if (!keeps_address) entry.answer = std::move(result.answer);
  PutFirst(entry.preferred, entry.answer.addresses);
  entry.answered_at = steady_clock::now();
  entry.was_slow = entry.answered_at - began > std::chrono::seconds(1);
  entry.is_pending = false;
  answered.push_back(question.name);
  waker.Wake();
}

Resolver::Resolver(LookUp look_up) : shared_(std::make_shared<Shared>(std::move(look_up))) {}

Resolver::~Resolver() {
  const std::lock_guard lock(shared_->mutex);
  shared_->is_stopping = true;
  shared_->wanted.notify_all();
}

Resolver::Answer Resolver::Find(const std::string& name, SteadyTime now, int family) {
  const std::lock_guard lock(shared_->mutex);
  const Shared::Question question{name, family};
  auto& entry = shared_->entries[question];
  entry.wanted_at = now;
  const auto keep = entry.answer.state == Answer::State::kFound ? kFresh : kRetry;
  const bool is_old = entry.answer.state == Answer::State::kPending || now - entry.answered_at >= keep;
  if (is_old && !entry.is_pending) {
    const bool has_failed = entry.answer.state == Answer::State::kFailed;
    // Names that failed before may be those that a server never answers: they do not go before the others.
    if (has_failed || entry.was_slow) {
      shared_->queue.push_back(question);
    } else {
      shared_->queue.push_front(question);
    }
    if (has_failed) entry.answer = {};  // what was so a while ago is no answer for a check of now
    entry.is_pending = true;
    entry.queued_at = now;
    entry.asked_at = SteadyTime::max();
    shared_->wanted.notify_one();
  }
  StartThreads();
  return entry.answer;
}

// The caller holds the mutex.
void Resolver::StartThreads() {
  while (shared_->queue.size() > shared_->idle && threads_.size() < kThreads) {
    if (threads_.emplace_back().Start("resolver", [shared = shared_] { shared->Run(); })) {
      threads_.pop_back();  // no thread to be had: the name waits for one of the others, or for the next call
      return;
    }
    ++shared_->idle;
  }
}

SteadyTime::duration Resolver::WaitedFor(const std::string& name, int family, SteadyTime since, SteadyTime now) const {
  const std::lock_guard lock(shared_->mutex);
  const auto found = shared_->entries.find({name, family});
  if (found == shared_->entries.end()) return {};
  const auto waited = std::min(found->second.asked_at, now) - std::max(found->second.queued_at, since);
  return std::max(waited, SteadyTime::duration(0));
}

void Resolver::Prefer(const std::string& name, int family, const Address& address) {
  const std::lock_guard lock(shared_->mutex);
  const auto found = shared_->entries.find({name, family});
  if (found == shared_->entries.end()) return;
  found->second.preferred = address;
  PutFirst(address, found->second.answer.addresses);
}

void Resolver::Forget(SteadyTime before) {
  const std::lock_guard lock(shared_->mutex);
  std::erase_if(shared_->entries, [&](const auto& e) { return e.second.wanted_at < before && !e.second.is_pending; });
}

int Resolver::fd() const { return shared_->waker.fd(); }

std::vector<std::string> Resolver::TakeAnswered() {
  if (!shared_->waker.Acknowledge()) return {};
  const std::lock_guard lock(shared_->mutex);
  return std::exchange(shared_->answered, {});
}

}  // namespace linewatch
