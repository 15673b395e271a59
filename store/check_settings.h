// What a check other than ping asks of a host, and what it shows beyond an answer: websites, certificates, services,
// name servers, topics of a broker, heartbeats. Which kind has which settings: store/check/.
#ifndef LINEWATCH_STORE_CHECK_SETTINGS_H_
#define LINEWATCH_STORE_CHECK_SETTINGS_H_

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "store/value/small_optional.h"
#include "store/value/wall_time.h"

namespace linewatch {

// Whether there is a secret in secrets.json: shown as {"set": true}, or null.
struct SecretMark {
  bool is_set = false;
  bool operator==(const SecretMark&) const = default;
};

// The names of the headers whose values are in secrets.json: shown as {"NAME": {"set": true}, ...}, or null.
struct HeaderMarks {
  std::vector<std::string> names;
  bool operator==(const HeaderMarks&) const = default;
};

// What may stand in each: store/check/.
struct CheckSettings {
  std::string url;  // http: http:// or https://, without a login
  std::string method = "GET";
  std::string expect_status = "200-399";  // StatusRanges
  std::optional<std::string> keyword;     // http: stands in the first kMaxBody of the body,
  bool keyword_absent = false;            // or must not
  bool follow_redirects = true;           // kMostRedirects of them
  PackedOptional<int> ip_version;         // http: 4 or 6 alone
  std::string username;                   // http: basic authentication, where there is a password
  SecretMark password;
  HeaderMarks headers;

  bool verify_tls = true;                    // http, tls: else only the dates of the certificate count
  std::vector<int> warn_days{30, 14, 7, 1};  // http, tls: so many days before the certificate expires
  std::string server_name;                   // tls: that the certificate must be for; empty: `ip`
  PackedOptional<int> port;                  // tcp, tls, dns: see PortOf
  std::string query;                         // dns: the name that is asked for
  std::string record = "A";                  // dns: of which type
  std::optional<std::string> expect;         // tcp: in the banner; dns: one of the answers; mqtt: the payload
  std::string topic;                         // mqtt: with + and # as wildcards
  std::string field;                         // mqtt: of a payload that is JSON, what is looked at (is_json_field)
  std::chrono::milliseconds max_age{60000};  // mqtt, push: something must come at least so often
  std::string cron;                          // push: when it must come instead (CronSchedule); empty: max_age counts,
  std::chrono::milliseconds grace{3600000};  // push: and how late it may be then
  PackedOptional<double> min, max;           // mqtt: the payload is a number, and within these

  bool operator==(const CheckSettings&) const = default;

  static constexpr size_t kMaxBody = 1 << 20;
  static constexpr int kMostRedirects = 5;
};

// What the last check showed beside its verdict. What was not measured is not set.
struct CheckDetails {
  // http: how long each step took; the whole is rtt_ms.
  PackedOptional<float> name_ms, connect_ms, tls_ms, first_byte_ms;
  // http with https, tls: of the certificate in the chain that expires first.
  WallTime cert_expires = kNever;
  std::string cert_subject, cert_issuer;

  bool operator==(const CheckDetails&) const = default;
};

}  // namespace linewatch

#endif
