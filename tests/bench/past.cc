// The past of many hosts, as monitord would have written it: history/ and events/ by their real writers, with the clock
// as an argument.
//   past FOLDER HOSTS DAYS UNTIL
// UNTIL is in Unix seconds; the first of the days begins at midnight of UTC. The hosts have the ids that lists.py gives.
// Every line has a moment without answers on most mornings, and an outage on some afternoons. The same arguments make the
// same files.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "store/event_log.h"
#include "store/history_log.h"

namespace linewatch {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

constexpr seconds kStep(300), kUntilDown(20);
constexpr int kStepsADay = 288;

struct Trouble {
  WallTime begin, end;  // nothing if it did not happen
  bool is_outage() const { return end - begin > kUntilDown; }
};

struct Line {
  std::string id, name, customer;
  float rtt;                        // milliseconds, mostly
  std::array<Trouble, 2> troubles;  // of the day, one in each half of it; none goes on past midnight
};

class Past {
 public:
  Past(const std::filesystem::path& folder, int count) : history_(folder / "history"), events_(folder / "events") {
    for (int i = 0; i < count; ++i) {
      char id[16];
      std::snprintf(id, sizeof id, "%010x", i);
      const std::string number = std::to_string(i);
      lines_.push_back({id, "Line " + number, "Customer " + std::to_string(i % 50), 1 + 59 * Chance(), {}});
    }
  }

  void Write(WallTime from, WallTime until) {
    for (WallTime day = from; day < until; day += days(1)) {
      for (Line& line : lines_) MakeTroubles(line, day);
      WriteEvents(day, until);
      std::vector<HistoryStep> steps;
      for (int i = 0; i < kStepsADay && day + (i + 1) * kStep <= until; ++i) steps.push_back(StepAt(day + i * kStep));
      history_.Append(steps);
      const WallTime now = std::min<WallTime>(day + days(1), until);
      history_.RollUp(now);
      history_.RemoveOld(days(400), now);
    }
  }

 private:
  float Chance() { return static_cast<float>(random_() >> 8) / static_cast<float>(1 << 23); }

  void MakeTroubles(Line& line, WallTime day) {
    line.troubles = {};
    const auto at = [&](hours after, hours within) {
      return day + after + seconds(static_cast<int>(Chance() * static_cast<float>(seconds(within).count())));
    };
    if (Chance() < 0.7F) {
      const WallTime begin = at(hours(0), hours(11));
      line.troubles[0] = {begin, begin + seconds(10)};
    }
    if (Chance() < 0.1F) {
      const WallTime begin = at(hours(12), hours(9));
      line.troubles[1] = {begin, begin + seconds(60 + static_cast<int>(7200 * Chance() * Chance()))};
    }
  }

  void WriteEvents(WallTime day, WallTime until) {
    std::vector<Event> events;
    for (const Line& line : lines_) {
      for (const Trouble& trouble : line.troubles) {
        if (trouble.begin == trouble.end) continue;
        const auto tell = [&](WallTime t, Status from, Status to, WallTime since) {
          if (t < until) events.push_back(StatusEvent{t, line.id, line.name, from, to, since, "no answer within 1 s"});
        };
        tell(trouble.begin, Status::kUp, Status::kFailing, trouble.begin);
        if (trouble.is_outage()) tell(trouble.begin + kUntilDown, Status::kFailing, Status::kDown, trouble.begin);
        tell(trouble.end, trouble.is_outage() ? Status::kDown : Status::kFailing, Status::kUp, trouble.end);
      }
    }
    std::stable_sort(events.begin(), events.end(),
                     [](const Event& a, const Event& b) { return TimeOf(a) < TimeOf(b); });
    if (!events_.has_snapshot(day)) events.insert(events.begin(), Snapshot(day));
    events_.Append(events);
  }

  HostsEvent Snapshot(WallTime t) const {
    HostsEvent snapshot{t, {}};
    for (const Line& line : lines_)
      snapshot.hosts.push_back({line.id, line.name, line.customer, 99.5, Status::kUp, t - days(1), "", false, false});
    return snapshot;
  }

  HistoryStep StepAt(WallTime t) {
    HistoryStep step{t, {}, {}};
    for (const Line& line : lines_) {
      seconds down{};
      for (const Trouble& trouble : line.troubles) {
        const WallTime begin = std::max(trouble.begin, t), end = std::min<WallTime>(trouble.end, t + kStep);
        if (begin < end) down += std::chrono::duration_cast<seconds>(end - begin);
      }
      Measured measured;
      measured.down = static_cast<float>(down.count());
      measured.up = static_cast<float>((kStep - down).count());
      measured.loss = 100 * measured.down / static_cast<float>(kStep.count());
      if (down == seconds() && Chance() < 0.02F) measured.loss = 100.0F / 30;
      if (down < kStep) {
        measured.rtt_avg = line.rtt * (1 + Chance() / 30);
        measured.rtt_min = measured.rtt_avg * (1 - Chance() / 10);
        measured.rtt_max = measured.rtt_avg * (1 + Chance() / 2);
      }
      step.hosts.push_back(line.id);
      step.measured.push_back(measured);
    }
    return step;
  }

  HistoryLog history_;
  EventLog events_;
  std::minstd_rand random_{1};
  std::vector<Line> lines_;
};

int Run(int count, char** arguments) {
  if (count != 5) {
    std::fputs("past FOLDER HOSTS DAYS UNTIL\n", stderr);
    return 2;
  }
  std::filesystem::create_directories(arguments[1]);
  const WallTime until = FromUnixSeconds(std::atof(arguments[4]));
  Past(arguments[1], std::atoi(arguments[2]))
      .Write(std::chrono::floor<days>(until) - days(std::atoi(arguments[3])), until);
  return 0;
}

}  // namespace
}  // namespace linewatch

int main(int count, char** arguments) try {
  return linewatch::Run(count, arguments);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
