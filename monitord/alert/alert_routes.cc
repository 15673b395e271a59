#include "monitord/alert/alert_routes.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace linewatch {
namespace {

bool is_in(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void AddNew(std::vector<std::string>& names, const std::vector<std::string>& more) {
  for (const std::string& name : more)
    if (!is_in(names, name)) names.push_back(name);
}

// In the order of `configured`, so that two lists of the same channels are equal.
template <class Wanted>
std::vector<std::string> ChannelsWhere(const std::vector<std::string>& configured, const Wanted& is_wanted) {
  std::vector<std::string> channels;
  std::copy_if(configured.begin(), configured.end(), std::back_inserter(channels), is_wanted);
  return channels;
}

Addressed DefaultDestination(const Config& config, const std::vector<std::string>& configured) {
  Addressed usual;
  usual.channels = ChannelsWhere(configured, [&](const std::string& name) { return !is_in(config.fallback, name); });
  if (usual.channels.empty()) usual.channels = configured;
  usual.smtp_to = config.smtp.to;
  return usual;
}

Addressed DestinationOf(const std::string& group, const Config& config, const std::vector<std::string>& configured,
                        const Addressed& usual) {
  Addressed wanted;
  for (const auto& route : config.routes) {
    if (route.group != group) continue;
    AddNew(wanted.smtp_to, route.smtp_to);
    AddNew(wanted.channels, route.channels);
  }
  wanted.channels = ChannelsWhere(configured, [&](const std::string& name) { return is_in(wanted.channels, name); });
  if (wanted.channels.empty()) wanted.channels = usual.channels;
  // Where no mail is sent, other recipients are no other destination.
  const bool has_mail = is_in(wanted.channels, "smtp") || is_in(config.fallback, "smtp");
  if (wanted.smtp_to.empty() || !has_mail) wanted.smtp_to = usual.smtp_to;
  if (wanted.smtp_to.empty()) std::erase(wanted.channels, "smtp");
  return wanted;
}

// The index of the message with this destination, which is made if there is none.
size_t MessageTo(Addressed destination, std::vector<Addressed>& messages) {
  const auto same = std::find_if(messages.begin(), messages.end(), [&](const Addressed& message) {
    return message.channels == destination.channels && message.smtp_to == destination.smtp_to;
  });
  const auto index = static_cast<size_t>(same - messages.begin());
  if (same == messages.end()) messages.push_back(std::move(destination));
  return index;
}

void ForgetCausesOutside(Addressed& message) {
  std::unordered_set<std::string> hosts;
  for (const Alert& alert : message.alerts) hosts.insert(alert.host);
  for (Alert& alert : message.alerts)
    if (!hosts.contains(alert.below)) alert.below.clear();
}

}  // namespace

std::vector<Addressed> RouteAlerts(std::vector<Alert> alerts, const Config& config,
                                   const std::vector<std::string>& configured) {
  const Addressed usual = DefaultDestination(config, configured);
  std::vector<Addressed> messages;
  std::unordered_map<std::string, size_t> message_of_group;
  for (Alert& alert : alerts) {
    const std::string group = alert.host.empty() ? "" : alert.group;
    auto found = message_of_group.find(group);
    if (found == message_of_group.end()) {
      const size_t index = MessageTo(DestinationOf(group, config, configured, usual), messages);
      found = message_of_group.emplace(group, index).first;
    }
    messages[found->second].alerts.push_back(std::move(alert));
  }
  for (Addressed& message : messages) ForgetCausesOutside(message);
  return messages;
}

}  // namespace linewatch
