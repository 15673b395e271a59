// The format of events/: one file a month of UTC, YYYY-MM.jsonl, of one JSON object a line:
//   {"t":1763800000.12,"type":"status","host":"k3f9w2x1ab","name":"Server A","from":"up","to":"failing",
//    "since":1763799999.1,"reason":"no answer within 1 s"}
// The members of each type are listed once, below. Times are Unix seconds. Lines that are written
// together go to the file of the last one's month: a reader must not count on the month, nor on the order.
#include "store/event_log.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <system_error>

#include "store/alert_json.h"
#include "store/file/append_file.h"
#include "store/file/atomic_file.h"
#include "store/file/folder.h"
#include "store/host_json.h"
#include "store/json/json_members.h"

namespace linewatch {
namespace {

std::string MonthName(WallTime t) {
  const auto month = FileMonthOf(t);
  char name[32];
  const int length = std::snprintf(name, sizeof name, "%04d-%02u", static_cast<int>(month.year()),
                                   static_cast<unsigned>(month.month()));
  return {name, static_cast<size_t>(length)};
}

}  // namespace

void WriteJson(JsonWriter& out, EditAction action) { out.String(NameOf(action)); }
bool ReadJson(const rapidjson::Value& json, EditAction& action) { return ReadName(json, kEditActionNames, action); }
void WriteJson(JsonWriter& out, MonitorChange change) { out.String(NameOf(change)); }
bool ReadJson(const rapidjson::Value& json, MonitorChange& change) {
  return ReadName(json, kMonitorChangeNames, change);
}
void WriteJson(JsonWriter& out, const AlertResult& result) { out.String(TextOf(result)); }
bool ReadJson(const rapidjson::Value& json, AlertResult& result) {
  if (!json.IsString()) return false;
  result = ParseAlertResult(StringOf(json));
  return true;
}

template <MaybeConst<StatusEvent> E>
void VisitMembers(E& event, auto&& visit) {
  visit("t", event.t);
  visit("host", event.host);
  visit("name", event.name);
  visit("from", event.from);
  visit("to", event.to);
  visit("since", event.since);
  visit("reason", event.reason);
}
template <MaybeConst<NotifiedAlert> T>
void VisitMembers(T& notified, auto&& visit) {
  visit("host", notified.host);
  visit("kind", notified.kind);
  visit("since", notified.since);
}
template <MaybeConst<AlertEvent> E>
void VisitMembers(E& event, auto&& visit) {
  visit("t", event.t);
  visit("channel", event.channel);
  visit("subject", event.subject);
  visit("hosts", event.hosts);
  visit("result", event.result);
  visit("alerts", event.alerts);
  visit("id", event.id);
}
template <MaybeConst<EditEvent> E>
void VisitMembers(E& event, auto&& visit) {
  visit("t", event.t);
  visit("user", event.user);
  visit("action", event.action);
  visit("host", event.host);
  visit("changed", event.changed);
  visit("name", event.name);
  visit("customer", event.customer);
  visit("sla_percent", event.sla_percent);
}
template <MaybeConst<MonitorEvent> E>
void VisitMembers(E& event, auto&& visit) {
  visit("t", event.t);
  visit("state", event.state);
  visit("since", event.since);
}

template <MaybeConst<HostSnapshot> S>
void VisitMembers(S& state, auto&& visit) {
  visit("id", state.id);
  visit("name", state.name);
  visit("customer", state.customer);
  visit("sla_percent", state.sla_percent);
  visit("status", state.status);
  visit("since", state.since);
  visit("reason", state.reason);
  visit("outage", state.outage);
  visit("in_maintenance", state.in_maintenance);
}
template <MaybeConst<HostsEvent> E>
void VisitMembers(E& event, auto&& visit) {
  visit("t", event.t);
  visit("hosts", event.hosts);
}

void WriteJson(JsonWriter& out, Cause cause) { out.String(NameOf(cause)); }
bool ReadJson(const rapidjson::Value& json, Cause& cause) { return ReadName(json, kCauseNames, cause); }

template <MaybeConst<OutageEvent> E>
void VisitMembers(E& event, auto&& visit) {
  visit("t", event.t);
  visit("id", event.id);
  visit("cause", event.cause);
  visit("note", event.note);
  visit("user", event.user);
}

template <MaybeConst<MaintenanceEvent> E>
void VisitMembers(E& event, auto&& visit) {
  visit("t", event.t);
  visit("host", event.host);
  visit("name", event.name);
  visit("begins", event.begins);
}

namespace {

// In the order of the alternatives of Event.
constexpr std::array<std::string_view, std::variant_size_v<Event>> kTypeNames = {
    "status", "alert", "edit", "monitor", "maintenance", "hosts", "outage"};

std::string Line(const Event& event) {
  return JsonText([&](JsonWriter& out) {
           const MemberWriter write(out);
           out.StartObject();
           write("type", kTypeNames[event.index()]);
           std::visit([&](const auto& e) { VisitMembers(e, write); }, event);
           out.EndObject();
         }) +
         '\n';
}

template <size_t I = 0>
bool ReadEvent(size_t type, const rapidjson::Value& line, Event& event) {
  if constexpr (I == std::variant_size_v<Event>) {
    return false;
  } else {
    if (type != I) return ReadEvent<I + 1>(type, line, event);
    return ReadJson(line, event.template emplace<I>());
  }
}

std::optional<Event> ParseLine(std::string_view text) {
  rapidjson::Document parsed;
  if (ParseJson(text, parsed)) return std::nullopt;
  const auto* type = FindMember(parsed, "type");
  size_t index = 0;
  Event event;
  if (type == nullptr || !ReadName(*type, kTypeNames, index) || !ReadEvent(index, parsed, event)) return std::nullopt;
  return event;
}

constexpr std::string_view kSnapshotBegin = R"({"type":"hosts",)";

// The month that a file is named after, as its first day; nothing if its name is another.
std::optional<std::chrono::sys_days> MonthOfName(const std::filesystem::path& file) {
  int year = 0;
  unsigned month = 0;
  if (std::sscanf(file.stem().c_str(), "%d-%2u", &year, &month) != 2) return std::nullopt;
  const std::chrono::year_month_day first{std::chrono::year(year), std::chrono::month(month), std::chrono::day(1)};
  return first.ok() ? std::optional(std::chrono::sys_days(first)) : std::nullopt;
}

}  // namespace

WallTime TimeOf(const Event& event) {
  return std::visit([](const auto& e) { return e.t; }, event);
}

void Describe(EditEvent& event, const Host& host) {
  event.name = host.name;
  event.customer = host.customer;
  event.sla_percent = host.sla_percent;
}

std::chrono::year_month FileMonthOf(WallTime t) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(t));
  return day.year() / day.month();
}

EventLog::EventLog(std::filesystem::path folder, std::chrono::milliseconds patience)
    : folder_(std::move(folder)), patience_(patience) {}

void EventLog::Append(const std::vector<Event>& events) const {
  constexpr Expected kExpected{200, 100};  // a change of status has about so many
  if (events.empty()) return;
  std::string lines;
  for (const Event& event : events) lines += Line(event);
  if (std::filesystem::create_directory(folder_)) SyncFolder(folder_.parent_path());
  AppendLines(folder_ / (MonthName(TimeOf(events.back())) + ".jsonl"), lines, patience_, kExpected);
}

std::vector<std::filesystem::path> EventLog::Files() const {
  auto files = FilesIn(folder_);
  std::erase_if(files, [](const auto& file) { return file.extension() != ".jsonl"; });
  return files;
}

void EventLog::ReadFile(const std::filesystem::path& file, const std::function<bool(std::string_view)>& take) const {
  try {
    ReadLines(file, take);
  } catch (const std::system_error& error) {
    if (!on_unreadable_) throw;
    on_unreadable_(file.filename().string(), error);
  }
}

// When the first snapshot of a file was taken.
std::optional<WallTime> EventLog::SnapshotIn(const std::filesystem::path& file) const {
  std::optional<WallTime> found;
  ReadFile(file, [&](std::string_view text) {
    if (!text.starts_with(kSnapshotBegin)) return true;
    if (const auto event = ParseLine(text)) found = TimeOf(*event);
    return !found;
  });
  return found;
}

void EventLog::Read(WallTime from, const std::function<void(const Event&)>& take) const {
  Read(
      from, [](std::string_view) { return true; }, take);
}

void EventLog::Read(WallTime from, const LineFilter& is_wanted, const std::function<void(const Event&)>& take) const {
  auto files = Files();
  // A file that was last written before `from` holds nothing younger.
  std::erase_if(files, [&](const auto& file) {
    const auto modified = IdentityOf(file).modified;
    return std::chrono::seconds(modified.tv_sec) < from.time_since_epoch() - std::chrono::hours(1);
  });
  for (const auto& file : files)
    ReadFile(file, [&](std::string_view text) {
      if (!is_wanted(text)) return true;
      if (const auto event = ParseLine(text); event && TimeOf(*event) >= from) take(*event);
      return true;
    });
}

void EventLog::ReadSinceSnapshot(WallTime from, const LineFilter& is_wanted,
                                 const std::function<void(const Event&)>& take) const {
  const auto files = Files();
  // Those of months after that of `from` cannot hold one that is old enough.
  auto begin = std::find_if(files.begin(), files.end(),
                            [&](const auto& file) { return file.stem().string() > MonthName(from); });
  bool is_waiting = false;  // for the snapshot: what stands before it in its file is known to it
  while (begin != files.begin() && !is_waiting) {
    const auto taken = SnapshotIn(*--begin);
    is_waiting = taken && *taken <= from;
  }
  for (auto file = begin; file != files.end(); ++file)
    ReadFile(*file, [&](std::string_view text) {
      if (is_waiting && !text.starts_with(kSnapshotBegin)) return true;
      if (!is_wanted(text)) return true;
      const auto event = ParseLine(text);
      if (event) is_waiting = false;
      if (event) take(*event);
      return true;
    });
}

bool EventLog::has_snapshot(WallTime t) const { return SnapshotIn(folder_ / (MonthName(t) + ".jsonl")).has_value(); }

int EventLog::RemoveOld(std::chrono::days kept, WallTime now) const {
  const auto files = Files();
  const auto is_old = [&](const std::filesystem::path& file) {
    const auto month = MonthOfName(file);
    constexpr std::chrono::days kLongestMonth{31};
    return month && *month + kLongestMonth + kept < now;
  };
  const auto old = std::count_if(files.begin(), files.end(), is_old);
  // Two at least: a clock that was set far ahead soon has one month of its own.
  const int64_t needed = std::max<int64_t>(2, std::chrono::ceil<std::chrono::months>(kept).count());
  if (static_cast<int64_t>(files.size()) - old < needed) return 0;
  int removed = 0;
  for (const auto& file : files)
    if (is_old(file) && std::filesystem::remove(file)) ++removed;
  return removed;
}

}  // namespace linewatch
