// The settings of the whole installation: config.json.
#ifndef LINEWATCH_STORE_CONFIG_H_
#define LINEWATCH_STORE_CONFIG_H_

#include <rapidjson/fwd.h>
#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/channel.h"
#include "store/host.h"
#include "store/json/field_error.h"

namespace linewatch {

class JsonWriter;

enum class Role { kViewer, kOperator, kAdmin };  // each may do all that the one before may
std::string_view NameOf(Role role);

// Shown to nobody: written as {"set": true}, or null when empty.
struct Secret {
  std::string text;
};

enum class MailSecurity { kNone, kStartTls, kTls };

// What may stand in each field is written in the schema in config.cc.
struct Config {
  std::chrono::milliseconds interval{10000};
  std::chrono::milliseconds timeout{1000};  // of one whole check; below the interval, so that cycles never overlap
  int retries = 2;
  int fail_threshold = 10;
  std::vector<std::string> uplinks;  // while none of them answers, monitord is blind
  // "Repeat every": between two notifications of one alert, by whatever channel.
  std::chrono::milliseconds email_cooldown{3600000};
  // "Group alerts for": what falls due within it is one message.
  std::chrono::milliseconds digest_window{10000};
  // "Retry for": a message that waited for so long is given up.
  std::chrono::milliseconds alert_expiry{86400000};
  // "Fall back after": one that waited for so long goes to the channels of `fallback`, too.
  std::chrono::milliseconds fallback_after{300000};
  std::vector<std::string> fallback;  // channels that get nothing else
  // The recipients and channels of a group, instead of those of everything else.
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
  std::string heartbeat_url;           // of the dead man's switch: called every minute
  std::vector<std::string> report_to;  // recipients of the report of a month, by mail when it is over
  struct Smtp {
    std::string host;
    int port = 25;
    MailSecurity security = MailSecurity::kStartTls;
    std::string username, from;
    Secret password;
    std::vector<std::string> to;
    std::string ca_file;
    std::string helo;  // what EHLO says; empty: see SmtpNotifier
  } smtp;
  // Of the other channels, whose settings nobody but their notifiers reads.
  std::array<ChannelSettings, kChannelNames.size()> channels;
  // One of those, empty if it is not set. A name that the channel has no setting of throws std::logic_error.
  const std::string& SettingOf(Channel channel, std::string_view name) const;
  struct Mqtt {
    std::string host;
    int port = 1883;
    std::string username;
    Secret password;
    bool tls = false;
    std::string ca_file;
    std::string client_cert, client_key;  // files in keys/ of the data folder; an empty key: in that of client_cert
  } mqtt;
  std::string ca_file;  // authorities that checks of websites and certificates trust beside the system's
  struct Access {
    Role anonymous = Role::kViewer;     // of whoever has no name
    std::map<std::string, Role> roles;  // by user name
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

// The JSON Schema of config.json, as openapi.json shows it.
std::string_view ConfigSchemaText();

// All settings, with defaults for those not set. Secrets are shown as {"set": true} or null.
void WriteConfig(JsonWriter& out, const Config& config);

// Merges `patch` into the text of config.json and answers the new text, indented for people. Comments do not exist
// in JSON, keys keep their order. A secret given as {"set": true} stays as it is.
std::variant<std::string, std::vector<FieldError>> PatchConfig(std::string_view text, const rapidjson::Value& patch);

inline constexpr mode_t kConfigMode = 0640;  // it holds secrets
inline constexpr size_t kMaxConfigBytes = 1 << 20;

}  // namespace linewatch

#endif
