#include "monitord/icmp_prober.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <random>
#include <system_error>

#include "store/host_list.h"

namespace linewatch {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr size_t kMostFlights = 65536;  // one sequence number each
static_assert(kMaxHosts * 4 < kMostFlights, "a line is checked once at a time, and a few lists may overlap");
// Between two of several packets of a check: far enough apart that one full queue does not swallow them all.
constexpr milliseconds kPacketSpacing{20};

uint64_t RandomNonce() {
  std::random_device random;
  return static_cast<uint64_t>(random()) << 32 | random();
}

std::string SecondsText(milliseconds duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%g s", std::chrono::duration<double>(duration).count());
  return text;
}

// Packet n of a check, from 0. Several packets share the first half of the timeout, so that the last one has as long
// to come back as a repeat would have.
microseconds PacketAfter(int n, const Target& target) {
  if (target.packets == 1) return microseconds(0);
  return n * std::min<microseconds>(kPacketSpacing, target.timeout / (2 * target.packets));
}

// When attempt n of a check is sent, after its start: its packets, then the repeats.
microseconds AttemptAfter(int n, const Target& target, const RoundTrip& line) {
  if (n < target.packets) return PacketAfter(n, target);
  const auto after = std::max(PacketAfter(target.packets - 1, target) + RoundTrip::kFloor,
                              RepeatAfter(line, n - target.packets + 1, target.retries, target.timeout));
  return std::min<microseconds>(after, target.timeout * 3 / 4);  // with the shortest timeouts
}

}  // namespace

IcmpProber::IcmpProber(Done done)
    : done_(std::move(done)), nonce_(RandomNonce()), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::system_error(errno, std::system_category(), "epoll_create");
  OpenSocket(false);
  try {
    OpenSocket(true);
  } catch (const std::system_error& error) {
    families_[true].missing = "cannot send: IPv6 is not available here, " + error.code().message();
  }
  for (Family& family : families_)
    if (!family.lanes.empty()) family.pacing = Pacing(family.lanes[0].socket->room());
  Watch(resolver_.fd());
}

void IcmpProber::Watch(int fd) const {
  epoll_event event{};
  event.events = EPOLLIN;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0)
    throw std::system_error(errno, std::system_category(), "epoll_ctl");
}

void IcmpProber::OpenSocket(bool six) {
  auto socket = std::make_unique<IcmpSocket>(six);
  Watch(socket->fd());
  families_[six].lanes.push_back({std::move(socket)});
}

IcmpProber::~IcmpProber() { close(epoll_); }

void IcmpProber::Start(std::span<const Check> checks, SteadyTime now) {
  // What went wrong before is no flaw of these.
  Receive();
  LookForFlaws(now);
  for (const Check& check : checks) Launch(check, now);
  constexpr std::chrono::hours kUnused{24};
  resolver_.Forget(now - kUnused);
}

void IcmpProber::Launch(const Check& check, SteadyTime now) {
  if (free_.empty()) {
    if (flights_.size() == kMostFlights) {
      check.result->sent = now;
      check.result->flaw = Flaw::kNotSent;
      done_(check);
      return;
    }
    free_.push_back(static_cast<uint16_t>(flights_.size()));
    flights_.emplace_back();
  }
  const uint16_t place = free_.back();
  free_.pop_back();
  Flight& flight = flights_[place];
  flight = Flight{.check = check,
                  .address = check.target->address,
                  .start = now,
                  .serial = next_serial_++,
                  .complaint = {},
                  .is_active = true};
  if (!flight.address.is_set()) {
    Begin(place, now);
    unresolved_.push_back(place);
    FindAddress(place, now);
  } else if (const Family& family = families_[flight.address.is_six()]; family.lanes.empty()) {
    Refuse(place, family.missing);
    Finish(place);
  } else {
    families_[flight.address.is_six()].to_begin.push_back(place);
  }
}

void IcmpProber::Begin(uint16_t place, SteadyTime now) {
  Flight& flight = flights_[place];
  flight.start = now;
  flight.deadline = now + flight.check.target->timeout;
  alarms_.push({flight.deadline, place, flight.serial});
}

void IcmpProber::FindAddress(uint16_t place, SteadyTime now) {
  Flight& flight = flights_[place];
  auto answer = resolver_.Find(flight.check.target->name, now);
  if (answer.state == Resolver::Answer::State::kPending) return;
  std::erase(unresolved_, place);
  if (answer.state == Resolver::Answer::State::kFailed) {
    flight.complaint = std::move(answer.reason);
    Finish(place);
    return;
  }
  flight.address = answer.address;
  Family& family = families_[flight.address.is_six()];
  if (family.lanes.empty()) {
    Refuse(place, family.missing);
    Finish(place);
  } else {
    family.to_send.push_back({flight.start, place, flight.serial});
  }
}

IcmpProber::Flight* IcmpProber::Active(uint16_t place, uint32_t serial) {
  if (place >= flights_.size()) return nullptr;
  Flight& flight = flights_[place];
  return flight.is_active && flight.serial == serial ? &flight : nullptr;
}

bool IcmpProber::wants_another(const Flight& flight) {
  const Target& target = *flight.check.target;
  // Of a check of several packets that has an answer, those still missing have until the deadline: no repeat.
  return flight.sent < target.packets + (flight.answered == 0 ? target.retries : 0);
}

void IcmpProber::HandleAlarm(const Alarm& alarm, SteadyTime now) {
  Flight* flight = Active(alarm.flight, alarm.serial);
  if (flight == nullptr) return;
  if (now < flight->deadline) {
    families_[flight->address.is_six()].to_send.push_back({alarm.at, alarm.flight, alarm.serial});
    return;
  }
  if (!flight->address.is_set()) {
    std::erase(unresolved_, alarm.flight);
    // The resolver did not get the processor either.
    flight->was_late = now - flight->deadline > flight->check.target->timeout / 4;
  }
  LookForFlaws(now);
  Finish(alarm.flight);
}

SteadyTime IcmpProber::NextSend(const Family& family) const {
  const size_t waiting = family.to_send.size() + family.to_begin.size();
  if (waiting > 0) return std::max(family.blocked_until, family.pacing.ready_at(std::min(waiting, Pacing::kLeast)));
  if (!family.turned_away.empty())
    return std::max({family.blocked_until, family.try_again_at, family.pacing.ready_at(1)});
  return SteadyTime::max();
}

SteadyTime IcmpProber::wake_at() const {
  const SteadyTime alarm = alarms_.empty() ? SteadyTime::max() : alarms_.top().at;
  return std::min({alarm, NextSend(families_[false]), NextSend(families_[true])});
}

void IcmpProber::Work(SteadyTime now) {
  // Before any deadline is judged: an answer that waits here came in time, however late we are.
  Receive();
  resolver_.Acknowledge();
  for (const uint16_t place : std::vector(unresolved_)) FindAddress(place, now);
  while (!alarms_.empty() && alarms_.top().at <= now) {
    const Alarm alarm = alarms_.top();
    alarms_.pop();
    HandleAlarm(alarm, now);
  }
  SendQueued(false, now);
  SendQueued(true, now);
}

void IcmpProber::SendQueued(bool six, SteadyTime now) {
  Family& family = families_[six];
  while (now >= family.blocked_until) {
    Batch batch;
    TakeBatch(family, now, batch);
    if (batch.size == 0) return;
    now = SendBatch(six, batch);
    // Between the batches, so that replies to the first hosts do not overflow the receive buffer while the last are
    // being sent to.
    Receive();
  }
}

// What is to be sent next: requests of checks under way, then new checks, then what was turned away before.
void IcmpProber::TakeBatch(Family& family, SteadyTime now, Batch& batch) {
  const size_t most = std::min(IcmpSocket::kBatch, family.pacing.allowance(now));
  batch.is_second_try = family.to_send.empty() && family.to_begin.empty();
  if (batch.is_second_try && now < family.try_again_at) return;
  while (batch.size < most) {
    Attempt attempt;
    if (auto& queue = batch.is_second_try ? family.turned_away : family.to_send; !queue.empty()) {
      attempt = queue.front();
      queue.pop_front();
    } else if (!family.to_begin.empty()) {
      const uint16_t place = family.to_begin.front();
      family.to_begin.pop_front();
      Begin(place, now);
      attempt = {now, place, flights_[place].serial};
    } else {
      return;
    }
    const Flight* flight = Active(attempt.flight, attempt.serial);
    if (flight == nullptr || !wants_another(*flight)) continue;
    batch.attempts[batch.size] = attempt;
    batch.requests[batch.size++] = {
        flight->address, attempt.flight, {nonce_, flight->serial, static_cast<uint32_t>(flight->sent), {}}};
  }
}

// Answers when it was done. What was not taken is in the queues again.
SteadyTime IcmpProber::SendBatch(bool six, Batch& batch) {
  constexpr milliseconds kFullPause{50};
  constexpr milliseconds kTurnedAwayPause{1};
  Family& family = families_[six];
  SteadyTime now = std::chrono::steady_clock::now();
  size_t taken = 0;
  for (size_t done = 0; done < batch.size;) {
    Lane* lane = FreeLane(six, now);
    if (lane == nullptr) {
      family.to_send.insert(family.to_send.begin(), batch.attempts.begin() + done, batch.attempts.begin() + batch.size);
      break;
    }
    const auto sent = lane->socket->Send({batch.requests.data() + done, batch.size - done});
    now = sent.by;
    family.pacing.Spend(sent.count, now);
    for (size_t i = 0; i < sent.count; ++i) CountAttempt(batch.attempts[done++], true, now);
    taken += sent.count;
    if (sent.stop == IcmpSocket::SendStop::kFull) {
      lane->full_until = now + kFullPause;
    } else if (sent.stop == IcmpSocket::SendStop::kBusy) {
      family.turned_away.push_back(batch.attempts[done++]);
    } else if (sent.stop == IcmpSocket::SendStop::kRefused) {
      // Counts as sent and lost: a repeat may find the route back.
      Refuse(batch.attempts[done].flight, "cannot send: " + std::generic_category().message(sent.error));
      CountAttempt(batch.attempts[done++], false, now);
      ++taken;
    }
  }
  // Others are tried before; as long as nobody is taken, slowly.
  if (batch.is_second_try && taken == 0) family.try_again_at = now + kTurnedAwayPause;
  return now;
}

IcmpProber::Lane* IcmpProber::FreeLane(bool six, SteadyTime now) {
  constexpr size_t kMostLanes = 128;
  Family& family = families_[six];
  const auto is_free = [&](const Lane& lane) { return lane.full_until <= now; };
  const auto free = std::find_if(family.lanes.begin(), family.lanes.end(), is_free);
  if (free != family.lanes.end()) return &*free;
  if (family.lanes.size() < kMostLanes) {
    try {
      OpenSocket(six);
      return &family.lanes.back();
    } catch (const std::system_error&) {
      // No descriptor left: what cannot be sent in time is void in the end.
    }
  }
  const auto fuller = [](const Lane& a, const Lane& b) { return a.full_until < b.full_until; };
  family.blocked_until = std::min_element(family.lanes.begin(), family.lanes.end(), fuller)->full_until;
  return nullptr;
}

// An attempt was made, and the next one is planned.
void IcmpProber::CountAttempt(const Attempt& attempt, bool has_left, SteadyTime now) {
  Flight& flight = flights_[attempt.flight];
  const Target& target = *flight.check.target;
  if (IsTooLate(now - attempt.due, flight.deadline - now, *flight.check.round_trip, target.timeout))
    flight.was_late = true;
  ++flight.sent;
  flight.has_left = flight.has_left || has_left;
  if (!wants_another(flight)) return;
  const SteadyTime next = flight.start + AttemptAfter(flight.sent, target, *flight.check.round_trip);
  alarms_.push({next, attempt.flight, attempt.serial});
}

void IcmpProber::Refuse(uint16_t place, std::string why) {
  flights_[place].complaint = std::move(why);
  flights_[place].was_refused = true;
}

void IcmpProber::Receive() {
  const auto take_complaint = [this](const IcmpSocket::Complaint& complaint) { TakeComplaint(complaint); };
  for (const bool six : {false, true})
    for (const Lane& lane : families_[six].lanes)
      lane.socket->Receive([this, six](const IcmpSocket::Reply& reply) { TakeReply(six, reply); }, take_complaint);
}

void IcmpProber::TakeReply(bool six, const IcmpSocket::Reply& reply) {
  if (reply.token.nonce != nonce_) return;
  Flight* flight = Active(reply.sequence, reply.token.serial);
  if (flight == nullptr || flight->address.is_six() != six || !(flight->address == reply.from)) return;
  const uint32_t attempt = reply.token.attempt;
  if (attempt >= static_cast<uint32_t>(flight->sent) || (flight->answered >> attempt & 1) != 0) return;

  const SteadyTime sent{std::chrono::nanoseconds(reply.token.sent.steady_ns)};
  if (sent < flight->start || reply.token.sent.steady_ns > reply.read.steady_ns) return;  // somebody changed it
  const ReplyAge age = AgeOfReply(reply.token.sent, reply.received_wall_ns, reply.read);
  if (sent + age.length > flight->deadline) {
    // With an age that is not exact it may have come in time: then nobody knows.
    if (!age.is_exact) flight->was_late = true;
    return;
  }

  const float rtt_ms = std::chrono::duration<float, std::milli>(age.length).count();
  if (flight->answered != 0) flight->jitter_sum += std::fabs(rtt_ms - flight->rtt_last);
  flight->rtt_last = rtt_ms;
  flight->rtt_sum += rtt_ms;
  flight->answered |= 1U << attempt;
  flight->check.round_trip->Add(std::chrono::duration_cast<microseconds>(age.length));

  const int packets = flight->check.target->packets;
  const uint32_t all = (1U << packets) - 1;
  if (packets == 1 || (flight->answered & all) == all) Finish(reply.sequence);
}

void IcmpProber::TakeComplaint(const IcmpSocket::Complaint& complaint) {
  if (complaint.sequence >= flights_.size()) return;
  Flight& flight = flights_[complaint.sequence];
  if (!flight.is_active || !(flight.address == complaint.about)) return;
  // Only a reason: the line may answer a repeat. Errors need no more than a guess to be forged.
  flight.complaint = complaint.what;
}

void IcmpProber::LookForFlaws(SteadyTime now) {
  if (looked_at_ == now) return;
  looked_at_ = now;
  if (suspend_watch_.HasSlept()) slept_at_ = now;
  for (Family& family : families_)
    for (const Lane& lane : family.lanes)
      if (lane.socket->HasDropped()) family.dropped_at = now;
}

// Why it says nothing that some or all of the answers are missing.
Flaw IcmpProber::FlawOf(const Flight& flight) const {
  if (flight.was_late || slept_at_ > flight.start) return Flaw::kLate;
  if (!flight.address.is_set() || (flight.was_refused && flight.sent == 0)) return Flaw::kNone;
  if (flight.sent == 0) return Flaw::kNotSent;
  if (wants_another(flight)) return Flaw::kLate;
  return families_[flight.address.is_six()].dropped_at > flight.start ? Flaw::kDropped : Flaw::kNone;
}

void IcmpProber::Finish(uint16_t place) {
  Flight& flight = flights_[place];
  flight.is_active = false;
  const Target& target = *flight.check.target;
  CheckResult& result = *flight.check.result;
  const int answers = __builtin_popcount(flight.answered);
  result.ok = answers > 0;
  result.sent = flight.start;
  result.has_left = flight.has_left && !flight.address.is_loopback();
  if (result.ok) {
    result.rtt_ms = flight.rtt_sum / static_cast<float>(answers);
    const uint32_t all = (1U << target.packets) - 1;
    const int lost = target.packets - __builtin_popcount(flight.answered & all);
    if (target.packets > 1) {
      if (lost == 0 || FlawOf(flight) == Flaw::kNone)
        result.loss_percent = 100.0F * static_cast<float>(lost) / static_cast<float>(target.packets);
      // RFC 3550 calls the mean difference between neighbours jitter; without a second answer there is none.
      if (answers > 1) result.jitter_ms = flight.jitter_sum / static_cast<float>(answers - 1);
    }
  } else {
    result.flaw = FlawOf(flight);
    result.refused_here = flight.was_refused;
    if (result.flaw == Flaw::kNotSent) {
      result.reason = "cannot send: " + std::generic_category().message(ENOBUFS);
    } else if (!flight.complaint.empty()) {
      result.reason = std::move(flight.complaint);
    } else if (!flight.address.is_set()) {
      result.reason = "the name was not resolved within " + SecondsText(target.timeout);
    } else {
      result.reason = "no answer within " + SecondsText(target.timeout);
    }
  }
  free_.push_back(place);
  done_(flight.check);
}

}  // namespace linewatch
