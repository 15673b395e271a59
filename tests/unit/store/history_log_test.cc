#include "store/history_log.h"

#include <fstream>

#include "tests/unit/catch.h"
#include "tests/unit/temp_dir.h"

namespace linewatch {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

constexpr WallTime kMidnight{1763769600s};  // 2025-11-22 00:00 UTC

Measured Up(float rtt, float up = 300) { return {rtt - 1, rtt, rtt + 1, 0, up, 0}; }
Measured Down() { return {Measured::kNone, Measured::kNone, Measured::kNone, 100, 0, 300}; }

HistoryStep Step(WallTime t, Measured a, Measured b) { return {t, {"aa", "bb"}, {a, b}}; }

HostPast::Steps Read(const HistoryLog& log, const char* host, Tier tier, WallTime from, WallTime to) {
  const auto span = std::chrono::duration_cast<std::chrono::seconds>(to - from);
  return log.ReadHost(host, {span, span, span}, to).Since(from, tier, LengthOf(tier));
}

HostPast::Steps DayOf(const HistoryLog& log, const char* host, WallTime now = kMidnight + 24h) {
  return Read(log, host, Tier::kMinutes, kMidnight, now);
}

TEST_CASE("a step of all hosts is one line that a person can read", "[history_log]") {
  const TempDir folder;
  HistoryLog log(folder / "history");
  log.Append({Step(kMidnight + 5min, {11.94F, 12.345F, 145.4F, 2.5F, 270, 30}, Down())});
  CHECK(Contents(folder / "history" / "300" / "2025-11-22.jsonl") ==
        "{\"t\":1763769900,\"hosts\":[\"aa\",\"bb\"]}\n"
        "{\"t\":1763769900,\"rtt_min\":[11.9,null],\"rtt_avg\":[12.3,null],\"rtt_max\":[145,null],"
        "\"loss\":{\"aa\":2.5,\"bb\":100},\"down\":{\"aa\":30,\"bb\":300},\"neither\":{}}\n");
}

TEST_CASE("what was measured of a host is read back", "[history_log]") {
  const TempDir folder;
  HistoryLog log(folder / "history");
  log.Append({Step(kMidnight, Up(12), Down()), Step(kMidnight + 5min, Up(13, 120), Up(0.034F))});
  const auto a = DayOf(log, "aa"), b = DayOf(log, "bb");
  REQUIRE(a.size() == 2);
  CHECK(a.at(kMidnight).rtt_avg == 12);
  CHECK(a.at(kMidnight).loss == 0);
  CHECK(a.at(kMidnight).up == 300);
  CHECK(a.at(kMidnight + 5min).up == 120);
  CHECK(a.at(kMidnight + 5min).down == 0);
  REQUIRE(b.size() == 2);
  CHECK(b.at(kMidnight).rtt_avg < 0);
  CHECK(b.at(kMidnight).loss == 100);
  CHECK(b.at(kMidnight).down == 300);
  CHECK(b.at(kMidnight + 5min).rtt_avg == 0.034F);
  CHECK(DayOf(log, "a").empty());
}

TEST_CASE("spaces that fill up a block of the disk change nothing of what is read", "[history_log]") {
  const TempDir folder;
  HistoryLog log(folder / "history");
  for (int i = 0; i < 200; ++i) log.Append({Step(kMidnight + i * 5min, Up(static_cast<float>(i)), Down())});
  CHECK_THAT(Contents(folder / "history" / "300" / "2025-11-22.jsonl"), Catch::Matchers::ContainsSubstring("} "));
  const auto a = DayOf(log, "aa");
  REQUIRE(a.size() == 200);
  for (int i = 0; i < 200; ++i) CHECK(a.at(kMidnight + i * 5min).rtt_avg == static_cast<float>(i));
}

TEST_CASE("a time of which nothing is known leaves no point", "[history_log]") {
  const TempDir folder;
  HistoryLog log(folder / "history");
  log.Append({Step(kMidnight, Up(12), Measured())});
  CHECK(DayOf(log, "bb").empty());
}

TEST_CASE("hosts come, go and change places", "[history_log]") {
  const TempDir folder;
  HistoryLog log(folder / "history");
  log.Append({Step(kMidnight, Up(1), Up(2))});
  log.Append({{kMidnight + 5min, {"bb", "cc"}, {Up(2), Up(3)}}});
  CHECK(DayOf(log, "aa").size() == 1);
  CHECK(DayOf(log, "bb").at(kMidnight + 5min).rtt_avg == 2);
  CHECK(DayOf(log, "cc").at(kMidnight + 5min).rtt_avg == 3);
}

TEST_CASE("a program that is started anew says again whom its lines are about", "[history_log]") {
  const TempDir folder;
  HistoryLog(folder / "history").Append({Step(kMidnight, Up(1), Up(2))});
  HistoryLog(folder / "history").Append({{kMidnight + 5min, {"bb"}, {Up(4)}}});
  CHECK(DayOf(HistoryLog(folder / "history"), "bb").at(kMidnight + 5min).rtt_avg == 4);
}

TEST_CASE("of two lines of the same step the later one counts", "[history_log]") {
  const TempDir folder;
  HistoryLog log(folder / "history");
  log.Append({Step(kMidnight, Up(1, 100), Up(2)), Step(kMidnight, Up(3, 280), Up(2))});
  const auto a = DayOf(log, "aa");
  REQUIRE(a.size() == 1);
  CHECK(a.at(kMidnight).up == 280);
  CHECK(a.at(kMidnight).rtt_avg == 3);
}

TEST_CASE("hours and days are what their parts were", "[history_log]") {
  const TempDir folder;
  HistoryLog log(folder / "history");
  std::vector<HistoryStep> steps;
  for (int i = 0; i < 24 * 12; ++i)
    steps.push_back(Step(kMidnight + i * 5min, i < 6 ? Down() : Up(i < 12 ? 10 : 20), Up(5)));
  log.Append(steps);
  log.RollUp(kMidnight + 24h);
  const auto hours = Read(log, "aa", Tier::kHours, kMidnight, kMidnight + 24h);
  REQUIRE(hours.size() == 24);
  const Measured& first = hours.at(kMidnight);
  CHECK(first.up == 1800);
  CHECK(first.down == 1800);
  CHECK(first.rtt_avg == 10);
  CHECK(first.rtt_min == 9);
  CHECK(first.loss == 50);
  const auto day = Read(log, "aa", Tier::kDays, kMidnight, kMidnight + 24h);
  REQUIRE(day.size() == 1);
  CHECK(day.at(kMidnight).down == 1800);
  CHECK(day.at(kMidnight).up == 86400 - 1800);
  CHECK(day.at(kMidnight).rtt_max == 21);
  CHECK(day.at(kMidnight).rtt_avg == Catch::Approx(19.8).margin(0.1));
}

TEST_CASE("what is not rolled up yet comes from the finer steps", "[history_log]") {
  const TempDir folder;
  HistoryLog log(folder / "history");
  for (int i = 0; i < 12 * 30 + 6; ++i) log.Append({Step(kMidnight + i * 5min, Up(10), Down())});
  const WallTime now = kMidnight + 30h + 30min;
  log.RollUp(now);
  const auto days_of_a = Read(log, "aa", Tier::kDays, kMidnight, now);
  REQUIRE(days_of_a.size() == 2);
  CHECK(days_of_a.at(kMidnight).up == 86400);
  CHECK(days_of_a.at(kMidnight + 24h).up == 6 * 3600 + 1800);
  const auto all = log.ReadAll(kMidnight, now);
  CHECK(all.at("aa").up == 30 * 3600 + 1800);
  CHECK(all.at("bb").down == 30 * 3600 + 1800);
  CHECK(all.at("bb").loss == 100);
}

TEST_CASE("an hour with a hole in it knows that it has one", "[history_log]") {
  const TempDir folder;
  HistoryLog log(folder / "history");
  for (int i : {0, 1, 2, 3, 9, 10, 11}) log.Append({Step(kMidnight + i * 5min, Up(10), Down())});
  log.RollUp(kMidnight + 1h);
  CHECK_THAT(Contents(folder / "history" / "3600" / "2025-11.jsonl"),
             Catch::Matchers::ContainsSubstring(R"("neither":{"aa":1500,"bb":1500})"));
  CHECK(Read(log, "aa", Tier::kHours, kMidnight, kMidnight + 2h).at(kMidnight).up == 2100);
}

TEST_CASE("wherever a roll-up was cut short, the next one completes it to the same", "[history_log]") {
  const TempDir folder;
  HistoryLog log(folder / "history");
  for (int i = 0; i < 12 * 50; ++i)
    log.Append({Step(kMidnight + i * 5min, Up(static_cast<float>(10 + i % 7)), i % 9 == 0 ? Down() : Up(3))});
  const WallTime now = kMidnight + 50h;
  log.RollUp(now);
  const auto hours = folder / "history" / "3600" / "2025-11.jsonl", years = folder / "history" / "86400" / "2025.jsonl";
  const auto whole = Read(log, "bb", Tier::kHours, kMidnight, now);
  const std::string text = Contents(hours);
  CHECK(whole.size() == 50);
  const size_t cut =
      GENERATE_COPY(size_t{0}, size_t{1}, size_t{40}, text.size() / 3, text.size() / 2 + 7, text.size() - 1);
  WriteInPlace(hours, text.substr(0, cut));
  std::filesystem::remove(years);
  HistoryLog next(folder / "history");
  next.RollUp(now);
  const auto again = Read(next, "bb", Tier::kHours, kMidnight, now);
  REQUIRE(again.size() == whole.size());
  for (const auto& [t, measured] : whole) {
    CHECK(again.at(t).up == measured.up);
    CHECK(again.at(t).down == measured.down);
    CHECK(again.at(t).rtt_avg == measured.rtt_avg);
  }
  CHECK(Read(next, "bb", Tier::kDays, kMidnight, now).size() == 3);
}

TEST_CASE("rolling up twice writes nothing twice", "[history_log]") {
  const TempDir folder;
  HistoryLog log(folder / "history");
  for (int i = 0; i < 12 * 3; ++i) log.Append({Step(kMidnight + i * 5min, Up(10), Up(3))});
  log.RollUp(kMidnight + 3h);
  const std::string text = Contents(folder / "history" / "3600" / "2025-11.jsonl");
  log.RollUp(kMidnight + 3h);
  HistoryLog(folder / "history").RollUp(kMidnight + 3h + 59min);
  CHECK(Contents(folder / "history" / "3600" / "2025-11.jsonl") == text);
}

TEST_CASE("what a clock wrote that was ahead keeps nothing waiting", "[history_log]") {
  const TempDir folder;
  HistoryLog log(folder / "history");
  for (int i = 0; i < 24; ++i) log.Append({Step(kMidnight + days(900) + i * 5min, Up(99), Up(99))});
  log.RollUp(kMidnight + days(900) + 2h);
  for (int i = 0; i < 12; ++i) log.Append({Step(kMidnight + i * 5min, Up(10), Up(3))});
  log.RollUp(kMidnight + 1h);
  const auto hours = Read(log, "aa", Tier::kHours, kMidnight, kMidnight + 1h);
  REQUIRE(hours.size() == 1);
  CHECK(hours.at(kMidnight).rtt_avg == 10);
}

TEST_CASE("lines that are torn or of no known kind are taken for none", "[history_log]") {
  const TempDir folder;
  HistoryLog log(folder / "history");
  log.Append({Step(kMidnight, Up(1), Up(2))});
  const auto file = folder / "history" / "300" / "2025-11-22.jsonl";
  const std::string text = Contents(file);
  const std::string garbage =
      "{}\n{\"t\":\n{\"t\":1763769600}\n{\"t\":1763770200,\"rtt_min\":[\n{\"t\":-1,\"hosts\":[]}\n";
  WriteInPlace(file, garbage + text + garbage + text.substr(0, text.size() - 20));
  CHECK(DayOf(log, "bb").size() == 1);
  CHECK(log.ReadAll(kMidnight, kMidnight + 24h).at("bb").rtt_avg == 2);
}

TEST_CASE("a line that leaves out the exceptions, or whom it is about, says no more than it does", "[history_log]") {
  const TempDir folder;
  std::filesystem::create_directories(folder / "history" / "300");
  std::ofstream(folder / "history" / "300" / "2025-11-22.jsonl")
      << "{\"t\":1763769600,\"hosts\":[\"aa\",\"bb\"]}\n"
      << "{\"t\":1763769600,\"rtt_min\":[11,1],\"rtt_avg\":[12,2],\"rtt_max\":[13,3]}\n"
      << "{\"t\":1763769900,\"hosts\":[\n"
      << "{\"t\":1763769900,\"hosts\":[}\n"
      << "{\"t\":1763769900,\"rtt_min\":[14,4],\"rtt_avg\":[15,5],\"rtt_max\":[16,6]}\n";
  const auto steps = DayOf(HistoryLog(folder / "history"), "aa");
  REQUIRE(steps.size() == 1);
  CHECK(steps.at(kMidnight).rtt_avg == 12);
  CHECK(steps.at(kMidnight).loss == 0);
  CHECK(steps.at(kMidnight).up == 300);
}

TEST_CASE("files that are too old are removed, unless the clock alone makes them old", "[history_log]") {
  const TempDir folder;
  HistoryLog log(folder / "history");
  for (int day = 0; day < 20; ++day) log.Append({Step(kMidnight + days(day), Up(1), Up(2))});
  const auto count = [&] {
    int files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder / "history" / "300")) ++files;
    return files;
  };
  log.RemoveOld(days(400), kMidnight + std::chrono::years(30));
  CHECK(count() == 20);
  log.RemoveOld(days(400), kMidnight + days(19) + 1h);
  CHECK(count() == 9);
  log.RemoveOld(days(400), kMidnight + days(19) + 1h);
  CHECK(count() == 9);
}

}  // namespace
}  // namespace linewatch
