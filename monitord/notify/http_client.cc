#include "monitord/notify/http_client.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string_view>

#include "monitord/net/answer_text.h"
#include "monitord/net/curl_handles.h"
#include "store/text/ascii.h"

namespace linewatch {
namespace {

// Some versions of libcurl answer no more than this.
constexpr std::chrono::hours kLongestRetryAfter{6};

// What goes beyond kMaxBody ends the transfer: nobody reads it.
size_t Take(const char* data, size_t one, size_t length, void* to) {
  auto& body = *static_cast<std::string*>(to);
  const size_t taken = std::min(one * length, HttpClient::kMaxBody - body.size());
  body.append(data, taken);
  return taken;
}

// Of a POST of JSON.
CurlLines LinesOf(const std::vector<std::string>& headers) {
  CurlLines lines;
  constexpr std::string_view kContentType = "Content-Type:";
  const bool is_given = std::ranges::any_of(headers, [&](std::string_view header) {
    return same_but_for_case(header.substr(0, kContentType.size()), kContentType);
  });
  if (!is_given) AddLine(lines, "Content-Type: application/json");
  AddLine(lines, "Expect:");
  for (const std::string& header : headers) AddLine(lines, header);
  return lines;
}

// What every request keeps to.
void SetRules(CURL* request, const std::string& ca_file) {
  curl_easy_setopt(request, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(request, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(request, CURLOPT_USERAGENT, "Linewatch");
  // A name look-up that hangs is left behind.
  curl_easy_setopt(request, CURLOPT_QUICK_EXIT, 1L);
  if (!ca_file.empty()) {
    curl_easy_setopt(request, CURLOPT_CAINFO, ca_file.c_str());
    curl_easy_setopt(request, CURLOPT_CAPATH, nullptr);
  } else if (const char* const authorities = std::getenv("SSL_CERT_FILE"); authorities != nullptr) {
    curl_easy_setopt(request, CURLOPT_CAINFO, authorities);
  }
}

}  // namespace

struct HttpClient::Shared {
  std::mutex mutex;
  bool is_cancelled = false;
  CURLM* under_way = nullptr;

  struct Ending {
    bool was_cancelled = false;
    CURLMcode failure = CURLM_OK;
  };
  // Until the transfer is over, or was cancelled.
  Ending Run(CURLM* multi);
};

// The multi interface for a single request, because it can be woken.
HttpClient::Shared::Ending HttpClient::Shared::Run(CURLM* multi) {
  // Answers whether it was cancelled.
  const auto set_under_way = [this](CURLM* handle) {
    const std::lock_guard lock(mutex);
    under_way = handle;
    return is_cancelled;
  };
  Ending ending;
  for (int running = 1;;) {
    if ((ending.was_cancelled = set_under_way(multi))) break;
    ending.failure = curl_multi_perform(multi, &running);
    if (ending.failure != CURLM_OK || running == 0) break;
    ending.failure = curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
    if (ending.failure != CURLM_OK) break;
  }
  set_under_way(nullptr);
  return ending;
}

HttpClient::HttpClient(Limits limits, std::string ca_file)
    : limits_(limits), ca_file_(std::move(ca_file)), shared_(std::make_unique<Shared>()) {}
HttpClient::~HttpClient() = default;

void HttpClient::Cancel() {
  const std::lock_guard lock(shared_->mutex);
  shared_->is_cancelled = true;
  if (shared_->under_way != nullptr) curl_multi_wakeup(shared_->under_way);
}

HttpAnswer HttpClient::Get(const std::string& url) { return Perform(url, nullptr, {}); }

HttpAnswer HttpClient::PostJson(const std::string& url, const std::string& body,
                                const std::vector<std::string>& headers) {
  return Perform(url, &body, headers);
}

HttpAnswer HttpClient::Perform(const std::string& url, const std::string* body,
                               const std::vector<std::string>& headers) {
  InitCurlOnce();
  HttpAnswer answer;
  const CurlMulti multi(curl_multi_init());
  const CurlEasy easy(curl_easy_init());
  if (multi == nullptr || easy == nullptr) {
    answer.error = "not enough memory";
    return answer;
  }
  CURL* const request = easy.get();
  std::array<char, CURL_ERROR_SIZE> words{};
  curl_easy_setopt(request, CURLOPT_ERRORBUFFER, words.data());
  curl_easy_setopt(request, CURLOPT_URL, url.c_str());
  curl_easy_setopt(request, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits_.connect.count()));
  curl_easy_setopt(request, CURLOPT_TIMEOUT_MS, static_cast<long>(limits_.all.count()));
  curl_easy_setopt(request, CURLOPT_WRITEFUNCTION, Take);
  curl_easy_setopt(request, CURLOPT_WRITEDATA, &answer.body);
  SetRules(request, ca_file_);
  CurlLines lines;
  if (body != nullptr) {
    lines = LinesOf(headers);
    curl_easy_setopt(request, CURLOPT_HTTPHEADER, lines.get());
    curl_easy_setopt(request, CURLOPT_POSTFIELDS, body->c_str());
    curl_easy_setopt(request, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
  }

  curl_multi_add_handle(multi.get(), request);
  const auto [was_cancelled, failure] = shared_->Run(multi.get());
  CURLcode result = CURLE_OK;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left))
    if (message->msg == CURLMSG_DONE) result = message->data.result;
  long status = 0;
  curl_off_t sent = 0, retry_after = 0;
  curl_easy_getinfo(request, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(request, CURLINFO_SIZE_UPLOAD_T, &sent);
  curl_easy_getinfo(request, CURLINFO_RETRY_AFTER, &retry_after);
  curl_multi_remove_handle(multi.get(), request);

  // 1xx is not the answer yet. Of one that breaks off later, the status counts.
  if (status >= 200) {
    answer.status = static_cast<int>(status);
    if (retry_after > 0)
      answer.retry_after = std::min<std::chrono::seconds>(std::chrono::seconds(retry_after), kLongestRetryAfter);
    return answer;
  }
  answer.may_have_arrived = body != nullptr && sent >= static_cast<curl_off_t>(body->size());
  std::string why = "cancelled";
  if (!was_cancelled && failure != CURLM_OK) {
    why = curl_multi_strerror(failure);
  } else if (!was_cancelled && result == CURLE_SSL_CACERT_BADFILE && !ca_file_.empty()) {
    why = "ca_file cannot be used, expected a file of certificates in PEM form";
  } else if (!was_cancelled) {
    why = words[0] != '\0' ? words.data() : curl_easy_strerror(result);
  }
  answer.error = AnswerText(why, SecretsOfUrl(url));
  return answer;
}

std::vector<std::string> SecretsOfUrl(const std::string& url) {
  const size_t scheme = url.find("://");
  const size_t host = scheme == std::string::npos ? 0 : scheme + 3;
  const size_t path = std::min(url.find_first_of("/?#", host), url.size());
  std::vector<std::string> secrets;
  // A single slash is no secret, and stands in many an answer.
  if (path + 1 < url.size()) secrets.push_back(url.substr(path));
  // A server may repeat a part alone. What is shorter is no token, and stands in many an answer, too.
  constexpr size_t kShortestToken = 8;
  for (size_t begin = path; begin < url.size();) {
    const size_t end = std::min(url.find_first_of("/?#&=", begin), url.size());
    if (end - begin >= kShortestToken) secrets.push_back(url.substr(begin, end - begin));
    begin = end + 1;
  }
  const std::string authority = url.substr(host, path - host);
  if (const size_t at = authority.rfind('@'); at != std::string::npos) {
    const std::string login = authority.substr(0, at);
    secrets.push_back(login);
    if (const size_t colon = login.find(':'); colon != std::string::npos) secrets.push_back(login.substr(colon + 1));
  }
  return secrets;
}

Delivery DeliveryOf(const HttpAnswer& answer, const std::vector<std::string>& secrets) {
  Delivery delivery;
  delivery.may_have_arrived = answer.may_have_arrived;
  delivery.retry_after = answer.retry_after;
  const int status = answer.status;
  if (status == 0) {
    delivery.answer = AnswerText(answer.error, secrets);
    return delivery;
  }
  std::string text = "status " + std::to_string(status);
  if (status / 100 == 3) {
    text += ": redirects are not followed";
  } else if (!answer.body.empty()) {
    text += ": " + answer.body;
  }
  delivery.answer = AnswerText(text, secrets);
  if (status / 100 == 2) {
    delivery.result = Delivery::Result::kAccepted;
  } else if (status == 400 || status == 410 || status == 413 || status == 422) {
    delivery.result = Delivery::Result::kRefused;
  }
  return delivery;
}

}  // namespace linewatch
