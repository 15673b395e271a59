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

}  // namespace

IcmpProber::IcmpProber(Done done)
    : done_(std::move(done)), nonce_(RandomNonce()), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::system_error(errno, std::system_category(), "epoll_create");
  OpenSocket(false);
  try {
    OpenSocket(true);
  } catch (const std::system_error& error) {
    no_six_ = error.code().message();
  }
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
  lanes_[six].push_back({std::move(socket)});
}

IcmpProber::~IcmpProber() { close(epoll_); }

void IcmpProber::Start(std::span<const Check> checks, SteadyTime now) {
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
                  .deadline = now + check.target->timeout,
                  .serial = next_serial_++,
                  .complaint = {},
                  .is_active = true};
  alarms_.push({flight.deadline, place, flight.serial});
  if (!flight.address.is_set()) {
    unresolved_.push_back(place);
    FindAddress(place, now);
    return;
  }
  queued_[flight.address.is_six()].push_back({place, flight.serial});
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
  queued_[flight.address.is_six()].push_back({place, flight.serial});
}

IcmpProber::Flight* IcmpProber::Active(uint16_t place, uint32_t serial) {
  if (place >= flights_.size()) return nullptr;
  Flight& flight = flights_[place];
  return flight.is_active && flight.serial == serial ? &flight : nullptr;
}

// What comes next for a flight before its deadline, if anything: another packet or a repeat.
void IcmpProber::SetAlarm(uint16_t place) {
  const Flight& flight = flights_[place];
  const Target& target = *flight.check.target;
  SteadyTime next = flight.deadline;
  if (flight.sent > 0 && flight.sent < target.packets) {
    next = flight.start + PacketAfter(flight.sent, target);
  } else if (flight.sent > 0 && flight.sent < target.packets + target.retries && flight.answered == 0) {
    const int repeat = flight.sent - target.packets + 1;
    next = flight.start + std::max(PacketAfter(target.packets - 1, target) + RoundTrip::kFloor,
                                   RepeatAfter(*flight.check.round_trip, repeat, target.retries, target.timeout));
  }
  if (next < flight.deadline) alarms_.push({next, place, flight.serial});
}

void IcmpProber::HandleAlarm(const Alarm& alarm, SteadyTime now) {
  Flight* flight = Active(alarm.flight, alarm.serial);
  if (flight == nullptr) return;
  if (now >= flight->deadline) {
    std::erase(unresolved_, alarm.flight);
    Finish(alarm.flight);
    return;
  }
  const Target& target = *flight->check.target;
  // Of a check of several packets that has an answer, those still missing have until the deadline: no repeat.
  if (flight->sent < target.packets || flight->answered == 0)
    queued_[flight->address.is_six()].push_back({alarm.flight, alarm.serial});
}

SteadyTime IcmpProber::wake_at() const {
  if (!queued_[0].empty() || !queued_[1].empty()) return pause_until_;
  return alarms_.empty() ? SteadyTime::max() : alarms_.top().at;
}

void IcmpProber::Work(SteadyTime now) {
  Receive();
  resolver_.Acknowledge();
  for (const uint16_t place : std::vector(unresolved_)) FindAddress(place, now);
  while (!alarms_.empty() && alarms_.top().at <= now) {
    const Alarm alarm = alarms_.top();
    alarms_.pop();
    HandleAlarm(alarm, now);
  }
  if (now >= pause_until_) {
    SendQueued(false, now);
    SendQueued(true, now);
  }
}

void IcmpProber::SendQueued(bool six, SteadyTime now) {
  auto& queue = queued_[six];
  while (!queue.empty()) {
    std::array<IcmpSocket::Outgoing, IcmpSocket::kBatch> batch;
    size_t size = 0;
    while (size < batch.size() && size < queue.size()) {
      const Attempt attempt = queue[size];
      Flight* flight = Active(attempt.flight, attempt.serial);
      if (flight != nullptr && !lanes_[six].empty()) {
        batch[size++] = {
            flight->address, attempt.flight, {nonce_, flight->serial, static_cast<uint32_t>(flight->sent), 0, 0}};
        continue;
      }
      queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(size));
      if (flight == nullptr) continue;
      flight->complaint = "cannot send: IPv6 is not available here, " + no_six_;
      Finish(attempt.flight);
    }
    const size_t sent = SendSome(six, {batch.data(), size}, now);
    for (size_t i = 0; i < sent; ++i) {
      queue.pop_front();
      ++flights_[batch[i].sequence].sent;
      SetAlarm(batch[i].sequence);
    }
    // Between the batches, so that replies to the first hosts do not overflow the receive buffer while the last are
    // being sent to.
    Receive();
    if (sent < size) {
      constexpr milliseconds kPause{1};
      pause_until_ = now + kPause;
      return;
    }
  }
}

// How many of `batch` are dealt with: sent, or refused, which counts as sent and lost, because a repeat may find the
// route back.
size_t IcmpProber::SendSome(bool six, std::span<IcmpSocket::Outgoing> batch, SteadyTime now) {
  constexpr milliseconds kFullPause{50};
  constexpr size_t kMostLanes = 128;
  auto& lanes = lanes_[six];
  size_t done = 0;
  for (size_t i = 0; i < lanes.size() && done < batch.size();) {
    if (now < lanes[i].full_until) {
      ++i;
    } else {
      const auto sent = lanes[i].socket->Send(batch.subspan(done));
      done += sent.count;
      if (sent.stop == IcmpSocket::SendStop::kBusy) return done;
      if (sent.stop == IcmpSocket::SendStop::kFull) lanes[i].full_until = now + kFullPause;
      if (sent.stop == IcmpSocket::SendStop::kRefused) {
        flights_[batch[done].sequence].was_refused = true;
        flights_[batch[done].sequence].complaint = "cannot send: " + std::generic_category().message(sent.error);
        ++done;
      }
    }
    if (i == lanes.size() && lanes.size() < kMostLanes) {
      try {
        OpenSocket(six);
      } catch (const std::system_error&) {
        return done;  // no descriptor left: what could not be sent is void in the end
      }
    }
  }
  return done;
}

void IcmpProber::Receive() {
  const auto take_complaint = [this](const IcmpSocket::Complaint& complaint) { TakeComplaint(complaint); };
  for (const bool six : {false, true})
    for (const Lane& lane : lanes_[six])
      lane.socket->Receive([this, six](const IcmpSocket::Reply& reply) { TakeReply(six, reply); }, take_complaint);
}

void IcmpProber::TakeReply(bool six, const IcmpSocket::Reply& reply) {
  if (reply.token.nonce != nonce_) return;
  Flight* flight = Active(reply.sequence, reply.token.serial);
  if (flight == nullptr || flight->address.is_six() != six || !(flight->address == reply.from)) return;
  const uint32_t attempt = reply.token.attempt;
  if (attempt >= static_cast<uint32_t>(flight->sent) || (flight->answered >> attempt & 1) != 0) return;

  // The kernel's stamp is on the wall clock; when that jumped between sending and receiving, the monotonic clock gives a
  // round trip that is longer by our own delay, but no nonsense.
  const int64_t steady_ns = std::chrono::steady_clock::now().time_since_epoch().count();
  const int64_t at_most = std::max<int64_t>(steady_ns - reply.token.sent_steady_ns, 0);
  int64_t rtt_ns = reply.received_wall_ns - reply.token.sent_wall_ns;
  if (rtt_ns < 0 || rtt_ns > at_most) rtt_ns = at_most;

  const float rtt_ms = static_cast<float>(rtt_ns) / 1e6F;
  if (flight->answered != 0) flight->jitter_sum += std::fabs(rtt_ms - flight->rtt_last);
  flight->rtt_last = rtt_ms;
  flight->rtt_sum += rtt_ms;
  flight->answered |= 1U << attempt;
  flight->check.round_trip->Add(std::chrono::duration_cast<microseconds>(std::chrono::nanoseconds(rtt_ns)));

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

void IcmpProber::Finish(uint16_t place) {
  Flight& flight = flights_[place];
  flight.is_active = false;
  const Target& target = *flight.check.target;
  CheckResult& result = *flight.check.result;
  const int answers = __builtin_popcount(flight.answered);
  result.ok = answers > 0;
  result.has_left = flight.sent > 0 && !flight.was_refused && !flight.address.is_loopback();
  result.refused_here = flight.was_refused && !result.ok;
  result.sent = flight.start;
  if (flight.sent == 0 && flight.address.is_set() && flight.complaint.empty()) result.flaw = Flaw::kNotSent;
  if (result.ok) {
    result.rtt_ms = flight.rtt_sum / static_cast<float>(answers);
    const uint32_t all = (1U << target.packets) - 1;
    const int lost = target.packets - __builtin_popcount(flight.answered & all);
    if (target.packets > 1) {
      result.loss_percent = 100.0F * static_cast<float>(lost) / static_cast<float>(target.packets);
      // RFC 3550 calls the mean difference between neighbours jitter; without a second answer there is none.
      if (answers > 1) result.jitter_ms = flight.jitter_sum / static_cast<float>(answers - 1);
    }
  } else if (!flight.complaint.empty()) {
    result.reason = std::move(flight.complaint);
  } else if (!flight.address.is_set()) {
    result.reason = "the name was not resolved within " + SecondsText(target.timeout);
  } else {
    result.reason = "no answer within " + SecondsText(target.timeout);
  }
  free_.push_back(place);
  done_(flight.check);
}

}  // namespace linewatch
