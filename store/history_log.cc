// The format of history/: three folders named after the seconds of a step, 300, 3600 and 86400, with a file for each
// day, month and year of UTC: 300/2026-11-28.jsonl, 3600/2026-11.jsonl, 86400/2026.jsonl. A line is one of two:
//   {"t":1763800200,"hosts":["k3f9w2x1ab","p07xq1c9zz"]}
//   {"t":1763800200,"rtt_min":[11.9,null],"rtt_avg":[12.3,null],"rtt_max":[19,null],
//    "loss":{"p07xq1c9zz":100},"down":{"p07xq1c9zz":300},"neither":{}}
// The first says which hosts the lines after it are about, in this order; it stands at the top of each file, and again
// when the hosts have changed. The second is a step that began at `t`, in Unix seconds: milliseconds with three digits,
// null where nothing has answered; percent of loss, seconds in which the host was down, and seconds that say nothing of
// it, for the hosts that have any. All the rest of the step it was up.
// There is no white space in a line but at its end, where spaces fill up blocks of the disk, and its members stand in
// this order: one host is found in it by counting commas.
// Of two lines of the same step the later one counts: monitord was started anew within it, or the clock was set back.
#include "store/history_log.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <optional>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "store/file/append_file.h"
#include "store/file/atomic_file.h"
#include "store/file/folder.h"
#include "store/json/json_members.h"

namespace linewatch {
namespace {

using std::chrono::days;
using std::chrono::seconds;

constexpr std::array<Tier, kTiers> kAllTiers = {Tier::kMinutes, Tier::kHours, Tier::kDays};

Tier FinerThan(Tier tier) { return tier == Tier::kDays ? Tier::kHours : Tier::kMinutes; }

std::string FileName(Tier tier, WallTime t) {
  const std::chrono::year_month_day day(std::chrono::floor<days>(t));
  char name[40];
  const int year = static_cast<int>(day.year());
  const auto month = static_cast<unsigned>(day.month()), number = static_cast<unsigned>(day.day());
  int length = 0;
  if (tier == Tier::kDays) length = std::snprintf(name, sizeof name, "%04d.jsonl", year);
  if (tier == Tier::kHours) length = std::snprintf(name, sizeof name, "%04d-%02u.jsonl", year, month);
  if (tier == Tier::kMinutes) length = std::snprintf(name, sizeof name, "%04d-%02u-%02u.jsonl", year, month, number);
  return {name, static_cast<size_t>(length)};
}

// When the time of a file is over at the latest; nothing if its name is none of ours.
std::optional<WallTime> EndOfFile(Tier tier, const std::filesystem::path& file) {
  int year = 0;
  unsigned month = 1, day = 1;
  if (std::sscanf(file.stem().c_str(), "%d-%2u-%2u", &year, &month, &day) < 1) return std::nullopt;
  const std::chrono::year_month_day first{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!first.ok()) return std::nullopt;
  constexpr days kLongest[] = {days(1), days(31), days(366)};
  return WallTime(std::chrono::sys_days(first) + kLongest[static_cast<size_t>(tier)]);
}

WallTime BeginOfStep(WallTime t, seconds length) {
  return WallTime(std::chrono::floor<seconds>(t.time_since_epoch()) / length * length);
}

// ---- Writing

// Three digits are what a person reads, and a fifth of the bytes.
double ThreeDigits(float ms) {
  const double value = static_cast<double>(ms);
  if (value >= 100) return std::round(value);
  if (value >= 10) return std::round(value * 10) / 10;
  return value >= 1 ? std::round(value * 100) / 100 : value;
}

std::string HostsLine(const HistoryStep& step) {
  return JsonText([&](JsonWriter& out) {
           const MemberWriter write(out);
           out.StartObject();
           write("t", step.t);
           write("hosts", step.hosts);
           out.EndObject();
         }) +
         '\n';
}

std::string StepLine(const HistoryStep& step, seconds length) {
  return JsonText([&](JsonWriter& out) {
           const MemberWriter write(out);
           const auto round_trips = [&](std::string_view name, float Measured::*field) {
             out.Key(name);
             out.StartArray();
             for (const Measured& measured : step.measured) {
               const float ms = measured.*field;
               if (ms < 0) {
                 out.Null();
               } else {
                 WriteJson(out, ThreeDigits(ms));
               }
             }
             out.EndArray();
           };
           const auto exceptions = [&](std::string_view name, auto&& value_of) {
             out.Key(name);
             out.StartObject();
             for (size_t i = 0; i < step.hosts.size(); ++i)
               if (const double value = value_of(step.measured[i]); value > 0) write(step.hosts[i], value);
             out.EndObject();
           };
           const auto whole = [](float value) { return static_cast<double>(std::round(value)); };
           out.StartObject();
           write("t", step.t);
           round_trips("rtt_min", &Measured::rtt_min);
           round_trips("rtt_avg", &Measured::rtt_avg);
           round_trips("rtt_max", &Measured::rtt_max);
           exceptions("loss", [](const Measured& m) { return ThreeDigits(std::max(m.loss, 0.0F)); });
           exceptions("down", [&](const Measured& m) { return whole(m.down); });
           exceptions("neither", [&](const Measured& m) {
             return static_cast<double>(length.count()) - whole(m.up) - whole(m.down);
           });
           out.EndObject();
         }) +
         '\n';
}

// ---- Reading

std::optional<WallTime> TimeOfLine(std::string_view line) {
  constexpr std::string_view kBegin = R"({"t":)";
  if (!line.starts_with(kBegin)) return std::nullopt;
  double t = 0;
  if (std::from_chars(line.data() + kBegin.size(), line.data() + line.size(), t).ec != std::errc()) return std::nullopt;
  const WallTime time = FromUnixSeconds(t);
  return time == kNever ? std::nullopt : std::optional(time);
}

// What follows `part`; nothing without it. memmem is ten times as fast as find where a first character is frequent.
std::string_view After(std::string_view text, std::string_view part) {
  if (text.empty()) return {};  // of what is not there: memmem takes no null pointer
  const void* found = memmem(text.data(), text.size(), part.data(), part.size());
  if (found == nullptr) return {};
  return text.substr(static_cast<size_t>(static_cast<const char*>(found) - text.data()) + part.size());
}

// The inside of the array or object that is the member's value, with `line` moved on behind it: the members stand in
// their order. Empty if the line is not of our making.
std::string_view Take(std::string_view& line, std::string_view member, char close) {
  const auto rest = After(line, member);
  const size_t end = rest.find(close);
  if (end == rest.npos) return {};
  line = rest.substr(end);
  return rest.substr(0, end);
}

float NumberAt(std::string_view text, float otherwise) {
  float value = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::isfinite(value) && value >= 0 ? value : otherwise;
}

// Of eight characters at a time: the high bit of each byte that is a comma, and of no other (Warren, Hacker's Delight,
// 6-1, in the form without false finds).
size_t CommasInWord(const char* eight) {
  constexpr uint64_t kCommas = 0x2c2c2c2c2c2c2c2c, kLow = 0x7f7f7f7f7f7f7f7f;
  uint64_t word = 0;
  std::memcpy(&word, eight, sizeof word);
  word ^= kCommas;
  const uint64_t commas = ~(((word & kLow) + kLow) | word | kLow);
  return static_cast<size_t>((commas >> 7) * 0x0101010101010101 >> 56);
}

size_t CommasIn(std::string_view text) {
  size_t count = 0;
  for (; text.size() >= sizeof(uint64_t); text.remove_prefix(sizeof(uint64_t))) count += CommasInWord(text.data());
  return count + static_cast<size_t>(std::count(text.begin(), text.end(), ','));
}

float ElementAt(std::string_view elements, size_t index) {
  while (elements.size() >= sizeof(uint64_t)) {
    const size_t commas = CommasInWord(elements.data());
    if (commas >= index) break;
    index -= commas;
    elements.remove_prefix(sizeof(uint64_t));
  }
  for (; index > 0 && !elements.empty(); elements.remove_prefix(1))
    if (elements.front() == ',') --index;
  return NumberAt(elements, Measured::kNone);
}

float ExceptionOf(std::string_view exceptions, std::string_view quoted_host) {
  const auto rest = After(exceptions, quoted_host);
  return rest.starts_with(':') ? NumberAt(rest.substr(1), 0) : 0;
}

constexpr std::string_view kRttMin = R"("rtt_min":[)", kRttAvg = R"("rtt_avg":[)", kRttMax = R"("rtt_max":[)",
                           kLoss = R"("loss":{)", kDown = R"("down":{)", kNeither = R"("neither":{)";

// With the time that is left to be up, and without a loss where nothing was checked.
Measured Complete(Measured measured, float neither, seconds length) {
  const auto whole = static_cast<float>(length.count());
  measured.down = std::min(measured.down, whole);
  measured.up = std::clamp(whole - measured.down - neither, 0.0F, whole);
  if (measured.rtt_avg < 0 && measured.up + measured.down <= 0) measured.loss = Measured::kNone;
  return measured;
}

Measured OneOf(std::string_view line, size_t index, std::string_view quoted_host, seconds length) {
  Measured one;
  one.rtt_min = ElementAt(Take(line, kRttMin, ']'), index);
  one.rtt_avg = ElementAt(Take(line, kRttAvg, ']'), index);
  one.rtt_max = ElementAt(Take(line, kRttMax, ']'), index);
  one.loss = ExceptionOf(Take(line, kLoss, '}'), quoted_host);
  one.down = ExceptionOf(Take(line, kDown, '}'), quoted_host);
  return Complete(one, ExceptionOf(Take(line, kNeither, '}'), quoted_host), length);
}

std::vector<float> Numbers(std::string_view elements, size_t count) {
  std::vector<float> numbers;
  numbers.reserve(count);
  while (numbers.size() < count) {
    const size_t comma = elements.find(',');
    numbers.push_back(NumberAt(elements.substr(0, comma), Measured::kNone));
    elements = comma == elements.npos ? std::string_view() : elements.substr(comma + 1);
  }
  return numbers;
}

using Places = std::unordered_map<std::string_view, size_t>;

void ForExceptions(std::string_view exceptions, const Places& places, auto&& take) {
  while (!exceptions.empty()) {
    const size_t comma = exceptions.find(',');
    const auto one = exceptions.substr(0, comma);
    exceptions = comma == exceptions.npos ? std::string_view() : exceptions.substr(comma + 1);
    const size_t colon = one.find("\":");
    if (colon == one.npos || !one.starts_with('"')) continue;
    if (const auto place = places.find(one.substr(1, colon - 1)); place != places.end())
      take(place->second, NumberAt(one.substr(colon + 2), 0));
  }
}

std::vector<Measured> AllOf(std::string_view line, size_t count, const Places& places, seconds length) {
  std::vector<Measured> all(count);
  const auto minima = Numbers(Take(line, kRttMin, ']'), count), means = Numbers(Take(line, kRttAvg, ']'), count),
             maxima = Numbers(Take(line, kRttMax, ']'), count);
  for (size_t i = 0; i < count; ++i) all[i] = {minima[i], means[i], maxima[i], 0, 0, 0};
  ForExceptions(Take(line, kLoss, '}'), places, [&](size_t i, float value) { all[i].loss = value; });
  ForExceptions(Take(line, kDown, '}'), places, [&](size_t i, float value) { all[i].down = value; });
  std::vector<float> neither(count);
  ForExceptions(Take(line, kNeither, '}'), places, [&](size_t i, float value) { neither[i] = value; });
  for (size_t i = 0; i < count; ++i) all[i] = Complete(all[i], neither[i], length);
  return all;
}

// Hands on the lines of a file that are whole: those with the hosts to one, those of steps to the other.
void ReadFile(const std::filesystem::path& file, auto&& take_hosts, auto&& take_step) {
  ReadLines(file, [&](std::string_view line) {
    line = line.substr(0, line.find_last_not_of(' ') + 1);
    const auto t = TimeOfLine(line);
    if (!t || !line.ends_with('}')) return true;
    const size_t next = line.find(',');
    if (next == line.npos) return true;
    auto rest = line.substr(next + 1);
    if (rest.starts_with(R"("hosts":[)")) {
      take_hosts(Take(rest, R"("hosts":[)", ']'));
    } else if (rest.starts_with(kRttMin)) {
      take_step(*t, line);
    }
    return true;
  });
}

std::vector<std::string> NamesIn(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const size_t comma = list.find(',');
    auto name = list.substr(0, comma);
    list = comma == list.npos ? std::string_view() : list.substr(comma + 1);
    if (name.starts_with('"')) name.remove_prefix(1);
    if (name.ends_with('"')) name.remove_suffix(1);
    names.emplace_back(name);
  }
  return names;
}

// What a file tells of the time from `from` to before `to`. Of two lines of the same step the later one counts.
std::map<WallTime, HistoryStep> StepsIn(const std::filesystem::path& file, seconds length, WallTime from, WallTime to) {
  std::map<WallTime, HistoryStep> steps;
  std::vector<std::string> hosts;
  Places places;
  ReadFile(
      file,
      [&](std::string_view list) {
        hosts = NamesIn(list);
        places.clear();
        for (size_t i = 0; i < hosts.size(); ++i) places.emplace(hosts[i], i);
      },
      [&](WallTime t, std::string_view line) {
        if (t >= from && t < to) steps[t] = {t, hosts, AllOf(line, hosts.size(), places, length)};
      });
  return steps;
}

// Sums up what began before `before` into steps of `length`, takes it out of `parts`, and adds the sums to `steps`.
void SumUp(std::map<WallTime, HistoryStep>& parts, WallTime before, seconds length, std::vector<HistoryStep>& steps) {
  std::map<WallTime, std::map<std::string, Measured>> sums;
  while (!parts.empty() && parts.begin()->first < before) {
    const HistoryStep& part = parts.begin()->second;
    auto& sum = sums[BeginOfStep(part.t, length)];
    for (size_t i = 0; i < part.hosts.size(); ++i) {
      const auto [own, is_new] = sum.emplace(part.hosts[i], part.measured[i]);
      if (!is_new) own->second.Add(part.measured[i]);
    }
    parts.erase(parts.begin());
  }
  for (auto& [t, sum] : sums) {
    HistoryStep& step = steps.emplace_back(HistoryStep{t, {}, {}});
    for (auto& [host, measured] : sum) {
      step.hosts.push_back(host);
      step.measured.push_back(measured);
    }
  }
}

}  // namespace

void Measured::Add(const Measured& other) {
  const auto with_answers = [](const Measured& m) { return std::max(m.up, 1.0F) * (1 - std::max(m.loss, 0.0F) / 100); };
  const auto counted = [](const Measured& m) { return std::max(m.up + m.down, 1.0F); };
  if (rtt_avg < 0) {
    rtt_min = other.rtt_min;
    rtt_avg = other.rtt_avg;
    rtt_max = other.rtt_max;
  } else if (other.rtt_avg >= 0) {
    const float mine = std::max(with_answers(*this), 0.01F), its = std::max(with_answers(other), 0.01F);
    rtt_avg = (rtt_avg * mine + other.rtt_avg * its) / (mine + its);
    rtt_min = std::min(rtt_min, other.rtt_min);
    rtt_max = std::max(rtt_max, other.rtt_max);
  }
  if (loss < 0) {
    loss = other.loss;
  } else if (other.loss >= 0) {
    loss = (loss * counted(*this) + other.loss * counted(other)) / (counted(*this) + counted(other));
  }
  up += other.up;
  down += other.down;
}

seconds LengthOf(Tier tier) {
  constexpr seconds kLengths[] = {seconds(300), seconds(3600), seconds(86400)};
  return kLengths[static_cast<size_t>(tier)];
}

HistoryLog::HistoryLog(std::filesystem::path folder, std::chrono::milliseconds patience)
    : folder_(std::move(folder)), patience_(patience) {}

std::filesystem::path HistoryLog::FolderOf(Tier tier) const { return folder_ / std::to_string(LengthOf(tier).count()); }

std::vector<std::filesystem::path> HistoryLog::FilesOf(Tier tier) const {
  auto files = FilesIn(FolderOf(tier));
  std::erase_if(files, [](const auto& file) { return file.extension() != ".jsonl"; });
  return files;
}

void HistoryLog::Append(const std::vector<HistoryStep>& steps) { AppendTo(Tier::kMinutes, steps); }

// The steps of one file in one write: mostly there is one step, and always few files.
void HistoryLog::AppendTo(Tier tier, const std::vector<HistoryStep>& steps) {
  const auto folder = FolderOf(tier);
  Head& head = heads_[static_cast<size_t>(tier)];
  for (size_t i = 0; i < steps.size();) {
    const auto file = folder / FileName(tier, steps[i].t);
    std::string lines;
    Expected expected{0, 100};  // a third of a day: a file in four pieces needs no block of its own to list them
    Head after = head;
    for (; i < steps.size() && folder / FileName(tier, steps[i].t) == file; ++i) {
      if (after.file != file || after.hosts != steps[i].hosts) lines += HostsLine(steps[i]);
      after = {file, steps[i].hosts};
      const std::string line = StepLine(steps[i], LengthOf(tier));
      lines += line;
      expected.length = line.size();
    }
    for (const auto& made : {folder_, folder})
      if (std::filesystem::create_directory(made)) SyncFolder(made.parent_path());
    AppendLines(file, lines, patience_, expected);
    head = std::move(after);
  }
}

WallTime HistoryLog::EndOf(Tier tier, WallTime now) const {
  const auto files = FilesOf(tier);
  WallTime end = kNever;
  for (auto file = files.rbegin(); file != files.rend() && end == kNever; ++file) {
    if (file->filename() > FileName(tier, now)) continue;
    ReadFile(
        *file, [](std::string_view) {},
        [&](WallTime t, std::string_view) {
          if (t + LengthOf(tier) <= now) end = std::max(end, t + LengthOf(tier));
        });
  }
  return end;
}

void HistoryLog::RollUp(WallTime now) {
  RollUpInto(Tier::kHours, now);
  RollUpInto(Tier::kDays, now);
}

void HistoryLog::RollUpInto(Tier tier, WallTime now) {
  WallTime& known = rolled_up_until_[static_cast<size_t>(tier)];
  const WallTime end = BeginOfStep(now, LengthOf(tier));
  // What was rolled up by a clock that was ahead does not count now.
  const WallTime begin = known != kNever && known <= end ? known : EndOf(tier, now);
  if (begin >= end) return;
  const Tier finer = FinerThan(tier);
  std::map<WallTime, HistoryStep> parts;
  std::vector<HistoryStep> steps;
  for (const auto& file : FilesOf(finer)) {
    const auto over = EndOfFile(finer, file);
    if (!over || *over <= begin || file.filename() > FileName(finer, end)) continue;
    for (auto& [t, step] : StepsIn(file, LengthOf(finer), begin, end)) parts[t] = std::move(step);
    // No file of a finer tier holds less than a step of this one; what lies before its end is complete.
    SumUp(parts, BeginOfStep(*over, LengthOf(tier)), LengthOf(tier), steps);
  }
  SumUp(parts, end, LengthOf(tier), steps);
  AppendTo(tier, steps);
  known = end;
}

void HistoryLog::RemoveOld(days kept, WallTime now) const {
  const struct {
    Tier tier;
    days kept;
    int64_t least;  // files
  } rules[] = {{Tier::kMinutes, days(8), 8}, {Tier::kHours, days(93), 3}, {Tier::kDays, kept, 1 + kept / days(366)}};
  for (const auto& rule : rules) {
    const auto files = FilesOf(rule.tier);
    const auto is_old = [&](const std::filesystem::path& file) {
      const auto end = EndOfFile(rule.tier, file);
      return end && *end + rule.kept < now;
    };
    const auto old = std::count_if(files.begin(), files.end(), is_old);
    if (static_cast<int64_t>(files.size()) - old < rule.least) continue;
    for (const auto& file : files)
      if (is_old(file)) std::filesystem::remove(file);
  }
}

HostPast::Steps HostPast::Since(WallTime from, Tier tier, seconds length) const {
  Steps points;
  WallTime begin = from;
  for (size_t i = static_cast<size_t>(tier) + 1; i-- > 0;) {
    const auto& [steps, end] = tiers_[i];
    for (auto step = steps.lower_bound(begin); step != steps.end(); ++step) {
      const auto& [t, measured] = *step;
      if (measured.up + measured.down <= 0 && measured.rtt_avg < 0) continue;
      const auto [point, is_new] = points.emplace(std::max(BeginOfStep(t, length), from), measured);
      if (!is_new) point->second.Add(measured);
    }
    begin = std::max(begin, end);
  }
  return points;
}

HostPast HistoryLog::ReadHost(std::string_view host, const Spans& spans, WallTime to) const {
  HostPast past;
  const std::string quoted = '"' + std::string(host) + '"';
  for (const Tier tier : kAllTiers) {
    auto& kept = past.tiers_[static_cast<size_t>(tier)];
    const WallTime from = to - spans[static_cast<size_t>(tier)];
    for (const auto& file : FilesOf(tier)) {
      if (file.filename() < FileName(tier, from) || file.filename() > FileName(tier, to)) continue;
      std::optional<size_t> index;
      ReadFile(
          file,
          [&](std::string_view list) {
            const size_t left = After(list, quoted).size();
            index.reset();
            if (left > 0 || list.ends_with(quoted)) index = CommasIn(list.substr(0, list.size() - left));
          },
          [&](WallTime t, std::string_view line) {
            if (t < from || t >= to) return;
            kept.end = std::max(kept.end, t + LengthOf(tier));
            if (index)
              kept.steps[t] = OneOf(line, *index, quoted, LengthOf(tier));  // of two lines the later one counts
          });
    }
  }
  return past;
}

std::map<std::string, Measured, std::less<>> HistoryLog::ReadAll(WallTime from, WallTime to) const {
  std::map<std::string, Measured, std::less<>> all;
  WallTime begin = from;
  for (size_t i = kTiers; i-- > 0;) {
    const Tier own = kAllTiers[i];
    WallTime end = begin;
    for (const auto& file : FilesOf(own)) {
      if (file.filename() < FileName(own, begin) || file.filename() > FileName(own, to)) continue;
      for (const auto& [t, step] :
           StepsIn(file, LengthOf(own), begin, to - LengthOf(own) + std::chrono::microseconds(1))) {
        end = std::max(end, t + LengthOf(own));
        for (size_t k = 0; k < step.hosts.size(); ++k) {
          const auto [sum, is_new] = all.emplace(step.hosts[k], step.measured[k]);
          if (!is_new) sum->second.Add(step.measured[k]);
        }
      }
    }
    begin = end;
  }
  return all;
}

}  // namespace linewatch
