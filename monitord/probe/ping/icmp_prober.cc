#include "monitord/probe/ping/icmp_prober.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <new>
#include <system_error>

#include "monitord/probe/probers.h"
#include "monitord/system/time_text.h"
#include "store/host_list.h"

namespace linewatch {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr size_t kMostFlights = Timers::kMostSleepers;  // and one sequence number each
static_assert(kMaxHosts * 4 < kMostFlights, "a host is checked once at a time, and a few lists may overlap");
// Between two of several packets of a check: far enough apart that one full queue does not swallow them all.
constexpr milliseconds kPacketSpacing{20};

// Packet n of a check, from 0. Several packets share the first half of the timeout, so that the last one has as long
// to come back as a repeat would have.
microseconds PacketAfter(int n, const Target& target) {
  if (target.packets == 1) return microseconds(0);
  return n * std::min<microseconds>(kPacketSpacing, target.timeout / (2 * target.packets));
}

// When attempt n of a check is sent, after its start: its packets, then the repeats.
microseconds AttemptAfter(int n, const Target& target, int repeats, const RoundTrip& round_trip) {
  if (n < target.packets) return PacketAfter(n, target);
  const auto after = std::max(PacketAfter(target.packets - 1, target) + RoundTrip::kFloor,
                              RepeatAfter(round_trip, n - target.packets + 1, repeats, target.timeout));
  return std::min<microseconds>(after, target.timeout * 3 / 4);  // with the shortest timeouts
}

}  // namespace

IcmpProber::IcmpProber(Done done) : done_(std::move(done)), nonces_(EchoNonces::RandomKey()) {
  OpenSocket(false);
  try {
    OpenSocket(true);
  } catch (const std::system_error& error) {
    families_[true].missing = "cannot send: IPv6 is not available here, " + error.code().message();
  }
  for (Family& family : families_)
    if (!family.lanes.empty()) family.pacing = Pacing(family.lanes[0].socket->room());
}

void IcmpProber::OpenSocket(bool six) { families_[six].lanes.push_back({std::make_unique<IcmpSocket>(six)}); }

void IcmpProber::Start(std::span<const Check> checks, SteadyTime now) {
  // What went wrong before makes none of these void.
  LookForVoidReasons(now);
  for (const Check& check : checks) {
    try {
      Launch(check, now);
    } catch (const std::bad_alloc&) {
      VoidUnsent(check, now);
    }
  }
  look_ups_.ForgetUnused(now);
}

// There is no room for it.
void IcmpProber::VoidUnsent(const Check& check, SteadyTime now) {
  check.result->sent = now;
  check.result->void_reason = VoidReason::kNotSent;
  done_(check);
}

// What it throws leaves nothing of the check behind.
void IcmpProber::Launch(const Check& check, SteadyTime now) {
  if (free_.empty()) {
    if (flights_.size() == kMostFlights) {
      VoidUnsent(check, now);
      return;
    }
    timers_.Reserve(flights_.size() + 1);
    flights_.emplace_back();
    free_.reserve(flights_.capacity());  // so that a check that ends asks for no memory
    free_.push_back(static_cast<uint16_t>(flights_.size() - 1));
  }
  const uint16_t place = free_.back();
  free_.pop_back();
  const Target& target = *check.target;
  Flight& flight = flights_[place];
  flight = {};
  flight.check = check;
  flight.start = now;
  flight.serial = next_serial_++;
  flight.is_active = true;
  flight.is_named = !target.address.is_set();
  flight.repeats = target.retries;
  most_departures_ += MostAttemptsOf(flight);
  try {
    departures_.Reserve(most_departures_);
    Enqueue(place, now);
  } catch (const std::bad_alloc&) {
    Free(place);
    throw;
  }
}

void IcmpProber::Enqueue(uint16_t place, SteadyTime now) {
  Flight& flight = flights_[place];
  const Target& target = *flight.check.target;
  if (flight.is_named) {
    Begin(place, now);
    FindAddress(place, now);
  } else if (Family& family = families_[target.address.is_six()]; family.lanes.empty()) {
    flight.refusal = EAFNOSUPPORT;
    Finish(place, family.missing);
  } else {
    family.to_begin.push_back(place);
  }
}

void IcmpProber::Begin(uint16_t place, SteadyTime now) {
  Flight& flight = flights_[place];
  flight.start = now;
  timers_.Set(place, DeadlineOf(flight));
}

void IcmpProber::FindAddress(uint16_t place, SteadyTime now) {
  Flight& flight = flights_[place];
  const Target& target = *flight.check.target;
  auto answer = look_ups_.Find(place, *target.name, target.family(), now);
  if (answer.state == Resolver::Answer::State::kPending) return;
  if (answer.state == Resolver::Answer::State::kFailed) {
    Finish(place, std::move(answer.reason));
    return;
  }
  Addresses& addresses = resolved_[place] = std::move(answer.addresses);
  const bool is_first_six = addresses.front().is_six();
  std::erase_if(addresses, [this](const Address& address) { return families_[address.is_six()].lanes.empty(); });
  if (addresses.empty()) {
    flight.refusal = EAFNOSUPPORT;
    Finish(place, families_[is_first_six].missing);
    return;
  }
  most_departures_ -= MostAttemptsOf(flight);
  flight.repeats = std::max(flight.repeats, static_cast<uint8_t>(addresses.size() - 1));
  most_departures_ += MostAttemptsOf(flight);
  departures_.Reserve(most_departures_);
  families_[addresses.front().is_six()].to_send.push_back({flight.start, place, flight.serial});
}

void IcmpProber::TakeLookUps(SteadyTime now) {
  for (const uint16_t place : look_ups_.TakeAnswered()) FindAddress(place, now);
}

// Where an attempt goes. The packets of a check go to one address, for loss is that of one way; its repeats go to the
// others in turn.
Address IcmpProber::AddressOf(uint16_t place, size_t attempt) const {
  const Target& target = *flights_[place].check.target;
  if (!flights_[place].is_named) return target.address;
  const auto found = resolved_.find(place);
  if (found == resolved_.end() || found->second.empty()) return {};
  const Addresses& all = found->second;
  return all[attempt < target.packets ? 0 : (attempt - target.packets + 1) % all.size()];
}

bool IcmpProber::has_several_addresses(uint16_t place) const {
  if (!flights_[place].is_named) return false;
  const auto found = resolved_.find(place);
  return found != resolved_.end() && found->second.size() > 1;
}

// Whether an attempt goes there.
bool IcmpProber::is_to(uint16_t place, const Address& address) const {
  if (!flights_[place].is_named) return flights_[place].check.target->address == address;
  const auto found = resolved_.find(place);
  return found != resolved_.end() &&
         std::find(found->second.begin(), found->second.end(), address) != found->second.end();
}

IcmpProber::Flight* IcmpProber::Active(uint16_t place, uint32_t serial) {
  if (place >= flights_.size()) return nullptr;
  Flight& flight = flights_[place];
  return flight.is_active && flight.serial == serial ? &flight : nullptr;
}

bool IcmpProber::wants_another(const Flight& flight) {
  // Of a check of several packets that has an answer, those still missing have until the deadline: no repeat.
  return flight.sent < flight.check.target->packets + (flight.answered == 0 ? flight.repeats : 0);
}

SteadyTime IcmpProber::NextAttemptOf(const Flight& flight) {
  return flight.start + AttemptAfter(flight.sent, *flight.check.target, flight.repeats, *flight.check.round_trip);
}

// It is time for the next request of a flight, or its deadline has come.
void IcmpProber::WakeUp(uint16_t place, SteadyTime now) {
  Flight& flight = flights_[place];
  const SteadyTime deadline = DeadlineOf(flight);
  const Address next = AddressOf(place, flight.sent);
  if (now < deadline) {
    families_[next.is_six()].to_send.push_back({NextAttemptOf(flight), place, flight.serial});
    timers_.Set(place, deadline);
    return;
  }
  if (!next.is_set()) {
    const nanoseconds timeout = flight.check.target->timeout;
    // The resolver did not get the processor either.
    flight.was_late = now - deadline > timeout / 4;
    flight.lacks_look_up = look_ups_.WasAskedTooLate(place, timeout, now);
  }
  LookForVoidReasons(now);
  Finish(place);
}

SteadyTime IcmpProber::NextSend(const Family& family) const {
  const size_t waiting = family.to_send.size() + family.to_begin.size();
  if (waiting > 0) return std::max(family.blocked_until, family.pacing.ready_at(std::min(waiting, Pacing::kLeast)));
  if (!family.turned_away.empty())
    return std::max({family.blocked_until, family.try_again_at, family.pacing.ready_at(1)});
  return SteadyTime::max();
}

void IcmpProber::AddWaits(std::vector<pollfd>& waits) const {
  waits.push_back({look_ups_.fd(), POLLIN, 0});
  for (const Family& family : families_)
    for (const Lane& lane : family.lanes) waits.push_back({lane.socket->fd(), POLLIN, 0});
}

SteadyTime IcmpProber::wake_at() const {
  return std::min({timers_.next_at(), NextSend(families_[false]), NextSend(families_[true])});
}

void IcmpProber::Work(SteadyTime now) {
  // Before any deadline is judged: an answer that waits here came in time, however late we are.
  Receive();
  TakeLookUps(now);
  while (const auto place = timers_.Take(now)) WakeUp(*place, now);
  SendQueued(false, now);
  SendQueued(true, now);
}

void IcmpProber::SendQueued(bool six, SteadyTime now) {
  // In between, so that replies to the first hosts do not overflow the receive buffer while the last are being sent to.
  constexpr int kBatchesBeforeReading = 4;
  Family& family = families_[six];
  Batch batch;
  for (int batches = 1; now >= family.blocked_until; ++batches) {
    // The first request after a pause finds the processor's caches cold: it goes alone, so as not to delay others that
    // bear the same time.
    TakeBatch(family, now, batches == 1 ? 1 : IcmpSocket::kBatch, batch);
    if (batch.size == 0) break;
    now = SendBatch(six, batch, now);
    if (batches % kBatchesBeforeReading == 0) Receive();
  }
}

// What is to be sent next: requests of checks under way, then new checks, then what was turned away before.
void IcmpProber::TakeBatch(Family& family, SteadyTime now, size_t most, Batch& batch) {
  batch.size = 0;
  batch.is_second_try = family.to_send.empty() && family.to_begin.empty();
  if (batch.is_second_try && (family.turned_away.empty() || now < family.try_again_at)) return;
  most = std::min(most, family.pacing.allowance(now));
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
        AddressOf(attempt.flight, flight->sent),
        attempt.flight,
        {nonces_.Of(flight->serial, attempt.flight, flight->sent), flight->serial, flight->sent}};
  }
}

// Answers when it was done. What was not taken is in the queues again.
SteadyTime IcmpProber::SendBatch(bool six, Batch& batch, SteadyTime now) {
  constexpr milliseconds kFullPause{50};
  constexpr milliseconds kTurnedAwayPause{1};
  Family& family = families_[six];
  size_t taken = 0;
  for (size_t done = 0; done < batch.size;) {
    Lane* lane = FreeLane(six, now);
    if (lane == nullptr) {
      family.to_send.insert(family.to_send.begin(), batch.attempts.begin() + done, batch.attempts.begin() + batch.size);
      break;
    }
    const auto sent = lane->socket->Send({batch.requests.data() + done, batch.size - done});
    now = sent.ended;
    family.pacing.Spend(sent.count, now);
    taken += sent.count;
    const nanoseconds took = now.time_since_epoch() - nanoseconds(sent.began.steady_ns);
    const float slot_ns = static_cast<float>(took.count()) / static_cast<float>(batch.size);
    for (size_t i = 0; i < sent.count; ++i, ++done) {
      const uint16_t place = batch.attempts[done].flight;
      flights_[place].has_left = true;
      if (has_several_addresses(place)) flights_[place].refusal = 0;  // there is a way to one of them
      // The call sends them one after the other. If it had to be made twice, nobody knows how long each took.
      const float after_ns = sent.count == batch.size ? slot_ns * static_cast<float>(i) : 0;
      CountAttempt(batch.attempts[done], sent.began, after_ns, now);
    }
    if (sent.stop == IcmpSocket::SendStop::kFull) {
      lane->full_until = now + kFullPause;
    } else if (sent.stop == IcmpSocket::SendStop::kBusy) {
      family.turned_away.push_back(batch.attempts[done++]);
    } else if (sent.stop == IcmpSocket::SendStop::kRefused) {
      // Counts as sent and lost: a repeat may find the route back.
      Flight& flight = flights_[batch.attempts[done].flight];
      const bool is_one_of_several = has_several_addresses(batch.attempts[done].flight);
      if (!is_one_of_several || !flight.has_left) flight.refusal = static_cast<uint16_t>(sent.error);
      CountAttempt(batch.attempts[done], sent.began, 0, now);
      // There is nothing to wait for before the next address is tried.
      if (is_one_of_several && wants_another(flight)) timers_.Set(batch.attempts[done].flight, now);
      ++done;
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
void IcmpProber::CountAttempt(const Attempt& attempt, const ClockReading& sent, float after_ns, SteadyTime now) {
  Flight& flight = flights_[attempt.flight];
  flight.departed = departures_.Add(sent, after_ns, flight.departed);
  const SteadyTime deadline = DeadlineOf(flight);
  if (IsTooLate(now - attempt.due, deadline - now, *flight.check.round_trip, flight.check.target->timeout))
    flight.was_late = true;
  ++flight.sent;
  if (wants_another(flight)) timers_.Set(attempt.flight, std::min(deadline, NextAttemptOf(flight)));
}

void IcmpProber::Receive() {
  for (const bool six : {false, true}) {
    const auto take_reply = [this, six](const IcmpSocket::Reply& reply) { TakeReply(six, reply); };
    const auto take_complaint = [this, six](const IcmpSocket::Complaint& complaint) { TakeComplaint(six, complaint); };
    for (const Lane& lane : families_[six].lanes) lane.socket->Receive(take_reply, take_complaint);
  }
}

void IcmpProber::TakeReply(bool six, const IcmpSocket::Reply& reply) {
  Flight* flight = Active(reply.sequence, reply.token.serial);
  if (flight == nullptr) return;
  const uint32_t attempt = reply.token.attempt;
  if (attempt >= flight->sent || (flight->answered >> attempt & 1) != 0) return;
  if (reply.token.nonce != nonces_.Of(flight->serial, reply.sequence, static_cast<uint8_t>(attempt))) return;
  const Address address = AddressOf(reply.sequence, attempt);
  if (address.is_six() != six) return;
  if (!(address == reply.from)) {
    NoteStranger(reply.sequence, reply.from);
    return;
  }

  const auto& departure = departures_.Before(flight->departed, flight->sent - attempt - 1);
  const SteadyTime sent{nanoseconds(departure.at.steady_ns)};
  ReplyAge age = AgeOfReply(departure.at, reply.received_wall_ns, reply.read);
  if (sent + age.length > DeadlineOf(*flight)) {
    // With an age that is not exact it may have come in time: then nobody knows.
    if (!age.is_exact) flight->was_late = true;
    return;
  }
  age.length -= std::min(age.length, nanoseconds(static_cast<int64_t>(departure.after_ns)));

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

// It knows the request, so it got it, and is no liar: a router that answers by the address of another interface, or the
// far side of a translation of addresses.
void IcmpProber::NoteStranger(uint16_t place, const Address& stranger) {
  try {
    strangers_[place] = stranger;
    flights_[place].has_stranger = true;
  } catch (const std::bad_alloc&) {
    // It is only a reason.
  }
}

void IcmpProber::TakeComplaint(bool six, const IcmpSocket::Complaint& complaint) {
  if (complaint.sequence >= flights_.size() || !flights_[complaint.sequence].is_active) return;
  if (complaint.about.is_six() != six || !is_to(complaint.sequence, complaint.about)) return;
  // Only a reason: the host may answer a repeat. Errors need no more than a guess to be forged.
  Flight& flight = flights_[complaint.sequence];
  flight.is_disputed = true;
  flight.icmp_type = complaint.type;
  flight.icmp_code = complaint.code;
}

void IcmpProber::LookForVoidReasons(SteadyTime now) {
  if (looked_at_ == now) return;
  looked_at_ = now;
  Receive();  // what was dropped shows in what was read, too
  if (suspend_watch_.HasSlept()) slept_at_ = now;
  for (Family& family : families_)
    for (const Lane& lane : family.lanes)
      if (lane.socket->HasDropped()) family.dropped_at = now;
}

// Why it says nothing that some or all of the answers are missing.
VoidReason IcmpProber::VoidReasonOf(const Flight& flight, const Address& address) const {
  if (flight.was_late || slept_at_ > flight.start) return VoidReason::kLate;
  if (flight.lacks_look_up) return VoidReason::kNoLookUp;
  if (!address.is_set() || (flight.refusal != 0 && flight.sent == 0)) return VoidReason::kNone;
  if (flight.sent == 0) return VoidReason::kNotSent;
  if (wants_another(flight)) return VoidReason::kLate;
  return families_[address.is_six()].dropped_at > flight.start ? VoidReason::kDropped : VoidReason::kNone;
}

std::string IcmpProber::ReasonOf(uint16_t place, const Address& address) const {
  const Flight& flight = flights_[place];
  if (flight.has_stranger) return "replies came from another address, " + strangers_.at(place).Text();
  if (flight.is_disputed) return std::string(ComplaintOf(address.is_six(), flight.icmp_type, flight.icmp_code));
  if (flight.refusal != 0) return "cannot send: " + std::generic_category().message(flight.refusal);
  const std::string seconds = SecondsText(flight.check.target->timeout);
  if (!address.is_set()) return "the name was not resolved within " + seconds;
  const std::string whence =
      has_several_addresses(place) ? " from any of " + std::to_string(resolved_.at(place).size()) + " addresses" : "";
  return "no answer within " + seconds + whence;
}

// `reason` is given when it is not the network's.
void IcmpProber::Finish(uint16_t place, std::string reason) {
  Flight& flight = flights_[place];
  const Address address = AddressOf(place, 0);
  const Target& target = *flight.check.target;
  CheckResult& result = *flight.check.result;
  const int answers = __builtin_popcount(flight.answered);
  result.ok = answers > 0;
  result.sent = flight.start;
  result.has_left = flight.has_left && !address.is_loopback();
  if (result.ok) {
    result.rtt_ms = flight.rtt_sum / static_cast<float>(answers);
    const uint32_t all = (1U << target.packets) - 1;
    const int lost = target.packets - __builtin_popcount(flight.answered & all);
    if (flight.is_named) DescribeAnswer(place);
    // Of the way to an address that does not answer at all, while another does, nobody wants to know.
    if (target.packets > 1 && !(lost == target.packets && has_several_addresses(place))) {
      if (lost == 0 || VoidReasonOf(flight, address) == VoidReason::kNone)
        result.loss_percent = 100.0F * static_cast<float>(lost) / static_cast<float>(target.packets);
      // RFC 3550 calls the mean difference between neighbours jitter; without a second answer there is none.
      if (answers > 1) result.jitter_ms = flight.jitter_sum / static_cast<float>(answers - 1);
    }
  } else {
    result.void_reason = VoidReasonOf(flight, address);
    result.refused_here = flight.refusal != 0;
    if (result.void_reason == VoidReason::kNone)
      result.reason = reason.empty() ? ReasonOf(place, address) : std::move(reason);
  }
  Free(place);
  done_(flight.check);
}

// Which address it is that answers a name.
void IcmpProber::DescribeAnswer(uint16_t place) {
  const Flight& flight = flights_[place];
  const Target& target = *flight.check.target;
  const Address address = AddressOf(place, static_cast<size_t>(__builtin_ctz(flight.answered)));
  try {
    CheckDetails details;
    details.address = address.Text();
    flight.check.result->details = std::move(details);
    if (!(address == AddressOf(place, 0))) look_ups_.Prefer(*target.name, target.family(), address);
  } catch (const std::bad_alloc&) {
    // It answers all the same.
  }
}

void IcmpProber::Free(uint16_t place) {
  Flight& flight = flights_[place];
  flight.is_active = false;
  timers_.Cancel(place);
  departures_.Remove(flight.departed);
  most_departures_ -= MostAttemptsOf(flight);
  if (flight.has_stranger) strangers_.erase(place);
  if (flight.is_named) {
    look_ups_.StopWaiting(place);
    resolved_.erase(place);
  }
  free_.push_back(place);
}

std::unique_ptr<Prober> MakePingProber(Prober::Done done, const ProberNeeds&) {
  return std::make_unique<IcmpProber>(std::move(done));
}

}  // namespace linewatch
