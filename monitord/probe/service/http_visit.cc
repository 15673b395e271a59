#include "monitord/probe/service/http_visit.h"

#include <openssl/types.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <variant>

#include "monitord/net/answer_text.h"
#include "monitord/probe/service/redirect.h"
#include "monitord/probe/service/tcp_connection.h"
#include "store/text/ascii.h"
#include "store/text/network_name.h"

namespace linewatch {
namespace {

using std::chrono::steady_clock;

// CURLE_TOO_LARGE of libcurl 8.6. Before that a line too long for its buffer was want of memory.
constexpr auto kTooLarge = static_cast<CURLcode>(100);

float Milliseconds(SteadyTime::duration time) { return std::chrono::duration<float, std::milli>(time).count(); }

void AddTo(PackedOptional<float>& sum, float part) { sum = sum.value_or(0) + part; }

// For libcurl, without the interface: see OpenSocket.
std::string AuthorityOf(const Address& address) {
  return address.is_six() ? "[" + address.Text() + "]" : address.Text();
}

// Without them the answer would be that of any stranger.
bool lacks_secrets(const Target& target) {
  static const HostSecrets none;
  const HostSecrets& known = target.secrets ? *target.secrets : none;
  const auto is_known = [&](const std::string& name) {
    return std::any_of(known.headers.begin(), known.headers.end(),
                       [&](const auto& header) { return header.first == name; });
  };
  const auto& names = target.check_settings->headers.names;
  return (target.check_settings->password.is_set && known.password.empty()) ||
         !std::all_of(names.begin(), names.end(), is_known);
}

// What OpenSSL says stands behind the last colon: "error:0A00010B:SSL routines::wrong version number".
std::string TlsFault(std::string_view words) {
  const size_t colon = words.find("SSL routines:");
  if (colon == std::string_view::npos) return "connection closed within the TLS handshake";
  return "TLS handshake failed: " + AnswerText(words.substr(words.rfind(':') + 1));
}

}  // namespace

HttpVisit::HttpVisit(VisitNeeds needs, const Target& target, const Address& address)
    : needs_(std::move(needs)), target_(target), service_(*target.check_settings), own_address_(address) {
  if (lacks_secrets(target)) {
    void_reason_ = VoidReason::kNoSecret;
    Fail("");
    return;
  }
  auto good = StatusRanges::Parse(service_.expect_status);
  auto url = ParseUrl(service_.url);
  if (!good || !std::holds_alternative<Url>(url)) {
    Fail("the URL or the status codes that are expected cannot be used");
    return;
  }
  good_ = *std::move(good);
  url_ = origin_ = std::get<Url>(std::move(url));
  url_text_ = service_.url;
  method_ = service_.method;
  if (target.name) AddTo(before_.name_ms, Milliseconds(needs_.naming_time));
  if (!has_wrong_family(address)) Ask(address);
}

// Of a literal; names are looked up in the right one.
bool HttpVisit::has_wrong_family(const Address& address) {
  if (!service_.ip_version || address.is_six() == (*service_.ip_version == 6)) return false;
  Fail(address.Text() + " is no address of IPv" + std::to_string(*service_.ip_version));
  return true;
}

void HttpVisit::Ask(const Address& address) {
  if (easy_ == nullptr) easy_.reset(curl_easy_init());
  if (easy_ == nullptr) throw std::system_error(ENOMEM, std::generic_category(), "curl_easy_init");
  CURL* const easy = easy_.get();
  curl_easy_reset(easy);
  connect_to_.reset();
  verifier_.reset();
  address_ = address;
  ended_.reset();
  location_.clear();
  header_bytes_ = 0;
  body_.emplace(service_);
  is_in_body_ = is_redirected_ = was_watched_ = false;
  opened_at_ = connected_at_ = ready_at_ = answered_at_ = {};
  socket_error_ = 0;
  words_[0] = '\0';

  curl_easy_setopt(easy, CURLOPT_PRIVATE, static_cast<HttpTransfers::Request*>(this));
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words_.data());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_URL, url_text_.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  // The prober keeps the deadline.
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 24L * 3600 * 1000);
  // An address, for any host and port of the URL.
  AddLine(connect_to_, "::" + AuthorityOf(address) + ":");
  curl_easy_setopt(easy, CURLOPT_CONNECT_TO, connect_to_.get());
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, OpenSocket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, OnReady);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, OnHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  if (url_.is_tls) {
    verifier_ = std::make_unique<CertificateVerifier>(needs_.trust, url_.host, service_.verify_tls);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, OnContext);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, this);
    // The verifier does it; and to load a file of authorities takes 20 ms.
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(easy, CURLOPT_CAINFO, nullptr);
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
    // A session that is resumed shows no certificate.
    curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  }
  if (method_ == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (method_ == "POST") {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, 0L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "");
  }
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "Linewatch/" LINEWATCH_VERSION);
  AddOwn();
  needs_.transfers.Add(easy);
  is_added_ = true;
}

// What is only for the site itself: it goes nowhere else.
void HttpVisit::AddOwn() {
  CURL* const easy = easy_.get();
  const auto is_given = [this](std::string_view name) {
    return is_own_origin() && target_.secrets &&
           std::any_of(target_.secrets->headers.begin(), target_.secrets->headers.end(),
                       [name](const auto& header) { return same_but_for_case(header.first, name); });
  };
  headers_.reset();
  // libcurl would say of an empty body that it came from a form.
  if (method_ == "POST" && !is_given("Content-Type")) AddLine(headers_, "Content-Type:");
  if (is_own_origin() && target_.secrets) {
    for (const auto& [name, value] : target_.secrets->headers)
      AddLine(headers_, std::string(name).append(value.empty() ? ";" : ": ").append(value));
    if (!target_.secrets->password.empty()) {
      curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
      curl_easy_setopt(easy, CURLOPT_USERNAME, service_.username.c_str());
      curl_easy_setopt(easy, CURLOPT_PASSWORD, target_.secrets->password.c_str());
    }
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
}

void HttpVisit::Leave() {
  if (is_added_) needs_.transfers.Remove(easy_.get());
  is_added_ = false;
}

// The address that was looked up may belong to an interface, of which libcurl's own text knows nothing.
curl_socket_t HttpVisit::OpenSocket(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
  auto& own = *static_cast<HttpVisit*>(self);
  const auto* given = reinterpret_cast<const sockaddr_in6*>(&address->addr);
  sockaddr_storage to{};
  // Both families have the port in the same place.
  address->addrlen = own.address_.Fill(to, ntohs(given->sin6_port));
  std::memcpy(&address->addr, &to, address->addrlen);
  const int fd = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
  own.opened_at_ = steady_clock::now();
  if (fd < 0) own.socket_error_ = errno;
  return fd;
}

void HttpVisit::NoteConnected() {
  if (connected_at_ == SteadyTime{}) connected_at_ = steady_clock::now();
  needs_.transfers.NoteReady(needs_.place);
}

// The connection stands, and the handshake of TLS begins.
CURLcode HttpVisit::OnContext(CURL* /*easy*/, void* context, void* self) {
  auto& own = *static_cast<HttpVisit*>(self);
  own.NoteConnected();
  own.verifier_->Install(static_cast<SSL_CTX*>(context));
  return CURLE_OK;
}

// The connection stands, TLS too, and the request is about to be sent.
int HttpVisit::OnReady(void* self, char* /*there*/, char* /*here*/, int /*there_port*/, int /*here_port*/) {
  auto& own = *static_cast<HttpVisit*>(self);
  own.NoteConnected();
  own.ready_at_ = steady_clock::now();
  return CURL_PREREQFUNC_OK;
}

// Another length than the one given ends the transfer.
size_t HttpVisit::OnHeader(char* data, size_t one, size_t length, void* self) {
  return static_cast<HttpVisit*>(self)->TakeHeader({data, one * length}) ? one * length : 0;
}

size_t HttpVisit::OnBody(char* data, size_t one, size_t length, void* self) {
  return static_cast<HttpVisit*>(self)->TakeBody({data, one * length}) ? one * length : 0;
}

bool HttpVisit::TakeHeader(std::string_view line) {
  if (header_bytes_ == 0) answered_at_ = steady_clock::now();
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaders) {
    Fail("more than " + std::to_string(kMaxHeaders / 1024) + " KiB of headers");
    return false;
  }
  if (is_in_body_) return true;  // trailers
  constexpr std::string_view kLocation = "Location:", kBlank = " \t\r\n";
  if (line.starts_with("HTTP/")) location_.clear();
  if (line.size() > kLocation.size() && same_but_for_case(line.substr(0, kLocation.size()), kLocation)) {
    line.remove_prefix(std::min(line.find_first_not_of(kBlank, kLocation.size()), line.size()));
    location_ = line.substr(0, line.find_last_not_of(kBlank) + 1);
    return true;
  }
  return line.find_first_not_of("\r\n") != std::string_view::npos || EndHeaders();
}

// What the status alone decides is not waited for: the body of an error may be long.
bool HttpVisit::EndHeaders() {
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status < 200) return true;  // the answer is still to come
  is_in_body_ = true;
  is_redirected_ = service_.follow_redirects && is_redirect(status) && !location_.empty();
  if (is_redirected_) return false;
  if (good_.contains(static_cast<int>(status))) return true;
  Fail(std::to_string(status) + " instead of " + service_.expect_status);
  return false;
}

bool HttpVisit::TakeBody(std::string_view data) {
  const auto fault = body_->Take(data);
  if (fault) JudgeBody(*fault);
  return !fault;
}

void HttpVisit::JudgeBody(const std::string& fault) { verdict_ = {fault.empty(), fault, true}; }

Conversation::State HttpVisit::Work(SteadyTime now, CheckResult& result) {
  if (is_looking_up_ && !verdict_) FindRedirected(now);
  if (ended_) EndRequest(*std::exchange(ended_, std::nullopt), now, result);
  result.void_reason = void_reason_;
  result.details = Measured();
  if (!verdict_) return State::kGoesOn;
  // Whose site leads elsewhere wants to know where it is that something fails.
  if (!verdict_->ok && redirects_ > 0 && !is_own_origin())
    verdict_->reason = "redirected to " + url_.host + ": " + verdict_->reason;
  result.ok = verdict_->ok;
  result.reason = verdict_->reason;
  if (result.ok) result.rtt_ms = Milliseconds(now - began_);
  return verdict_->is_answer ? State::kAnswered : State::kUnanswered;
}

void HttpVisit::EndRequest(CURLcode code, SteadyTime now, CheckResult& result) {
  if (verifier_ != nullptr && !verifier_->fault().empty()) {
    Fail(verifier_->fault());
  } else if (is_redirected_) {
    Redirect(now);
  } else if (!verdict_ && code == CURLE_OK && is_in_body_) {
    JudgeBody(body_->End());
  } else if (!verdict_) {
    FailBy(code, result);
  }
}

void HttpVisit::FailBy(CURLcode code, CheckResult& result) {
  long error = 0, status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &error);
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  switch (code) {
    case CURLE_COULDNT_CONNECT:
      if (socket_error_ != 0) error = socket_error_;
      FailBySocketError(static_cast<int>(error), !was_watched_, result);
      Fail(result.reason, false);
      break;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
      Fail(TlsFault(words_.data()), std::string_view(words_.data()).find("SSL routines:") != std::string_view::npos);
      break;
    case CURLE_GOT_NOTHING:
      Fail("empty answer", false);
      break;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      if (is_in_body_) {
        Fail("the answer ends early");
      } else {
        Fail(error == ECONNRESET || error == EPIPE ? "connection reset" : "connection closed before an answer", false);
      }
      break;
    case CURLE_PARTIAL_FILE:
      Fail("the answer ends early");
      break;
    case CURLE_OK:  // of 101, say
      Fail(std::to_string(status) + " instead of " + service_.expect_status);
      break;
    case CURLE_OUT_OF_MEMORY:
    case kTooLarge:
      if (answered_at_ == SteadyTime{}) throw std::system_error(ENOMEM, std::generic_category(), "curl");
      Fail("a header is too long");
      break;
    default:
      Fail("the answer is not HTTP");
  }
}

void HttpVisit::Redirect(SteadyTime now) {
  if (redirects_ == CheckSettings::kMostRedirects) {
    Fail("more than " + std::to_string(CheckSettings::kMostRedirects) + " redirects");
    return;
  }
  if (is_elsewhere(location_)) {
    Fail("redirected to what is neither http nor https");
    return;
  }
  const std::string text = ResolveLocation(url_text_, location_);
  auto url = ParseUrl(text);
  if (!std::holds_alternative<Url>(url)) {
    Fail("redirected to a URL that cannot be used");
    return;
  }
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  if (method_ == "POST" && status < 307) method_ = "GET";  // as browsers do
  before_ = Measured();
  Leave();
  ++redirects_;
  url_ = std::get<Url>(std::move(url));
  url_text_ = text;
  if (CanonicalName(url_.host) == CanonicalName(origin_.host)) {
    Ask(own_address_);
  } else if (const auto address = Address::Parse(url_.host)) {
    if (!has_wrong_family(*address)) Ask(*address);
  } else {
    looking_up_since_ = now;
    is_looking_up_ = true;
    FindRedirected(now);
  }
}

void HttpVisit::FindRedirected(SteadyTime now) {
  const Resolver::Answer answer = needs_.look_up(url_.host, now);
  if (answer.state == Resolver::Answer::State::kPending) return;
  is_looking_up_ = false;
  AddTo(before_.name_ms, Milliseconds(now - looking_up_since_));
  if (answer.state == Resolver::Answer::State::kFound) {
    Ask(answer.address);
  } else {
    Fail(answer.reason);
  }
}

std::string_view HttpVisit::awaited() const {
  if (is_looking_up_) return "address of the site that it redirects to";
  if (connected_at_ == SteadyTime{}) return "connection";
  if (ready_at_ == SteadyTime{}) return "TLS handshake";
  return is_in_body_ ? "complete answer" : "answer";
}

CheckDetails HttpVisit::Measured() const {
  CheckDetails all = before_;
  const auto add = [](PackedOptional<float>& sum, SteadyTime from, SteadyTime to) {
    if (to != SteadyTime{}) AddTo(sum, Milliseconds(to - from));
  };
  add(all.connect_ms, opened_at_, connected_at_);
  if (url_.is_tls) add(all.tls_ms, connected_at_, ready_at_);
  add(all.first_byte_ms, ready_at_, answered_at_);
  if (verifier_ == nullptr || !verifier_->has_seen_certificate()) return all;
  // Of all the servers on the way, the one whose certificate expires first is the one to look after.
  CheckDetails seen;
  verifier_->Describe(seen);
  if (all.cert_expires == kNever || seen.cert_expires < all.cert_expires) verifier_->Describe(all);
  return all;
}

}  // namespace linewatch
