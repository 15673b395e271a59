#include "monitord/notice_list.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "monitord/system/log.h"
#include "monitord/system/time_text.h"

namespace linewatch {
namespace {

// In the order of VoidReason.
constexpr std::array<Advice, kVoidReasons> kAdvice = {{
    {},
    {"not_sent", "some checks cannot be sent: the network interface is down or overloaded"},
    {"probing_late", "monitord does not get the processor in time: some checks are not counted"},
    {"replies_dropped",
     "replies are dropped for want of room: some checks are not counted; raise sysctl net.core.rmem_max"},
    {"crowded", "too many checks of services hang at a time: some were not made; give them shorter timeouts"},
    {"secrets_missing",
     "some websites are not checked: their passwords or headers are not in secrets.json (repair it, or set them "
     "again), or "
     "monitord cannot use their client certificates in the folder keys"},
    {"names_not_looked_up",
     "some names are not looked up in time, and their hosts not checked: the name servers of this machine, those of "
     "/etc/resolv.conf, do not answer"},
}};

}  // namespace

void NoticeList::Put(std::string_view code, const std::string& message, const std::string& for_the_log) {
  const auto same = std::find_if(notices_.begin(), notices_.end(), [&](const Notice& n) { return n.code == code; });
  if (same != notices_.end() && same->message == message) return;
  LogWarning(for_the_log.empty() ? message : message + " (" + for_the_log + ")");
  if (same != notices_.end()) {
    same->message = message;
  } else {
    notices_.push_back({std::string(code), message, WallNow()});
  }
  is_changed_ = true;
}

void NoticeList::PutWhile(const std::optional<std::string>& message, std::string_view code) {
  if (message) {
    Put(code, *message);
  } else {
    Remove(code);
  }
}

void NoticeList::Remove(std::string_view code) {
  if (std::erase_if(notices_, [&](const Notice& n) { return n.code == code; }) > 0) is_changed_ = true;
}

bool NoticeList::TakeChanged() { return std::exchange(is_changed_, false); }

const Advice& AdviceOn(VoidReason void_reason) { return kAdvice[static_cast<size_t>(void_reason)]; }

std::string WriteFailureCode(const std::error_code& error) {
  const bool is_full = error == std::errc::no_space_on_device || error.value() == EDQUOT;
  return is_full ? "disk_full" : "write_failed";
}

std::string Describe(const MonitorEvent& event) {
  const auto length = [&] { return DurationText(std::chrono::abs(event.t - event.since)); };
  if (event.state == MonitorChange::kBlind)
    return "monitord is blind: hosts that do not answer are unknown, none is blamed";
  if (event.state == MonitorChange::kSight) return "monitord sees again, after " + length();
  if (event.state == MonitorChange::kLate)
    return "nobody watched for " + length() + ": the machine slept, or monitord was held up";
  if (event.state == MonitorChange::kClock)
    return "the clock was set " + std::string(event.t > event.since ? "forward" : "back") + " by " + length();
  return std::string(NameOf(event.state));
}

}  // namespace linewatch
