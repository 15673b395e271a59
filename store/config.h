// The settings of the whole installation: config.json.
#ifndef LINEWATCH_STORE_CONFIG_H_
#define LINEWATCH_STORE_CONFIG_H_

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/file/atomic_file.h"
#include "store/host.h"
#include "store/json/json.h"
#include "store/json/schema.h"

namespace linewatch {

enum class Role { kViewer, kOperator, kAdmin };  // each may do all that the one before may
std::string_view NameOf(Role role);

// Shown to nobody: written as {"set": true}, or null when empty.
struct Secret {
  std::string text;
};

// What may stand in each field is written in the schema in config.cc.
struct Config {
  std::chrono::milliseconds interval{10000};
  std::chrono::milliseconds timeout{1000};  // of one whole check; below the interval, so that cycles never overlap
  int retries = 2;
  int fail_threshold = 10;
  std::chrono::milliseconds email_cooldown{3600000};  // between two alerts of one trouble, by whatever channel
  std::vector<std::string> uplinks;                   // while none of them answers, monitord is blind
  std::chrono::milliseconds digest_window{10000};     // what falls due within it is one message
  std::chrono::milliseconds alert_expiry{86400000};   // a message that waited for so long is given up
  std::chrono::milliseconds fallback_after{300000};   // one that waited for so long goes to `fallback`, too
  std::vector<std::string> fallback;                  // channels that get nothing else
  // Who is told of a group, instead of everybody.
  struct Route {
    std::string group;
    std::vector<std::string> smtp_to, channels;
  };
  std::vector<Route> routes;
  struct GroupMaintenance {
    std::string group;
    MaintenanceWindow window;
  };
  std::vector<GroupMaintenance> maintenance;
  std::string heartbeat_url;           // called every minute
  std::vector<std::string> report_to;  // who gets the report of a month by mail when it is over
  struct Smtp {
    std::string host;
    int port = 25;
    std::string security = "starttls", username, from;
    Secret password;
    std::vector<std::string> to;
    std::string ca_file;
  } smtp;
  struct Telegram {
    Secret token;
    std::string chat_id, api_url;
  } telegram;
  struct Slack {
    Secret webhook_url;
  } slack;
  struct Webhook {
    std::string url;
    Secret secret;
  } webhook;
  struct Mqtt {
    std::string host;
    int port = 1883;
    std::string username;
    Secret password;
    bool tls = false;
    std::string ca_file;
  } mqtt;
  std::string ca_file;  // authorities that checks of websites and certificates trust beside the system's
  struct Access {
    Role anonymous = Role::kViewer;
    std::map<std::string, Role> roles;
  } access;
  std::string public_url;  // of the dashboard, for the links in messages
  std::string timezone;    // empty: the system's
  std::chrono::milliseconds checkpoint{3600000};
  int retention_days = 400;
  std::string title = "Linewatch";
};

// Errors name the key, its value and what was expected. A text that is no JSON is one error without a field.
using ConfigResult = std::variant<Config, std::vector<FieldError>>;
ConfigResult ParseConfig(std::string_view text);
ConfigResult CheckConfig(const rapidjson::Value& settings);

// One line each, for a log or a terminal: "config.json: timeout is 0, expected ...".
std::string Describe(const std::vector<FieldError>& errors);

// All settings, with defaults for those not set. Secrets are shown as {"set": true} or null.
void WriteConfig(JsonWriter& out, const Config& config);

// Merges `patch` into the text of config.json and answers the new text, indented for people. Comments do not exist
// in JSON, keys keep their order. A secret given as {"set": true} stays as it is.
std::variant<std::string, std::vector<FieldError>> PatchConfig(std::string_view text, const rapidjson::Value& patch);

inline constexpr mode_t kConfigMode = 0640;  // it holds secrets
inline constexpr size_t kMaxConfigBytes = 1 << 20;

}  // namespace linewatch

#endif
