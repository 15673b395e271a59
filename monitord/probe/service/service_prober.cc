#include "monitord/probe/service/service_prober.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <new>
#include <string>
#include <utility>

#include "monitord/system/time_text.h"

namespace linewatch {
namespace {

using std::chrono::steady_clock;

uint64_t TokenOf(uint16_t place, uint32_t serial) { return uint64_t{serial} << 16 | place; }

}  // namespace

ServiceProber::ServiceProber(Done done, Open open, size_t most_at_once)
    : done_(std::move(done)),
      open_(std::move(open)),
      most_at_once_(most_at_once),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_.is_open()) ThrowErrno("epoll_create1");
}

void ServiceProber::Start(std::span<const Check> checks, SteadyTime now) {
  look_ups_.ForgetUnused(now);
  // All of them or none, as Start has promised.
  std::vector<Queued> queued;
  queued.reserve(checks.size());
  for (const Check& check : checks) queued.push_back({check, now});
  queue_.insert(queue_.end(), queued.begin(), queued.end());
  LaunchQueued(now);
}

void ServiceProber::AddWaits(std::vector<pollfd>& waits) const {
  waits.push_back({epoll_.get(), POLLIN, 0});
  waits.push_back({look_ups_.fd(), POLLIN, 0});
}

SteadyTime ServiceProber::wake_at() const {
  if (queue_.empty()) return timers_.next_at();
  return is_full() ? std::min(timers_.next_at(), GiveUpAt(queue_.front())) : SteadyTime::min();
}

void ServiceProber::Work(SteadyTime now) {
  now = TakeEvents(now);
  TakeLookUps(now);
  while (const auto place = timers_.Take(now)) WakeUp(*place, now);
  LaunchQueued(now);
}

// Answers when it was done.
SteadyTime ServiceProber::TakeEvents(SteadyTime now) {
  constexpr int kMostEvents = 256;
  std::array<epoll_event, kMostEvents> events;
  for (int count = kMostEvents; count == kMostEvents;) {
    count = epoll_wait(epoll_.get(), events.data(), kMostEvents, 0);
    if (count > 0) now = std::max(now, steady_clock::now());
    for (int i = 0; i < count; ++i) {
      const uint64_t token = events[static_cast<size_t>(i)].data.u64;
      const auto place = static_cast<Place>(token);
      // One before it may have ended it, and begun another in its place.
      if (TokenOf(place, flights_[place].serial) == token) GoOn(place, now);
    }
  }
  return now;
}

void ServiceProber::TakeLookUps(SteadyTime now) {
  for (const Place place : look_ups_.TakeAnswered()) {
    if (flights_[place].conversation) {
      GoOn(place, now);
    } else {
      FindAddress(place, now);
    }
  }
}

// Whose next check would begin is not made any more.
SteadyTime ServiceProber::GiveUpAt(const Queued& queued) const {
  const Target& target = *queued.check.target;
  return queued.since + std::max(target.interval - target.timeout, target.timeout);
}

bool ServiceProber::is_full() const { return free_.empty() && flights_.size() == most_at_once_; }

// A few, and then the answers to those before: what takes the processor, such as handshakes of TLS, is done at the pace
// at which it can be done, and the time of a check begins when it is its turn.
void ServiceProber::LaunchQueued(SteadyTime now) {
  constexpr int kPortion = 16;
  for (int launched = 0; !queue_.empty() && launched < kPortion;) {
    const bool has_room = !is_full();
    if (!has_room && now < GiveUpAt(queue_.front())) return;
    const Check check = queue_.front().check;
    queue_.pop_front();
    if (const auto place = has_room ? TakePlace() : std::nullopt) {
      Launch(check, *place, now);
      ++launched;
      continue;
    }
    check.result->sent = now;
    check.result->void_reason = has_room ? VoidReason::kNotSent : VoidReason::kCrowded;
    done_(check);
  }
}

// While it is not full. Nothing when there is no memory for one more.
std::optional<ServiceProber::Place> ServiceProber::TakePlace() {
  if (free_.empty()) {
    try {
      timers_.Reserve(flights_.size() + 1);
      flights_.emplace_back();
      free_.reserve(flights_.capacity());  // so that a check that ends asks for no memory
    } catch (const std::bad_alloc&) {
      return std::nullopt;
    }
    free_.push_back(static_cast<Place>(flights_.size() - 1));
  }
  const Place place = free_.back();
  free_.pop_back();
  return place;
}

void ServiceProber::Launch(const Check& check, Place place, SteadyTime now) {
  Flight& flight = flights_[place];
  flight.check = check;
  flight.start = now;
  flight.addresses = {check.target->address};
  flight.peer = {};
  flight.serial = next_serial_++;
  flight.tries = 0;
  flight.naming_time = {};
  check.result->sent = now;
  SetTimer(place);
  if (check.target->name) {
    FindAddress(place, now);
  } else {
    Try(place, now);
  }
}

void ServiceProber::FindAddress(Place place, SteadyTime now) {
  Flight& flight = flights_[place];
  Resolver::Answer answer;
  try {
    answer = LookUp(place, *flight.check.target->name, now);
  } catch (const std::bad_alloc&) {
    FinishVoid(place, VoidReason::kNotSent);
    return;
  }
  switch (answer.state) {
    case Resolver::Answer::State::kPending:
      break;
    case Resolver::Answer::State::kFailed:
      flight.check.result->reason = std::move(answer.reason);
      Finish(place);
      break;
    case Resolver::Answer::State::kFound:
      flight.addresses = std::move(answer.addresses);
      flight.naming_time = now - flight.start;
      Try(place, now);
      break;
  }
}

Resolver::Answer ServiceProber::LookUp(Place place, const std::string& name, SteadyTime now) {
  return look_ups_.Find(place, name, flights_[place].check.target->family(), now);
}

void ServiceProber::Try(Place place, SteadyTime now) {
  Flight& flight = flights_[place];
  ++flight.tries;
  if (flight.conversation) {
    // A far host is given the time that it takes, and one that is not known yet the whole.
    const bool is_patient =
        !flight.check.round_trip->is_known() || now - flight.try_started < flight.check.round_trip->retransmit_after();
    const bool goes_on = flight.addresses.size() == 1 || !flight.conversation->tries_one_address();
    if (goes_on && (flight.conversation->Repeat() || is_patient)) {
      SetTimer(place);
      return;
    }
  }
  EndTry(flight);
  look_ups_.StopWaiting(place);
  // What has not answered is tried last.
  if (flight.tries > 1 && !flight.was_connected)
    std::rotate(flight.addresses.begin(), flight.addresses.begin() + 1, flight.addresses.end());
  flight.try_started = now;
  flight.was_connected = false;
  flight.peer = {};
  CheckResult& result = *flight.check.result;
  result.reason = "";
  result.refused_here = false;
  result.has_left = std::any_of(flight.addresses.begin(), flight.addresses.end(),
                                [](const Address& address) { return !address.is_loopback(); });
  try {
    flight.conversation = open_(*flight.check.target, flight.addresses, place);
  } catch (const std::exception&) {
    FinishVoid(place, VoidReason::kNotSent);
    return;
  }
  GoOn(place, now);
}

void ServiceProber::GoOn(Place place, SteadyTime now) {
  Flight& flight = flights_[place];
  if (!flight.conversation) return;
  CheckResult& result = *flight.check.result;
  auto state = Conversation::State::kGoesOn;
  try {
    state = flight.conversation->Work(now, result);
    if (state == Conversation::State::kGoesOn) Watch(place);
  } catch (const std::exception&) {
    FinishVoid(place, VoidReason::kNotSent);
    return;
  }
  if (result.refused_here) result.has_left = false;
  if (!flight.was_connected && flight.conversation->is_connected()) {
    flight.was_connected = true;
    flight.check.round_trip->Add(std::chrono::duration_cast<std::chrono::microseconds>(now - flight.try_started));
  }
  if (flight.check.target->name && !flight.peer.is_set() &&
      (flight.was_connected || state == Conversation::State::kAnswered))
    flight.peer = flight.conversation->peer();
  if (state == Conversation::State::kAnswered) {
    Finish(place);
    return;
  }
  if (state == Conversation::State::kUnanswered) {
    EndTry(flight);
    if (flight.tries > RetriesOf(flight)) {
      Finish(place);
      return;
    }
  }
  SetTimer(place);
}

// Each address of a name has one try at least.
int ServiceProber::RetriesOf(const Flight& flight) {
  return std::max(int{flight.check.target->retries}, static_cast<int>(flight.addresses.size()) - 1);
}

void ServiceProber::Watch(Place place) {
  Flight& flight = flights_[place];
  const pollfd wanted = flight.conversation->wait();
  pollfd& watched = flight.watched;
  if (wanted.fd == watched.fd && wanted.events == watched.events) return;
  if (watched.fd >= 0 && watched.fd != wanted.fd) epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, watched.fd, nullptr);
  if (wanted.fd >= 0) {
    epoll_event event{};
    if ((wanted.events & POLLIN) != 0) event.events |= EPOLLIN;
    if ((wanted.events & POLLOUT) != 0) event.events |= EPOLLOUT;
    event.data.u64 = TokenOf(place, flight.serial);
    const int action = watched.fd == wanted.fd ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (epoll_ctl(epoll_.get(), action, wanted.fd, &event) != 0) ThrowErrno("epoll_ctl");
  }
  watched = wanted;
}

void ServiceProber::EndTry(Flight& flight) {
  // Before its owner closes it: the next to be opened has the same number.
  if (flight.watched.fd >= 0) epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, flight.watched.fd, nullptr);
  flight.watched = {-1, 0, 0};
  flight.conversation.reset();
}

void ServiceProber::EndAllTries() {
  for (Flight& flight : flights_) EndTry(flight);
}

// For the deadline, or the next try before it.
void ServiceProber::SetTimer(Place place) {
  const Flight& flight = flights_[place];
  SteadyTime at = DeadlineOf(flight);
  const Target& target = *flight.check.target;
  const int retries = RetriesOf(flight);
  const bool may_try_again = flight.tries > 0 && flight.tries <= retries;
  if (may_try_again && !(flight.conversation && flight.was_connected))
    at = std::min(at, flight.start + RepeatAfter(*flight.check.round_trip, flight.tries, retries, target.timeout));
  timers_.Set(place, at);
}

void ServiceProber::WakeUp(Place place, SteadyTime now) {
  if (now < DeadlineOf(flights_[place])) {
    Try(place, now);
  } else {
    FinishAtDeadline(place, now);
  }
}

void ServiceProber::FinishAtDeadline(Place place, SteadyTime now) {
  const Flight& flight = flights_[place];
  CheckResult& result = *flight.check.result;
  const Target& target = *flight.check.target;
  // Whoever comes so late may have missed an answer, or not have asked again in time.
  if (IsTooLate(now - DeadlineOf(flight), std::chrono::nanoseconds(0), RoundTrip(), target.timeout)) {
    result.void_reason = VoidReason::kLate;
  } else if (look_ups_.WasAskedTooLate(place, target.timeout, now)) {
    result.void_reason = VoidReason::kNoLookUp;
  }
  if (flight.conversation || flight.tries == 0) {
    std::string missing = flight.conversation ? "no " + std::string(flight.conversation->awaited())
                                              : std::string("the name was not resolved");
    result.reason = missing + " within " + SecondsText(target.timeout);
    if (flight.addresses.size() > 1 && !flight.peer.is_set())
      result.reason =
          std::string(result.reason) + " at any of " + std::to_string(flight.addresses.size()) + " addresses";
  }
  Finish(place);
}

void ServiceProber::FinishVoid(Place place, VoidReason reason) {
  flights_[place].check.result->void_reason = reason;
  Finish(place);
}

// Which address it is that answers a name.
void ServiceProber::DescribePeer(Flight& flight) {
  const Target& target = *flight.check.target;
  CheckResult& result = *flight.check.result;
  try {
    if (!result.details) result.details = CheckDetails();
    result.details->address = flight.peer.Text();
    if (flight.addresses.size() > 1) look_ups_.Prefer(*target.name, target.family(), flight.peer);
  } catch (const std::bad_alloc&) {
    // It answers all the same.
  }
}

void ServiceProber::Finish(Place place) {
  Flight& flight = flights_[place];
  EndTry(flight);
  if (flight.peer.is_set()) DescribePeer(flight);
  timers_.Cancel(place);
  look_ups_.StopWaiting(place);
  flight.serial = 0;
  free_.push_back(place);
  const Check check = flight.check;
  done_(check);
}

}  // namespace linewatch
