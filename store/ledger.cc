#include "store/ledger.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "store/event_fold.h"
#include "store/host.h"

namespace linewatch {
namespace {

using std::chrono::microseconds;

// What was measured last before the end of the span may be judged a little later: a failure that turns out to be its
// parent's. Behind that only the ends of outages and what people say of them are of interest.
constexpr std::chrono::hours kAfterglow{1};

// A host is deleted while checks of it are under way: until monitord hears of it, it writes what they find.
constexpr std::chrono::minutes kTimeToHear{1};

std::string OutageId(const std::string& host, WallTime start) { return host + '-' + std::to_string(ToTimeT(start)); }

struct Episode {
  std::string id;
  WallTime start;
  std::optional<WallTime> end;
  std::string reason;
  bool has_reached_down = false;
};

// A host, as of the event that was read last.
struct Entry {
  std::string name, customer;
  PackedOptional<double> sla_percent;
  HostTime time;
  WallTime deleted = kNever;
  std::vector<Episode> episodes;

  Episode* open() { return episodes.empty() || episodes.back().end ? nullptr : &episodes.back(); }
  void End(WallTime t) {
    if (Episode* episode = open()) episode->end = std::max(t, episode->start);
  }
  bool was_deleted_just_before(WallTime t) const {
    return !time.is_there && deleted != kNever && t >= deleted && t < deleted + kTimeToHear;
  }
  void Leave(WallTime t) {
    End(t);
    time.Leave(t);
  }
};

TimeKind KindOf(Cause cause) {
  switch (cause) {
    case Cause::kHost:
      return TimeKind::kDown;
    case Cause::kUpstream:
      return TimeKind::kUpstream;
    case Cause::kBlind:
      return TimeKind::kBlind;
    case Cause::kMaintenance:
      return TimeKind::kMaintenance;
    case Cause::kPower:
      return TimeKind::kPower;
  }
  return TimeKind::kDown;
}

// Of the line of an event about one host, unparsed.
std::string_view HostIn(std::string_view line) {
  constexpr std::string_view kMember = R"("host":")";
  const size_t begin = line.find(kMember);
  if (begin == line.npos) return {};
  line.remove_prefix(begin + kMember.size());
  return line.substr(0, line.find('"'));
}

class Reader {
 public:
  explicit Reader(const LedgerQuery& query) : query_(query), quoted_host_('"' + query.host + '"') {}

  bool is_wanted(std::string_view line) const {
    const auto is = [&](std::string_view begin) { return line.starts_with(begin); };
    if (EventLog::is_alert(line)) return false;
    if (is(R"({"type":"outage",)")) return true;
    if (is(R"({"type":"monitor",)")) return true;
    if (is_behind_) return open_.contains(HostIn(line)) && (is(R"({"type":"status",)") || is(R"({"type":"edit",)"));
    if (query_.host.empty() || is(R"({"type":"hosts",)")) return true;
    return line.find(quoted_host_) != line.npos;
  }

  void Take(const Event& event) {
    const WallTime t = TimeOf(event);
    if (const bool was_behind = std::exchange(is_behind_, is_behind(t)); is_behind_ && !was_behind) FindOpen();
    if (!is_behind_ || std::holds_alternative<OutageEvent>(event)) {
      std::visit([&](const auto& e) { TakeOne(e); }, event);
    } else if (const auto* status = std::get_if<StatusEvent>(&event)) {
      if (status->to == Status::kUp || status->to == Status::kDegraded) EndLater(status->host, status->since);
      if (status->to == Status::kPaused || status->to == Status::kPending) EndLater(status->host, t);
    } else if (const auto* edit = std::get_if<EditEvent>(&event)) {
      if (edit->action == EditAction::kDelete) EndLater(edit->host, t);
    } else if (const auto* monitor = std::get_if<MonitorEvent>(&event)) {
      TakeLater(*monitor);
    }
  }

  // Since when something may have been said of an outage that is known from a snapshot alone.
  std::optional<WallTime> told_of_since() const { return told_of_since_; }
  void TakeSaid(const OutageEvent& event) { said_[event.id] = event; }

  Ledger Finish() {
    TakeAll(Stop{query_.known_until});
    Ledger ledger;
    for (auto& [id, entry] : entries_) {
      HostLedger host{id, entry.name, entry.customer, entry.sla_percent, {}, {}};
      host.time = TimeWithin(entry.time.timeline, query_.from, query_.to);
      if (Of(host.time, TimeKind::kNone) >= query_.to - query_.from) continue;
      for (const Episode& episode : entry.episodes)
        if (auto outage = OutageOf(id, entry, episode)) {
          if (outage->cause != outage->measured) Reclassify(entry, *outage, host.time);
          host.outages.push_back(*std::move(outage));
        }
      ledger.hosts.push_back(std::move(host));
    }
    for (const auto& span : blind_)
      if (span.start < query_.to && (!span.end || *span.end > query_.from)) ledger.blind.push_back(span);
    return ledger;
  }

 private:
  // By the month, too: what a clock wrote that was ahead for a while stands before what came after it was set back.
  bool is_behind(WallTime t) const {
    return t > query_.to + kAfterglow && FileMonthOf(t) > FileMonthOf(query_.to - microseconds(1));
  }

  // What is called otherwise after the span stays in it what it was.
  void Know(Entry& entry, WallTime t, const std::string& name, const std::string& customer,
            PackedOptional<double> sla_percent) const {
    if (t > query_.to && !entry.name.empty()) return;
    entry.name = name;
    entry.customer = customer;
    entry.sla_percent = sla_percent;
  }

  Entry* Find(const std::string& id) {
    if (!query_.host.empty() && id != query_.host) return nullptr;
    return &entries_[id];
  }

  void TakeOne(const StatusEvent& event) {
    monitor_.NoteSign(event.t);
    Entry* entry = Find(event.host);
    if (entry == nullptr || entry->was_deleted_just_before(event.t)) return;
    if (event.t <= query_.to || entry->name.empty()) entry->name = event.name;
    const bool is_of_new_target = entry->time.is_of_new_target(event);
    const auto [before, since] = entry->time.Take(event);
    if (is_of_new_target) entry->End(since);
    Follow(*entry, event.host, before, since, event);
  }

  // The episodes of a host. One that has reached the threshold goes on until a good check, whatever comes between; one
  // that has not ends when it becomes clear that what follows is not of the same cause.
  static void Follow(Entry& entry, const std::string& id, Status before, WallTime since, const StatusEvent& event) {
    const auto begin = [&] {
      if (entry.open() == nullptr) entry.episodes.push_back({OutageId(id, since), since, {}, event.reason, false});
    };
    const auto end_if_other = [&](bool is_other) {
      const Episode* episode = entry.open();
      if (is_other && episode != nullptr && !episode->has_reached_down) entry.End(since);
    };
    switch (event.to) {
      case Status::kFailing:
      case Status::kDown:
        end_if_other(before == Status::kUnreachable || before == Status::kUnknown);
        begin();
        if (event.to == Status::kDown) {
          entry.open()->has_reached_down = true;
          entry.open()->reason = event.reason;
        }
        break;
      case Status::kUnreachable:
        end_if_other(before == Status::kUnknown || (entry.open() != nullptr && since > entry.open()->start));
        begin();
        break;
      case Status::kUnknown:
        end_if_other(entry.open() != nullptr && since > entry.open()->start);
        break;
      case Status::kUp:
      case Status::kDegraded:
        entry.End(since);
        break;
      case Status::kPending:
      case Status::kPaused:
        entry.End(event.t);
        break;
    }
  }

  void FindOpen() {
    open_.clear();
    for (auto& [id, entry] : entries_)
      if (entry.open() != nullptr) open_.insert(id);
  }

  void EndLater(const std::string& id, WallTime t) {
    if (const auto entry = entries_.find(id); entry != entries_.end()) entry->second.End(t);
    open_.erase(id);
  }

  void TakeOne(const MaintenanceEvent& event) {
    monitor_.NoteSign(event.t);
    if (Entry* entry = Find(event.host)) entry->time.Take(event);
  }

  void TakeOne(const EditEvent& event) {
    if (event.host.empty()) return;
    Entry* entry = Find(event.host);
    if (entry == nullptr) return;
    if (!event.name.empty()) Know(*entry, event.t, event.name, event.customer, event.sla_percent);
    if (event.action == EditAction::kDelete) {
      entry->Leave(event.t);
      entry->deleted = event.t;
    }
    if (event.action == EditAction::kAdd && !entry->time.is_there) entry->time.Come(event.t);
  }

  void TakeOne(const HostsEvent& event) {
    // The beginning of the run that wrote it stands before it, where nobody reads.
    monitor_.NoteRunning(event.t);
    monitor_.NoteSign(event.t);
    std::vector<std::string_view> there;
    for (const HostSnapshot& state : event.hosts) {
      there.push_back(state.id);
      if (Entry* entry = Find(state.id)) TakeState(*entry, state, event.t);
    }
    std::sort(there.begin(), there.end());
    for (auto& [id, entry] : entries_)
      if (entry.time.is_there && !std::binary_search(there.begin(), there.end(), id)) entry.Leave(event.t);
  }

  // Mostly it says what is known. Where events were lost, or written by a clock that was wrong by months, it does not.
  void TakeState(Entry& entry, const HostSnapshot& state, WallTime t) {
    if (entry.was_deleted_just_before(t)) return;
    HostTime& time = entry.time;
    const bool is_news = !time.is_there || time.status != state.status || time.in_maintenance != state.in_maintenance;
    Know(entry, t, state.name, state.customer, state.sla_percent);
    if (!is_news) return;
    time.status = state.status;
    if (state.in_maintenance && !time.in_maintenance) time.maintenance_since = t;
    time.in_maintenance = state.in_maintenance;
    time.Come(t);
    // A pause has ended the episode; monitord still knows that there was no good check since.
    const bool is_watched = state.status != Status::kPaused && state.status != Status::kPending;
    const bool is_in_episode = (state.outage && is_watched) || state.status == Status::kFailing ||
                               state.status == Status::kDown || state.status == Status::kUnreachable;
    if (!is_in_episode) return entry.End(t);
    const WallTime since = state.since == kNever ? t : state.since;
    if (entry.open() == nullptr) {
      entry.episodes.push_back({OutageId(state.id, since), since, {}, state.reason, false});
      told_of_since_ = std::min(told_of_since_.value_or(since), since);
    }
    if (state.outage) entry.open()->has_reached_down = true;
  }

  void TakeOne(const MonitorEvent& event) {
    if (event.state == MonitorChange::kStart) EndBlindness(event.since == kNever ? event.t : event.since);
    if (event.state == MonitorChange::kBlind) blind_.push_back({event.since, std::nullopt});
    if (event.state == MonitorChange::kSight) {
      if (blind_.empty() || blind_.back().end) blind_.push_back({event.since, std::nullopt});
      EndBlindness(event.t);
    }
    TakeAll(monitor_.Take(event));
  }

  // Behind the span: a start tells of the time before it.
  void TakeLater(const MonitorEvent& event) {
    if (event.state == MonitorChange::kSight) EndBlindness(event.t);
    if (event.state == MonitorChange::kStart && event.since != kNever) EndBlindness(event.since);
    const bool is_gap = event.state == MonitorChange::kStart || event.state == MonitorChange::kLate;
    if (is_gap && event.since != kNever && event.since < query_.to) TakeAll(Gap{event.since, event.t});
  }

  void EndBlindness(WallTime t) {
    if (!blind_.empty() && !blind_.back().end) blind_.back().end = std::max(t, blind_.back().start);
  }

  void TakeAll(const Passage& passage) {
    for (auto& [id, entry] : entries_) entry.time.Take(passage);
    const auto* shift = std::get_if<ClockStep>(&passage);
    if (shift == nullptr) return;
    for (auto& [id, entry] : entries_)
      for (Episode& episode : entry.episodes) {
        (*shift)(episode.start);
        if (episode.end) (*shift)(*episode.end);
      }
    for (auto& span : blind_) {
      (*shift)(span.start);
      if (span.end) (*shift)(*span.end);
    }
  }

  void TakeOne(const OutageEvent& event) { TakeSaid(event); }
  void TakeOne(const AlertEvent&) {}

  std::optional<Outage> OutageOf(const std::string& id, const Entry& entry, const Episode& episode) const {
    const WallTime known_end = episode.end.value_or(std::min(query_.known_until, query_.to + kAfterglow));
    if (episode.start >= query_.to || known_end <= query_.from) return std::nullopt;
    const TimeByKind time = TimeWithin(entry.time.timeline, episode.start, known_end);
    const auto has = [&](TimeKind kind) { return Of(time, kind) > microseconds(0); };
    Outage outage;
    outage.id = episode.id;
    outage.host = id;
    outage.name = entry.name;
    outage.start = episode.start;
    outage.end = episode.end;
    outage.reason = episode.reason;
    if (has(TimeKind::kDown)) {
      outage.measured = Cause::kHost;
    } else if (has(TimeKind::kUpstream)) {
      outage.measured = Cause::kUpstream;
    } else if (has(TimeKind::kMaintenance)) {
      outage.measured = Cause::kMaintenance;
    } else {
      return std::nullopt;
    }
    outage.is_short = outage.measured == Cause::kUpstream && !episode.has_reached_down
                          ? known_end - episode.start < query_.short_below
                          : !episode.has_reached_down;
    outage.cause = outage.measured;
    if (const auto said = said_.find(episode.id); said != said_.end()) {
      outage.cause = said->second.cause.value_or(outage.measured);
      outage.note = said->second.note;
      outage.user = said->second.user;
    }
    return outage;
  }

  void Reclassify(const Entry& entry, const Outage& outage, TimeByKind& time) const {
    const TimeByKind bad = TimeWithin(entry.time.timeline, std::max(outage.start, query_.from),
                                      std::min(outage.end.value_or(query_.to), query_.to));
    for (const auto kind : {TimeKind::kDown, TimeKind::kUpstream, TimeKind::kBlind, TimeKind::kMaintenance}) {
      Of(time, kind) -= Of(bad, kind);
      Of(time, KindOf(outage.cause)) += Of(bad, kind);
    }
  }

  const LedgerQuery& query_;
  const std::string quoted_host_;
  std::map<std::string, Entry, std::less<>> entries_;
  std::map<std::string, OutageEvent, std::less<>> said_;
  std::vector<Ledger::Span> blind_;
  MonitorFold monitor_;
  std::optional<WallTime> told_of_since_;
  bool is_behind_ = false;                   // what is read happened after the span
  std::set<std::string, std::less<>> open_;  // hosts whose outage goes on, behind the span
};

}  // namespace

Ledger ReadLedger(const EventLog& log, const LedgerQuery& query) {
  Reader reader(query);
  log.ReadSinceSnapshot(
      query.from, [&](std::string_view line) { return reader.is_wanted(line); },
      [&](const Event& event) { reader.Take(event); });
  if (const auto since = reader.told_of_since())
    log.Read(
        *since, [](std::string_view line) { return line.starts_with(R"({"type":"outage",)"); },
        [&](const Event& event) { reader.TakeSaid(std::get<OutageEvent>(event)); });
  return reader.Finish();
}

std::optional<OutageName> ParseOutageId(std::string_view id) {
  const size_t minus = id.find('-');
  if (minus == id.npos || !is_host_id(id.substr(0, minus))) return std::nullopt;
  const auto digits = id.substr(minus + 1);
  int64_t seconds = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  const bool is_number = error == std::errc() && end == digits.data() + digits.size() && !digits.starts_with('0');
  const WallTime start = FromUnixSeconds(static_cast<double>(seconds));
  if (!is_number || start == kNever) return std::nullopt;
  return OutageName{std::string(id.substr(0, minus)), start};
}

}  // namespace linewatch
