// The format of outbox/: a file ID.CHANNEL.json for each message and channel, one JSON object:
//   {"id":"k3f9…","channel":"smtp","queued":1763800000.12,"attempts":2,"next":1763800020.5,"error":"EHLO: cancelled",
//    "subject":"DOWN Server A …","text":"…","html":"…","to":["noc@example.net"],"alerts":[{"kind":"down",…}],…}
// The members are listed once, below. Times are Unix seconds. The file goes when the channel has accepted the message.
#include "store/outbox.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <tuple>

#include "store/alert_json.h"
#include "store/file/atomic_file.h"
#include "store/file/descriptor.h"
#include "store/host_json.h"
#include "store/json/json_members.h"
#include "store/text/random_name.h"

namespace linewatch {

template <MaybeConst<Alert> A>
void VisitMembers(A& alert, auto&& visit) {
  visit("kind", alert.kind);
  visit("t", alert.t);
  visit("since", alert.since);
  visit("host", alert.host);
  visit("name", alert.name);
  visit("ip", alert.ip);
  visit("customer", alert.customer);
  visit("group", alert.group);
  visit("status", alert.status);
  visit("reason", alert.reason);
  visit("last_good", alert.last_good);
  visit("is_repeat", alert.is_repeat);
  visit("is_late", alert.is_late);
  visit("below", alert.below);
  visit("dependents", alert.dependents);
  visit("dependents_count", alert.dependents_count);
}

template <MaybeConst<QueuedMessage> Q>
void VisitMembers(Q& queued, auto&& visit) {
  visit("id", queued.message.id);
  visit("channel", queued.channel);
  visit("channels", queued.channels);
  visit("instead_of", queued.instead_of);
  visit("number", queued.number);
  visit("queued", queued.message.queued);
  visit("attempts", queued.attempts);
  visit("next", queued.next);
  visit("error", queued.error);
  visit("waited", queued.waited);
  visit("may_have_arrived", queued.may_have_arrived);
  visit("is_handed_on", queued.is_handed_on);
  visit("subject", queued.message.subject);
  visit("text", queued.message.text);
  visit("html", queued.message.html);
  visit("to", queued.message.to);
  visit("alerts", queued.message.alerts);
  visit("attachment_name", queued.message.attachment.name);
  visit("attachment", queued.message.attachment.content);
}

namespace {

// Private: it holds mail addresses.
constexpr mode_t kMode = 0640;

bool is_name(std::string_view text) { return is_random_name(text, 64); }

}  // namespace

std::filesystem::path Outbox::PathOf(const QueuedMessage& queued) const {
  return folder_ / (queued.message.id + '.' + queued.channel + ".json");
}

std::vector<QueuedMessage> Outbox::Read(std::vector<std::string>* damaged) const {
  std::vector<QueuedMessage> found;
  std::error_code error;
  std::filesystem::directory_iterator files(folder_, error);
  if (error == std::errc::no_such_file_or_directory) return found;
  if (error) throw std::system_error(error, "read the folder " + folder_.string());
  for (const auto& file : files) {
    if (file.path().extension() != ".json") continue;
    rapidjson::Document parsed;
    QueuedMessage queued;
    try {
      const bool is_good = !ParseJson(ReadFile(file.path(), kMaxBytes), parsed) && ReadJson(parsed, queued) &&
                           is_name(queued.message.id) && is_name(queued.channel) && PathOf(queued) == file.path();
      if (is_good) {
        found.push_back(std::move(queued));
        continue;
      }
    } catch (const std::system_error& fault) {
      if (fault.code() == std::errc::no_such_file_or_directory) continue;  // delivered meanwhile
    }
    if (damaged != nullptr) damaged->push_back(file.path().filename().string());
  }
  std::sort(found.begin(), found.end(), [](const QueuedMessage& a, const QueuedMessage& b) {
    return std::tie(a.number, a.message.queued, a.message.id, a.channel) <
           std::tie(b.number, b.message.queued, b.message.id, b.channel);
  });
  return found;
}

void Outbox::Put(const QueuedMessage& queued) const {
  if (std::filesystem::create_directory(folder_)) SyncFolder(folder_.parent_path());
  ReplaceFile(PathOf(queued), JsonTextOf(queued) + '\n', kMode);
}

void Outbox::Remove(const QueuedMessage& queued) const {
  const auto path = PathOf(queued);
  if (unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return;
    ThrowErrno("remove", path);
  }
  SyncFolder(folder_);
}

void Outbox::Sweep() const {
  std::error_code none;
  std::vector<std::filesystem::path> left;
  for (const auto& file : std::filesystem::directory_iterator(folder_, none))
    if (file.path().extension() == ".tmp") left.push_back(file.path());
  for (const auto& path : left)
    if (unlink(path.c_str()) != 0 && errno != ENOENT) ThrowErrno("remove", path);
}

std::string NewMessageId() { return RandomName(20); }

}  // namespace linewatch
