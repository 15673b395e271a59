// The format of events/: one file a month of UTC, YYYY-MM.jsonl, of one JSON object a line:
//   {"t":1763800000.12,"type":"status","host":"k3f9w2x1ab","name":"Server A","from":"up","to":"failing",
//    "since":1763799999.1,"reason":"no answer within 1 s"}
// The members of each type are listed once, below. Times are Unix seconds. Lines that are written
// together go to the file of the last one's month: a reader must not count on the month, nor on the order.
#include "store/event_log.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <system_error>

#include "store/alert_json.h"
#include "store/append_file.h"
#include "store/atomic_file.h"
#include "store/host_json.h"
#include "store/json_members.h"

namespace linewatch {
namespace {

std::string MonthName(WallTime t) {
  const std::time_t seconds = ToTimeT(t);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char name[32];
  const size_t length = std::strftime(name, sizeof name, "%Y-%m", &utc);
  return {name, length};
}

}  // namespace

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
template <MaybeConst<Told> T>
void VisitMembers(T& told, auto&& visit) {
  visit("host", told.host);
  visit("kind", told.kind);
  visit("since", told.since);
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
}
template <MaybeConst<MonitorEvent> E>
void VisitMembers(E& event, auto&& visit) {
  visit("t", event.t);
  visit("state", event.state);
  visit("since", event.since);
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
constexpr std::array<std::string_view, std::variant_size_v<Event>> kTypeNames = {"status", "alert", "edit", "monitor",
                                                                                 "maintenance"};

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

}  // namespace

WallTime TimeOf(const Event& event) {
  return std::visit([](const auto& e) { return e.t; }, event);
}

EventLog::EventLog(std::filesystem::path folder, std::chrono::milliseconds patience)
    : folder_(std::move(folder)), patience_(patience) {}

void EventLog::Append(const std::vector<Event>& events) const {
  if (events.empty()) return;
  std::string lines;
  for (const Event& event : events) lines += Line(event);
  if (std::filesystem::create_directory(folder_)) SyncFolder(folder_.parent_path());
  AppendLines(folder_ / (MonthName(TimeOf(events.back())) + ".jsonl"), lines, patience_);
}

void EventLog::Read(WallTime from, const std::function<void(const Event&)>& take) const {
  std::error_code none;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, none))
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  // A file that was last written before `from` holds nothing younger.
  std::erase_if(files, [&](const auto& file) {
    const auto modified = IdentityOf(file).modified;
    return std::chrono::seconds(modified.tv_sec) < from.time_since_epoch() - std::chrono::hours(1);
  });

  for (const auto& file : files) {
    ReadLines(file, [&](std::string_view text) {
      rapidjson::Document parsed;
      if (ParseJson(text, parsed)) return;
      const auto* type = FindMember(parsed, "type");
      size_t index = 0;
      Event event;
      if (type != nullptr && ReadName(*type, kTypeNames, index) && ReadEvent(index, parsed, event) &&
          TimeOf(event) >= from)
        take(event);
    });
  }
}

}  // namespace linewatch
