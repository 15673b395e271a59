// What a check asks of a host, and what it shows beyond an answer: websites, certificates, services,
// name servers, topics of a broker, heartbeats. Which kind has which settings: store/check/.
#ifndef LINEWATCH_STORE_CHECK_SETTINGS_H_
#define LINEWATCH_STORE_CHECK_SETTINGS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/value/rare_text.h"
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

// http: whether redirects are followed. "anywhere": into loopback, link-local and private addresses, too, although the
// host itself is at none of them.
class FollowRedirects {
 public:
  enum Value : uint8_t { kNo, kYes, kAnywhere };
  // NOLINTBEGIN(google-explicit-constructor): it is a bool, but for the one value more.
  FollowRedirects(Value value) : value_(value) {}
  FollowRedirects(bool value) : value_(value ? kYes : kNo) {}
  operator bool() const { return value_ != kNo; }
  // NOLINTEND(google-explicit-constructor)
  Value value() const { return value_; }
  friend bool operator==(const FollowRedirects& a, const FollowRedirects& b) { return a.value_ == b.value_; }

 private:
  Value value_;
};

// What may stand in each: store/check/.
struct CheckSettings {
  std::string url;  // http: http:// or https://, without a login
  std::string method = "GET";
  std::string expect_status = "200-399";  // StatusRanges
  std::optional<std::string> keyword;     // http: stands in the first kMaxBody of the body,
  bool keyword_absent = false;            // or must not
  FollowRedirects follow_redirects = true;
  int max_redirects = 5;
  PackedOptional<int> ip_version;  // ping, http, tcp, tls, dns: of a name, 4 or 6 alone
  std::string username;            // http: for authentication, where there is one of both
  SecretMark password;
  std::string auth = "basic";  // http: or digest
  HeaderMarks headers;
  RareText body, content_type;  // http: what a POST sends
  RareText field;               // http, mqtt: a value in the JSON that is answered or comes (is_json_field)

  bool verify_tls = true;                    // http, tls: else only the dates of the certificate count
  std::vector<int> warn_days{30, 14, 7, 1};  // http, tls: so many days before the certificate expires
  std::string server_name;                   // tls: that the certificate must be for; empty: `ip`
  PackedOptional<int> port;                  // tcp, tls, dns: see PortOf
  std::string starttls = "auto";             // tls: what is said in clear first; see docs/checks.md
  RareText client_cert, client_key;          // http, tls, mqtt: files in keys/; an empty key: in that of client_cert
  std::string query;                         // dns: the name that is asked for
  std::string record = "A";                  // dns: of which type
  std::optional<std::string> expect;  // tcp: in the banner; dns: one of the answers; mqtt: the payload; http: `field`
  std::string topic;                  // mqtt: with + and # as wildcards
  std::chrono::milliseconds max_age{60000};  // mqtt, push: something must come at least so often
  RareText cron;                             // push: when it must come instead (CronSchedule); empty: max_age counts,
  std::chrono::milliseconds grace{3600000};  // push: and how late it may be then
  PackedOptional<double> min, max;  // mqtt: the payload, or `field`, is a number within these; http: `field` is

  bool operator==(const CheckSettings&) const = default;

  static constexpr size_t kMaxBody = 1 << 20;
};

// What the last check showed beside its verdict. What it did not show is not set.
struct CheckDetails {
  // Of a host with a name: the address that answered.
  std::string address;
  // http: how long each step took; the whole is rtt_ms.
  PackedOptional<float> name_ms, connect_ms, tls_ms, first_byte_ms;
  // http with https, tls: of the certificate in the chain that expires first.
  WallTime cert_expires = kNever;
  std::string cert_subject, cert_issuer;

  bool operator==(const CheckDetails&) const = default;
};

}  // namespace linewatch

#endif
