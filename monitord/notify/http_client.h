// Requests to HTTP servers that take alerts, by libcurl.
#ifndef LINEWATCH_MONITORD_NOTIFY_HTTP_CLIENT_H_
#define LINEWATCH_MONITORD_NOTIFY_HTTP_CLIENT_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "monitord/notify/notifier.h"

namespace linewatch {

struct HttpAnswer {
  int status = 0;     // 0: there was none, and `error` says why
  std::string body;   // the first kMaxBody of it
  std::string error;  // never with the path, the query or the login of the URL: they are secrets as often as not
  std::optional<std::chrono::seconds> retry_after;
  bool may_have_arrived = false;  // all of the request was sent, and no answer came
};

// Verifies certificates by the authorities in `ca_file`, or without one by those that the system trusts; SSL_CERT_FILE
// names others than the system's, as for all of OpenSSL. Follows no redirect: a secret goes to the server that the
// settings name, or nowhere. Proxies are those of the environment.
class HttpClient {
 public:
  struct Limits {
    std::chrono::milliseconds connect = Notifier::kLongestStep, all = 2 * Notifier::kLongestStep;
  };
  HttpClient() : HttpClient(Limits{}) {}
  explicit HttpClient(Limits limits, std::string ca_file = "");
  explicit HttpClient(std::string ca_file) : HttpClient(Limits{}, std::move(ca_file)) {}
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // What the server or the network does is an answer, never an exception. `headers` are whole lines; a
  // Content-Type among them is sent instead of that of JSON.
  HttpAnswer Get(const std::string& url);
  HttpAnswer PostJson(const std::string& url, const std::string& body, const std::vector<std::string>& headers = {});

  // From another thread: the request under way, or to come, ends soon.
  void Cancel();

  static constexpr size_t kMaxBody = 64 * 1024;

 private:
  struct Shared;

  HttpAnswer Perform(const std::string& url, const std::string* body, const std::vector<std::string>& headers);

  const Limits limits_;
  const std::string ca_file_;
  const std::unique_ptr<Shared> shared_;
};

// The verdict by the status alone: 2xx is accepted, what is wrong with this very message (400, 410, 413, 422) is
// refused, and all else may be better the next time. The answer shows the status and what the body says, without
// `secrets`.
Delivery DeliveryOf(const HttpAnswer& answer, const std::vector<std::string>& secrets);

// What is secret of a URL: its login, and all that stands behind the host.
std::vector<std::string> SecretsOfUrl(const std::string& url);

}  // namespace linewatch

#endif
