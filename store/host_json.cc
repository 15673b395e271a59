// The format of hosts.json, version 1:
//   { "format": 1, "updated": UNIX SECONDS, "interval": SECONDS, "revision": N, "monitor": {...}, "summary": {...},
//     "hosts": [ {...}, ... ] }
// in this order, so that whoever only wants to know whether something changed reads the first bytes. The members of a
// host are listed once, in VisitSettings and VisitObservation below; reading, writing and the names known follow from
// these lists. Times are Unix seconds with fractions, durations seconds, unless the name says otherwise; "never" and
// "not set" are null.
#include "store/host_json.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <variant>
#include <vector>

#include "store/check_traits.h"
#include "store/json/json_members.h"
#include "store/text/plain_text.h"

namespace linewatch {
namespace {

std::string ClockText(int minutes) {
  const auto digit = [](int d) { return static_cast<char>('0' + d); };
  return {digit(minutes / 600), digit(minutes / 60 % 10), ':', digit(minutes % 60 / 10), digit(minutes % 10)};
}

// "HH:MM" to minutes after midnight, as the schema has checked it; anything else is midnight.
int ClockMinutes(std::string_view text) {
  if (text.size() != 5) return 0;
  const auto digit = [&](size_t i) { return std::clamp(text[i] - '0', 0, 9); };
  return std::min(digit(0) * 10 + digit(1), 23) * 60 + std::min(digit(3) * 10 + digit(4), 59);
}

// Of a host's numbers nearly all are in its trail. They are looked up, not made.
constexpr size_t kLongestCheck = 7;
struct CheckText {
  std::array<char, kLongestCheck> text{};
  uint8_t length = 0;

  constexpr void Put(char c) { text[length++] = c; }
};

constexpr CheckText TextOf(Trail::Code code) {
  CheckText check;
  if (code == Trail::kFailedCode) {
    for (const char c : {'n', 'u', 'l', 'l'}) check.Put(c);
    return check;
  }
  const uint64_t whole = Trail::MicrosecondsOf(code) / 1000;
  for (uint64_t unit = 1000000; unit > 0; unit /= 10)
    if (whole >= unit || unit == 1) check.Put(static_cast<char>('0' + whole / unit % 10));
  uint64_t rest = Trail::MicrosecondsOf(code) % 1000;
  if (rest != 0) check.Put('.');
  for (uint64_t unit = 100; rest != 0; rest %= unit, unit /= 10) check.Put(static_cast<char>('0' + rest / unit));
  return check;
}

constexpr auto kCheckTexts = [] {
  std::array<CheckText, Trail::kFailedCode + 1> texts;
  for (Trail::Code code = 0; code <= Trail::kFailedCode; ++code) texts[code] = TextOf(code);
  return texts;
}();

}  // namespace

// Found through the namespace of the type, hence not in the unnamed one.
void WriteJson(JsonWriter& out, CheckKind kind) { out.String(kCheckKindNames[static_cast<size_t>(kind)]); }
bool ReadJson(const rapidjson::Value& json, CheckKind& kind) { return ReadName(json, kCheckKindNames, kind); }

void WriteJson(JsonWriter& out, const SecretMark& mark) {
  if (!mark.is_set) {
    out.Null();
    return;
  }
  out.StartObject();
  MemberWriter{out}("set", true);
  out.EndObject();
}
bool ReadJson(const rapidjson::Value& json, SecretMark& mark) {
  const auto* set = FindMember(json, "set");
  mark.is_set = json.IsString() ? json.GetStringLength() > 0 : set != nullptr && set->IsTrue();
  return true;
}

void WriteJson(JsonWriter& out, FollowRedirects follow) {
  if (follow.value() == FollowRedirects::kAnywhere) {
    out.String("anywhere");
  } else {
    out.Bool(follow);
  }
}
bool ReadJson(const rapidjson::Value& json, FollowRedirects& follow) {
  const bool is_anywhere = json.IsString() && StringOf(json) == "anywhere";
  if (!is_anywhere && !json.IsBool()) return false;
  follow = is_anywhere ? FollowRedirects(FollowRedirects::kAnywhere) : FollowRedirects(json.GetBool());
  return true;
}

void WriteJson(JsonWriter& out, const HeaderMarks& marks) {
  if (marks.names.empty()) {
    out.Null();
    return;
  }
  out.StartObject();
  for (const auto& name : marks.names) MemberWriter{out}(name, SecretMark{true});
  out.EndObject();
}
bool ReadJson(const rapidjson::Value& json, HeaderMarks& marks) {
  marks.names.clear();
  if (!json.IsObject()) return false;
  for (const auto& member : json.GetObject())
    if (!member.value.IsNull()) marks.names.emplace_back(StringOf(member.name));
  return true;
}

void WriteJson(JsonWriter& out, Status status) { out.String(NameOf(status)); }
bool ReadJson(const rapidjson::Value& json, Status& status) { return ReadName(json, kStatusNames, status); }

void WriteJson(JsonWriter& out, WatchState state) { out.String(NameOf(state)); }
bool ReadJson(const rapidjson::Value& json, WatchState& state) { return ReadName(json, kWatchStateNames, state); }

void WriteJson(JsonWriter& out, const Trail& trail) {
  out.Value<2 + Trail::kLength*(kLongestCheck + 1)>([&](char* end) {
    *end++ = '[';
    for (const Trail::Code code : trail.codes()) {
      const CheckText& check = kCheckTexts[code];
      std::copy_n(check.text.data(), kLongestCheck, end);
      end += check.length;
      *end++ = ',';
    }
    if (trail.size() > 0) --end;
    *end++ = ']';
    return end;
  });
}
bool ReadJson(const rapidjson::Value& json, Trail& trail) {
  if (!json.IsArray()) return false;
  for (const auto& check : json.GetArray())
    trail.Add(check.IsNumber() ? static_cast<float>(check.GetDouble()) : Trail::kFailed);
  return true;
}

void WriteMembers(JsonWriter& out, const MaintenanceWindow& window) {
  const MemberWriter write(out);
  if (window.once) {
    write("from", window.once->from);
    write("to", window.once->to);
  } else if (window.weekly) {
    write("days", window.weekly->days);
    write("from", ClockText(window.weekly->from));
    write("to", ClockText(window.weekly->to));
  }
  write("note", window.note);
}
void WriteJson(JsonWriter& out, const MaintenanceWindow& window) {
  out.StartObject();
  WriteMembers(out, window);
  out.EndObject();
}
bool ReadJson(const rapidjson::Value& json, MaintenanceWindow& window) {
  MemberReader read(json);
  read("note", window.note);
  if (FindMember(json, "days") == nullptr) {
    auto& once = window.once.emplace();
    read("from", once.from);
    read("to", once.to);
    return true;
  }
  auto& weekly = window.weekly.emplace();
  std::string from, to;
  read("days", weekly.days);
  read("from", from);
  read("to", to);
  weekly.from = ClockMinutes(from);
  weekly.to = ClockMinutes(to);
  return true;
}

template <MaybeConst<Acknowledgement> A>
void VisitMembers(A& acknowledgement, auto&& visit) {
  visit("by", acknowledgement.by);
  visit("at", acknowledgement.at);
  visit("note", acknowledgement.note);
}

template <MaybeConst<Notice> N>
void VisitMembers(N& notice, auto&& visit) {
  visit("code", notice.code);
  visit("message", notice.message);
  visit("since", notice.since);
}

void WriteJson(JsonWriter& out, const Notice& notice) {
  out.StartObject();
  VisitMembers(notice, MemberWriter(out));
  out.EndObject();
}

template <MaybeConst<VoidedChecks> V>
void VisitMembers(V& voided, auto&& visit) {
  visit("rounds", voided.rounds);
  for (const auto& [name, count] : kVoidedCounts) visit(name, voided.*count);
}
void WriteJson(JsonWriter& out, const VoidedChecks& voided) {
  out.StartObject();
  VisitMembers(voided, MemberWriter(out));
  out.EndObject();
}

namespace {

constexpr char kIdName[] = "id", kRevisionName[] = "revision", kCertExpiresName[] = "cert_expires",
               kCertWarnedName[] = "cert_warned", kAddressName[] = "address";

const CheckDetails kNoDetails;
const CheckSettings kUsualSettings;

// The settings that its kind of check has.
template <class S, class Visitor>
void VisitService(CheckKind check, S& service, Visitor&& visit) {
  for (const CheckSetting& setting : TraitsOf(check).settings)
    std::visit([&](auto member) { visit(setting.name, service.*member); }, setting.member);
}

// All but those of its kind.
template <class H, class Visitor>
void VisitSettings(H& host, Visitor&& visit) {
  visit("name", host.name);
  visit("ip", host.ip);
  visit("check", host.check);
  visit("enabled", host.enabled);
  visit("group", host.group);
  visit("customer", host.customer);
  visit("tags", host.tags);
  visit("notes", host.notes);
  visit("parents", host.parents);
  visit("interval", host.interval);
  visit("timeout", host.timeout);
  visit("retries", host.retries);
  visit("fail_threshold", host.fail_threshold);
  visit("packets", host.packets);
  visit("slow_ms", host.slow_ms);
  visit("max_loss_percent", host.max_loss_percent);
  visit("max_jitter_ms", host.max_jitter_ms);
  visit("sla_percent", host.sla_percent);
  visit("maintenance", host.maintenance);
  visit("acknowledged", host.acknowledged);
}

template <class O, class Visitor>
void VisitObservation(O& seen, Visitor&& visit) {
  visit("status", seen.status);
  visit("statusCurrent", seen.status_current);
  visit("fail_count", seen.fail_count);
  visit("fail_since", seen.fail_since);
  visit("last_check", seen.last_check);
  visit("last_good", seen.last_good);
  visit("last_change", seen.last_change);
  visit("last_alert_time", seen.last_alert_time);
  visit("reason", seen.reason);
  visit("rtt_ms", seen.rtt_ms);
  visit("loss_percent", seen.loss_percent);
  visit("jitter_ms", seen.jitter_ms);
  visit("uptime", seen.uptime);
  visit("trail", seen.trail);
  visit("in_maintenance", seen.in_maintenance);
}

template <class D, class Visitor>
void VisitDetails(D& details, Visitor&& visit) {
  visit(kAddressName, details.address);
  visit("name_ms", details.name_ms);
  visit("connect_ms", details.connect_ms);
  visit("tls_ms", details.tls_ms);
  visit("first_byte_ms", details.first_byte_ms);
  visit("cert_subject", details.cert_subject);
  visit("cert_issuer", details.cert_issuer);
}

// Members kept as text; the text is our own, so it parses.
void WriteUnknownMembers(JsonWriter& out, const std::string& members) {
  if (members.empty()) return;
  rapidjson::Document document;
  if (ParseJson("{" + members.substr(1) + "}", document)) return;
  for (const auto& member : document.GetObject()) {
    out.Key(StringOf(member.name));
    member.value.Accept(out);
  }
}

// All that is written of a host. There may be ten thousand pings: what belongs to names alone is not written of the
// others, and stands last.
template <class Visitor>
void VisitHost(const Host& host, Visitor&& visit) {
  const bool is_ping = host.check == CheckKind::kPing;
  visit(kIdName, host.id);
  visit(kRevisionName, host.revision);
  VisitSettings(host, visit);
  if (!is_ping && host.check_settings) VisitService(host.check, *host.check_settings, visit);
  VisitObservation(host.seen, visit);
  const CheckDetails& details = host.seen.details ? *host.seen.details : kNoDetails;
  if (!is_ping) {
    VisitDetails(details, visit);
    visit(kCertWarnedName, host.seen.cert_warned);
  }
  visit(kCertExpiresName, details.cert_expires);
  if (!is_ping) return;
  if (host.check_settings) VisitService(host.check, *host.check_settings, visit);
  if (!details.address.empty()) visit(kAddressName, details.address);
}

// The same of a ping, where there is something left to be read.
void ReadNameOf(Host& host, MemberReader& read) {
  CheckSettings settings;
  VisitService(host.check, settings, read);
  if (settings != kUsualSettings) host.check_settings = std::move(settings);
  CheckDetails details;
  read(kAddressName, details.address);
  if (details != kNoDetails) host.seen.details = std::move(details);
}

// Writes those members of a host that differ from their defaults.
class DifferenceWriter {
 public:
  explicit DifferenceWriter(JsonWriter& out) : out_(out) {}
  void Write(const Host& host) {
    const Texts& defaults = DefaultsOf(host.check);
    auto usual = defaults.begin();
    out_.StartObject();
    VisitHost(host, [&](std::string_view name, const auto& value) {
      const std::string& text = TextOf(value);
      if (usual != defaults.end() && text == *usual++) return;
      out_.Key(name);
      out_.Raw(text);
    });
    if (host.unknown_members) WriteUnknownMembers(out_, *host.unknown_members);
    out_.EndObject();
  }

 private:
  // In the order of VisitHost; nothing for those that are always written.
  using Texts = std::vector<std::string>;
  const Texts& DefaultsOf(CheckKind kind) {
    Texts& defaults = defaults_[static_cast<size_t>(kind)];
    if (!defaults.empty()) return defaults;
    Host host;
    host.check = kind;
    if (kind != CheckKind::kPing) host.check_settings = CheckSettings();
    VisitHost(host, [&](std::string_view name, const auto& value) {
      const bool is_needed = name == "name" || name == "ip";  // by is_host_entry
      defaults.push_back(is_needed ? "" : name == "check" ? TextOf(CheckKind::kPing) : TextOf(value));
    });
    return defaults;
  }

  // Good until the next call.
  const std::string& TextOf(const auto& value) {
    text_.clear();
    WriteJson(value_, value);
    value_.Flush();
    return text_;
  }

  JsonWriter& out_;
  std::string text_;
  JsonWriter value_{[this](std::string_view piece) { text_ += piece; }};
  std::array<Texts, kCheckKindNames.size()> defaults_;
};

template <class Visit>
std::set<std::string_view> NamesIn(Visit visit) {
  std::set<std::string_view> names;
  visit([&names](std::string_view name, const auto&) { names.insert(name); });
  return names;
}

const std::set<std::string_view>& ObservedNames() {
  static const auto names = [] {
    Observation seen;
    CheckDetails details;
    auto observed = NamesIn([&](auto&& visit) {
      VisitObservation(seen, visit);
      VisitDetails(details, visit);
    });
    observed.insert({kIdName, kRevisionName, kCertExpiresName, kCertWarnedName});
    return observed;
  }();
  return names;
}

const std::map<std::string_view, std::set<CheckKind>>& KindsByMember() {
  static const auto kinds = [] {
    std::map<std::string_view, std::set<CheckKind>> by_member;
    CheckSettings service;
    for (size_t i = 0; i < kCheckKindNames.size(); ++i) {
      const auto kind = static_cast<CheckKind>(i);
      VisitService(kind, service, [&](std::string_view name, const auto&) { by_member[name].insert(kind); });
    }
    return by_member;
  }();
  return kinds;
}

const std::set<std::string_view>& SettingNames() {
  static const auto names = [] {
    Host host;
    auto settings = NamesIn([&](auto&& visit) { VisitSettings(host, visit); });
    for (const auto& [name, kinds] : KindsByMember()) settings.insert(name);
    return settings;
  }();
  return names;
}

void AddUnknownMember(std::string& members, std::string_view name, const rapidjson::Value& value) {
  members += ',' + JsonText([&](JsonWriter& out) { out.String(name); });
  members += ':' + JsonText([&](JsonWriter& out) { value.Accept(out); });
}

// Walks over the outer object or array itself and lets RapidJSON parse one member or one host at a time, always into
// the same memory.
class ListParser {
 public:
  explicit ListParser(std::string_view text) : text_(text), stream_(text.data(), text.size()) {}

  // Each taker returns false to stop early, which is a success.
  template <class TakeMember, class TakeHost>
  std::optional<JsonFault> Run(TakeMember take_member, TakeHost take_host, bool& was_array) {
    was_array = Peek() == '[';
    if (was_array) return Finish(Hosts(take_host));
    if (!Eat('{')) return Fault("expected an object or an array");
    // Without them it is no list of no hosts but another file, or a mistyped name: nobody's hosts are dropped for that.
    bool has_hosts = false;
    if (Peek() == '}') return Fault("expected hosts");
    do {
      std::string key;
      if (auto fault = TakeName(key)) return fault;
      if (key == "hosts") {
        has_hosts = true;
        if (Peek() != '[') return Fault("expected hosts to be an array");
        if (!Hosts(take_host)) return Finish(false);
      } else {
        rapidjson::Document value(&pool_);
        if (!ParseValue(value)) return Fault("expected a value");
        if (!take_member(key, value)) return std::nullopt;
      }
      pool_.Clear();
    } while (Eat(','));
    if (!has_hosts && Peek() == '}') return Fault("expected hosts");
    return Finish(Eat('}'));
  }

 private:
  char Peek() {
    rapidjson::SkipWhitespace(stream_);
    return stream_.Peek();
  }
  bool Eat(char c) {
    if (Peek() != c) return false;
    stream_.Take();
    return true;
  }
  std::optional<JsonFault> TakeName(std::string& key) {
    rapidjson::Document name(&pool_);
    if (Peek() != '"' || !ParseValue(name)) return Fault("expected a member's name");
    key = StringOf(name);
    if (!Eat(':')) return Fault("expected ':'");
    return std::nullopt;
  }
  bool ParseValue(rapidjson::Document& into) {
    Peek();
    const char* fault = ReadJsonValue(stream_, false, into);
    if (fault != nullptr) what_ = fault;
    return fault == nullptr;
  }
  template <class TakeHost>
  bool Hosts(TakeHost take_host) {
    Eat('[');
    if (Eat(']')) return true;
    do {
      rapidjson::Document host(&pool_);
      if (!ParseValue(host)) return false;
      if (!take_host(host)) {
        stopped_ = true;
        return false;
      }
      pool_.Clear();
    } while (Eat(','));
    return Eat(']');
  }
  std::optional<JsonFault> Finish(bool good) {
    if (stopped_) return std::nullopt;
    if (!good) return Fault("expected ',' or the end");
    if (stream_.Tell() < text_.size() && Peek() != '\0') return Fault("text after the end");
    if (stream_.Tell() < text_.size()) return Fault("a zero byte");
    return std::nullopt;
  }
  JsonFault Fault(const char* what) const { return {LineAt(text_, stream_.Tell()), what_.empty() ? what : what_}; }

  std::string_view text_;
  rapidjson::MemoryStream stream_;
  rapidjson::MemoryPoolAllocator<> pool_;
  std::string what_;
  bool stopped_ = false;
};

template <class M, class Visitor>
void VisitMonitor(M& monitor, Visitor&& visit) {
  visit("state", monitor.state);
  visit("since", monitor.since);
  visit("version", monitor.version);
  visit("notices", monitor.notices);
  visit("late_ms", monitor.late_ms);
  visit("voided", monitor.voided);
}

void ReadHeaderMember(HostList& list, std::string_view name, const rapidjson::Value& value) {
  if (name == "updated") {
    ReadJson(value, list.updated);
  } else if (name == "interval") {
    ReadJson(value, list.interval);
  } else if (name == kRevisionName) {
    ReadJson(value, list.revision);
  } else if (name == "monitor") {
    MemberReader read(value);
    VisitMonitor(list.monitor, read);
    int cycle_ms = 0;
    read("cycle_ms", cycle_ms);
    list.monitor.cycle = std::chrono::milliseconds(cycle_ms);
  } else if (name != "format" && name != "summary") {
    AddUnknownMember(list.unknown_members, name, value);
  }
}

}  // namespace

Host ReadHost(const rapidjson::Value& object) {
  Host host;
  MemberReader read(object);
  read(kIdName, host.id);
  read(kRevisionName, host.revision);
  if (const auto* check = FindMember(object, "check")) ReadJson(*check, host.check);
  if (host.check != CheckKind::kPing) host.check_settings = CheckSettings();
  VisitSettings(host, read);
  if (host.check_settings) VisitService(host.check, *host.check_settings, read);
  VisitObservation(host.seen, read);
  CheckDetails details;
  if (host.check_settings) {
    VisitDetails(details, read);
    read(kCertWarnedName, host.seen.cert_warned);
  }
  read(kCertExpiresName, details.cert_expires);
  if (host.check_settings && details != kNoDetails) host.seen.details = std::move(details);
  if (host.check == CheckKind::kPing && read.found() != object.MemberCount()) ReadNameOf(host, read);
  if (read.found() == object.MemberCount()) return host;
  std::string unknown;
  for (const auto& member : object.GetObject()) {
    const auto name = StringOf(member.name);
    if (!is_setting_member(name) && !is_observed_member(name)) AddUnknownMember(unknown, name, member.value);
  }
  if (!unknown.empty()) host.unknown_members = std::move(unknown);
  return host;
}

void WriteHost(JsonWriter& out, const Host& host, const std::function<void()>& write_more) {
  out.StartObject();
  VisitHost(host, MemberWriter(out));
  if (host.unknown_members) WriteUnknownMembers(out, *host.unknown_members);
  if (write_more) write_more();
  out.EndObject();
}

void WriteSettings(JsonWriter& out, const Host& host) {
  const MemberWriter write(out);
  out.StartObject();
  VisitSettings(host, write);
  if (host.check_settings) VisitService(host.check, *host.check_settings, write);
  out.EndObject();
}

bool is_observed_member(std::string_view name) { return ObservedNames().contains(name); }
bool is_setting_member(std::string_view name) { return SettingNames().contains(name); }
bool is_service_member(std::string_view name) { return KindsByMember().contains(name); }
bool has_service_member(CheckKind check, std::string_view name) {
  const auto kinds = KindsByMember().find(name);
  return kinds != KindsByMember().end() && kinds->second.contains(check);
}

bool is_host_entry(const rapidjson::Value& entry) {
  const auto* name = FindMember(entry, "name");
  const auto* ip = FindMember(entry, "ip");
  const auto* check = FindMember(entry, "check");
  CheckKind kind{};
  if (check != nullptr) ReadJson(*check, kind);
  return name != nullptr && name->IsString() && (!needs_address(kind) || (ip != nullptr && ip->IsString()));
}

std::optional<JsonFault> ReadHostList(std::string_view text, const AcceptHost& accept, HostList& list,
                                      bool& was_array) {
  list = {};
  was_array = false;
  if (auto fault = CheckJsonDepth(text)) return fault;
  size_t place = 0;
  return ListParser(text).Run(
      [&](std::string_view name, const rapidjson::Value& value) {
        ReadHeaderMember(list, name, value);
        return true;
      },
      [&](const rapidjson::Value& entry) {
        if (accept(entry, ++place)) list.hosts.push_back(ReadHost(entry));
        return true;
      },
      was_array);
}

std::optional<JsonFault> ReadHostListHeader(std::string_view text, HostList& header) {
  header = {};
  if (auto fault = CheckJsonDepth(text)) return fault;
  bool was_array = false;
  return ListParser(text).Run(
      [&](std::string_view name, const rapidjson::Value& value) {
        ReadHeaderMember(header, name, value);
        return true;
      },
      [](const rapidjson::Value&) { return false; }, was_array);
}

void WriteSummary(JsonWriter& out, const Summary& summary) {
  const MemberWriter write(out);
  out.StartObject();
  write("total", summary.total);
  for (const Status status : {Status::kUp, Status::kDegraded, Status::kFailing, Status::kDown, Status::kUnreachable,
                              Status::kUnknown, Status::kPaused, Status::kPending})
    write(NameOf(status), summary.by_status[static_cast<size_t>(status)]);
  write("uptime", summary.uptime);
  out.EndObject();
}

void WriteHostList(JsonWriter& out, const HostList& list, Defaults defaults) {
  const MemberWriter write(out);
  out.StartObject();
  write("format", 1);
  write("updated", UnixSeconds(list.updated));
  write("interval", list.interval);
  write(kRevisionName, list.revision);
  out.Key("monitor");
  out.StartObject();
  VisitMonitor(list.monitor, write);
  write("cycle_ms", static_cast<int64_t>(list.monitor.cycle.count()));
  out.EndObject();
  out.Key("summary");
  WriteSummary(out, Summarize(list));
  WriteUnknownMembers(out, list.unknown_members);
  out.Key("hosts");
  out.StartArray();
  if (defaults == Defaults::kWritten) {
    for (const Host& host : list.hosts) WriteHost(out, host);
  } else {
    DifferenceWriter differences(out);
    for (const Host& host : list.hosts) differences.Write(host);
  }
  out.EndArray();
  out.EndObject();
}

}  // namespace linewatch
