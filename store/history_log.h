// What was measured of all hosts, step by step, for charts and long-range uptime: appended, rolled up with age,
// bounded.
//
// Five minutes are the finest step; they become hours and hours become days. Only monitord writes. Readers need no
// lock, and skip a line that they do not understand.
#ifndef LINEWATCH_STORE_HISTORY_LOG_H_
#define LINEWATCH_STORE_HISTORY_LOG_H_

#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/file/file_lock.h"
#include "store/value/wall_time.h"

namespace linewatch {

// One host in one step.
struct Measured {
  static constexpr float kNone = -1;  // nothing has answered, or nothing was asked

  float rtt_min = kNone, rtt_avg = kNone, rtt_max = kNone;  // milliseconds
  float loss = kNone;                                       // percent of what was asked
  float up = 0, down = 0;                                   // seconds; the rest of the step says nothing of the host

  // Takes in another part of the same time: round trips weigh by the time in which there were answers.
  void Add(const Measured& other);
};

// Of every host there was, in the order of `hosts`.
struct HistoryStep {
  WallTime t;  // when it began: a multiple of its length since 1970
  std::vector<std::string> hosts;
  std::vector<Measured> measured;
};

// How fine a step is; kMinutes are five.
enum class Tier : uint8_t { kMinutes, kHours, kDays };
inline constexpr size_t kTiers = 3;
std::chrono::seconds LengthOf(Tier tier);

// What is kept of one host, by the beginning of each step.
class HostPast {
 public:
  using Steps = std::map<WallTime, Measured>;

  // From `from` on in steps of `length`, which is a multiple of that of `tier`; what is not rolled up yet comes from
  // the finer tiers. Steps of which nothing is known are left out.
  Steps Since(WallTime from, Tier tier, std::chrono::seconds length) const;

 private:
  friend class HistoryLog;
  struct {
    Steps steps;
    WallTime end = kNever;  // of the last step of any host
  } tiers_[kTiers];
};

class HistoryLog {
 public:
  // `folder` is made on the first append.
  explicit HistoryLog(std::filesystem::path folder, std::chrono::milliseconds patience = kLockPatience);

  // Appends steps of five minutes; they are on the disk when this returns. Throws std::system_error: then some of
  // them may be missing, and all may be appended once more, for of two lines of the same step the later one counts.
  void Append(const std::vector<HistoryStep>& steps);

  // Writes the hours and days that are over and have not been written yet, from what the disk holds of them: a run that
  // was cut short is made up for by the next. Steps that lie ahead of `now` wait for their time. Throws
  // std::system_error.
  void RollUp(WallTime now);

  // Removes five minutes after eight days, hours after three months and days after `kept`, in whole files. As many
  // files as that must be left, or nothing is removed: a clock that is far ahead makes nothing old.
  void RemoveOld(std::chrono::days kept, WallTime now) const;

  // One host: of each tier the steps that begin in its span of time before `to`, in one pass over its files. Throws
  // std::system_error.
  using Spans = std::array<std::chrono::seconds, kTiers>;
  HostPast ReadHost(std::string_view host, const Spans& spans, WallTime to) const;

  // The whole time from `from` to `to` of each host in one, by days as far as there are any. Throws
  // std::system_error.
  std::map<std::string, Measured, std::less<>> ReadAll(WallTime from, WallTime to) const;

 private:
  std::filesystem::path FolderOf(Tier tier) const;
  std::vector<std::filesystem::path> FilesOf(Tier tier) const;
  void AppendTo(Tier tier, const std::vector<HistoryStep>& steps);
  // When the last step of the tier that is over by `now` has ended; kNever without one.
  WallTime EndOf(Tier tier, WallTime now) const;
  void RollUpInto(Tier tier, WallTime now);

  std::filesystem::path folder_;
  std::chrono::milliseconds patience_;
  // The hosts that the last line of each tier's youngest file stands for, as far as this process has written it.
  struct Head {
    std::filesystem::path file;
    std::vector<std::string> hosts;
  };
  std::array<Head, kTiers> heads_;
  std::array<WallTime, kTiers> rolled_up_until_{};  // as far as this process knows it
};

}  // namespace linewatch

#endif
