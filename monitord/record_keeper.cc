#include "monitord/record_keeper.h"

#include <cerrno>
#include <exception>
#include <utility>

#include "monitord/system/clock_watch.h"
#include "monitord/system/log.h"
#include "monitord/verdict/measurements.h"
#include "monitord/verdict/snapshot.h"
#include "store/text/wording.h"

namespace linewatch {
namespace {

constexpr std::chrono::milliseconds kRetryAfter{1000};
constexpr std::chrono::hours kRemoveEvery{24};
constexpr size_t kMostUnwrittenSteps = 12;  // an hour of the history

}  // namespace

std::string WriteFailureCode(const std::error_code& error) {
  const bool is_full = error == std::errc::no_space_on_device || error.value() == EDQUOT;
  return is_full ? "disk_full" : "write_failed";
}

RecordKeeper::RecordKeeper(const Folders& folders, std::chrono::milliseconds patience, NoticeList& notices)
    : notices_(notices),
      store_(folders, patience),
      events_(folders.events(), patience),
      history_(folders.history(), patience) {}

HostList RecordKeeper::Load(const Moment& now) {
  Findings findings;
  HostList list = store_.Load(findings);
  NoteSetAside(findings);
  events_.SkipUnreadable([this](const std::string& file, const std::system_error& why) {
    notices_.Put("events_unreadable",
                 "a file of events/ cannot be read: reports and uptimes lack what is in it, and people may be notified "
                 "twice of the same. Give the file back to the owner of its folder, or move it away: " +
                     file + ": " + why.code().message(),
                 why.what());
  });
  if (events_.has_snapshot(now.wall)) snapshot_month_ = FileMonthOf(now.wall);
  return list;
}

void RecordKeeper::Add(Event event) {
  if (unwritten_.size() == kMostUnwritten) {
    LogError("too many events wait for the disk: the oldest are dropped");
    unwritten_.erase(unwritten_.begin(), unwritten_.begin() + kMostUnwritten / 10);
  }
  unwritten_.push_back(std::move(event));
}

void RecordKeeper::Add(std::vector<Event> events) {
  for (Event& event : events) Add(std::move(event));
}

bool RecordKeeper::CloseStepWhenOver(Judge& judge, WallTime now) {
  const WallTime begin = StepOf(now);
  if (step_begin_ == kNever) step_begin_ = begin;
  if (begin == step_begin_) return false;
  if (unwritten_steps_.size() == kMostUnwrittenSteps) unwritten_steps_.erase(unwritten_steps_.begin());
  unwritten_steps_.push_back(judge.CloseStep(step_begin_, now));
  step_begin_ = begin;
  return true;
}

void RecordKeeper::CloseLastStep(Judge& judge, WallTime now) {
  if (step_begin_ != kNever) unwritten_steps_.push_back(judge.CloseStep(step_begin_, now));
}

void RecordKeeper::TurnMonths(const HostList& list, const HostStates& states, const Config& config, const Moment& now) {
  // The clock may also have been set into another month: what it says of the hosts may be old, then.
  if (std::exchange(snapshot_month_, FileMonthOf(now.wall)) != FileMonthOf(now.wall))
    Add(SnapshotOf(list, states, now.wall));
  if (last_removal_ && now.steady - *last_removal_ < kRemoveEvery) return;
  last_removal_ = now.steady;
  if (!is_clock_synchronised()) return;
  const std::chrono::days kept(config.retention_days);
  history_.RemoveOld(kept, now.wall);
  if (const int removed = events_.RemoveOld(kept, now.wall); removed > 0)
    LogInfo("events past retention_days are removed: " + CountOf(removed, "month"));
}

void RecordKeeper::NoteSetAside(const Findings& findings) {
  for (const auto& finding : findings) LogWarning(finding);
  for (const auto& finding : findings) set_aside_story_ += (set_aside_story_.empty() ? "" : "; ") + finding;
  const auto files = store_.SetAside();
  if (files.empty()) {
    set_aside_story_.clear();
    notices_.Remove("file_set_aside");
    return;
  }
  const std::string story = set_aside_story_.empty() ? "an earlier fault was set aside" : set_aside_story_;
  notices_.Put("file_set_aside", story + ". When you have seen to it, remove " + files.back());
}

void RecordKeeper::WriteEvents() {
  Attempt([this] {
    events_.Append(unwritten_);
    unwritten_.clear();
  });
}

HostStore::TakenOver RecordKeeper::WriteList(HostList& list, const Judge& judge, std::chrono::milliseconds checkpoint,
                                             SteadyTime now) {
  const auto is_over = [&](size_t host, const Acknowledgement& acknowledgement) {
    return judge.is_over(host, acknowledgement);
  };
  if (now - last_checkpoint_ >= checkpoint) is_checkpoint_due_ = true;
  HostStore::TakenOver taken;
  Attempt([&] {
    try {
      store_.Publish(list, is_checkpoint_due_ ? HostStore::Depth::kDurable : HostStore::Depth::kLive, taken, is_over);
    } catch (...) {
      // The list has other hosts now, whether it could be written or not.
      is_checkpoint_due_ = is_checkpoint_due_ || taken.is_edited;
      throw;
    }
    if (is_checkpoint_due_) last_checkpoint_ = now;
    is_checkpoint_due_ = false;
  });
  return taken;
}

void RecordKeeper::WriteHistory(WallTime now) {
  Attempt([&] {
    if (!unwritten_steps_.empty()) {
      history_.Append(unwritten_steps_);
      unwritten_steps_.clear();
      is_roll_up_due_ = true;
    }
    if (!is_roll_up_due_) return;
    history_.RollUp(now);
    is_roll_up_due_ = false;
  });
}

std::optional<std::string> RecordKeeper::EndWriting(SteadyTime now) {
  const auto failure = std::exchange(failure_, std::nullopt);
  if (!failure) {
    retry_at_.reset();
    for (const char* code : {"disk_full", "write_failed", "lock_held"}) notices_.Remove(code);
    return std::nullopt;
  }
  // Not at once: a failed try is itself noticed as a change in the folder.
  retry_at_ = now + kRetryAfter;
  notices_.Put(failure->code, failure->message, failure->for_the_log);
  if (failure->code == "lock_held") return std::nullopt;
  return failure->reason;
}

void RecordKeeper::Attempt(const std::function<void()>& write) {
  std::optional<Failure> failure;
  try {
    write();
  } catch (const LockTimeout& error) {
    failure = {"lock_held", "another program keeps hosts.json locked; what is seen stays in memory", error.what(),
               "hosts.json is locked"};
  } catch (const std::system_error& error) {
    failure = {WriteFailureCode(error.code()),
               "cannot write to the data folder; what is seen stays in memory: " + error.code().message(), error.what(),
               error.code().message()};
  } catch (const std::exception& error) {
    // For want of memory, most likely: the list may have other hosts already, which the caller must hear of.
    failure = {"write_failed", "the data folder could not be written; what is seen stays in memory", error.what(),
               error.what()};
  }
  if (failure && !failure_) failure_ = std::move(failure);
}

}  // namespace linewatch
