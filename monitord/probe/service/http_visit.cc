#include "monitord/probe/service/http_visit.h"

#include <openssl/ssl.h>
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
#include "store/text/wording.h"
#include "store/value/wall_time.h"

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

// The codings that libcurl may know (RFC 9110 section 8.4.1): what is said to be one of them is one.
constexpr std::string_view kEncodings[] = {"gzip", "deflate", "compress", "br", "zstd"};

std::string TypeOfBody(const CheckSettings& settings) {
  if (!settings.content_type.empty()) return settings.content_type.str();
  const std::string& body = settings.body.str();
  const char first = body[std::min(body.find_first_not_of(" \t\r\n"), body.size() - 1)];
  return first == '{' || first == '[' ? "application/json" : "application/x-www-form-urlencoded";
}

// Whether it begins with the frame that a server of HTTP/2 begins with: SETTINGS, of the connection (RFC 9113 section
// 3.4).
bool is_second_http(std::string_view data) {
  constexpr size_t kFrameHeader = 9;
  return data.size() >= kFrameHeader && data[0] == 0 && data[1] == 0 && data[3] == 4 &&
         std::all_of(data.begin() + 5, data.begin() + kFrameHeader, [](char c) { return c == 0; });
}

// What OpenSSL says stands behind the last colon: "error:0A00010B:SSL routines::wrong version number, errno 0".
std::string SslText(std::string_view words) {
  words = words.substr(words.rfind(':') + 1);
  return AnswerText(words.substr(0, words.find(", errno")));
}

std::string TlsFault(std::string_view words) {
  if (words.find("SSL routines:") == std::string_view::npos) return "connection closed within the TLS handshake";
  return "TLS handshake failed: " + SslText(words);
}

}  // namespace

HttpVisit::HttpVisit(VisitNeeds needs, const Target& target, const Addresses& addresses)
    : needs_(std::move(needs)), target_(target), service_(*target.check_settings), own_addresses_(addresses) {
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
  if (!has_wrong_family(addresses.front())) Ask(addresses);
}

// Of a literal; names are looked up in the right one.
bool HttpVisit::has_wrong_family(const Address& address) {
  if (!service_.ip_version || address.is_six() == (*service_.ip_version == 6)) return false;
  Fail(address.Text() + " is no address of IPv" + std::to_string(*service_.ip_version));
  return true;
}

void HttpVisit::Ask(const Addresses& addresses) {
  if (easy_ == nullptr) easy_.reset(curl_easy_init());
  if (easy_ == nullptr) throw std::system_error(ENOMEM, std::generic_category(), "curl_easy_init");
  CURL* const easy = easy_.get();
  curl_easy_reset(easy);
  connect_to_.reset();
  verifier_.reset();
  addresses_ = addresses;
  ended_.reset();
  body_.emplace(service_);
  was_watched_ = is_challenged_ = is_asked_for_certificate_ = false;
  ForgetAnswer();
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
  AimAt(addresses);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, OpenSocket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, OnReady);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, OnHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  if (HttpBody::is_wanted(service_) && !is_undecoded_) curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  // Else libcurl keeps to itself what a server says that speaks another protocol.
  curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "Linewatch/" LINEWATCH_VERSION);
  if (url_.is_tls) SetUpTls();
  AddMethod();
  AddHeaders();
  AddLogin();
  needs_.transfers.Add(easy);
  is_added_ = true;
}

// At addresses, for any host and port of the URL.
void HttpVisit::AimAt(const Addresses& addresses) {
  CURL* const easy = easy_.get();
  resolved_.reset();
  // The prober keeps the deadline. But of two addresses of a family libcurl gives the first half of this time.
  const bool is_one = addresses.size() == 1;
  const long patience_ms = is_one ? 24L * 3600 * 1000 : static_cast<long>(target_.timeout.count()) * 5 / 4;
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, patience_ms);
  // Several need a name, which is this place's: what libcurl remembers of it is replaced by the next check here.
  const std::string name =
      is_one ? AuthorityOf(addresses.front()) : "place" + std::to_string(needs_.place) + ".invalid";
  AddLine(connect_to_, "::" + name + ":");
  curl_easy_setopt(easy, CURLOPT_CONNECT_TO, connect_to_.get());
  if (is_one) return;
  std::string line = name + ":" + std::to_string(url_.port) + ":";
  for (const Address& address : addresses) line += (&address == addresses.data() ? "" : ",") + AuthorityOf(address);
  AddLine(resolved_, line);
  curl_easy_setopt(easy, CURLOPT_RESOLVE, resolved_.get());
}

// Of the site itself, not of another one that it redirects to.
Address HttpVisit::peer() const {
  char* text = nullptr;
  if (CanonicalName(url_.host) != CanonicalName(origin_.host) || easy_ == nullptr ||
      curl_easy_getinfo(easy_.get(), CURLINFO_PRIMARY_IP, &text) != CURLE_OK || text == nullptr)
    return {};
  return Address::Parse(text).value_or(Address());
}

void HttpVisit::SetUpTls() {
  CURL* const easy = easy_.get();
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

void HttpVisit::AddMethod() {
  CURL* const easy = easy_.get();
  if (method_ == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (method_ == "POST") {
    const std::string& body = service_.body.str();
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
  }
}

// Of the headers that are given, which are only for the site itself: they go nowhere else.
std::string HttpVisit::OwnHeader(std::string_view name) const {
  if (!is_own_origin() || !target_.secrets) return "";
  const auto& headers = target_.secrets->headers;
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [name](const auto& header) { return same_but_for_case(header.first, name); });
  return found == headers.end() ? "" : found->second;
}

void HttpVisit::AddHeaders() {
  headers_.reset();
  if (is_own_origin() && target_.secrets)
    for (const auto& [name, value] : target_.secrets->headers)
      if (!same_but_for_case(name, "Cookie"))
        AddLine(headers_, std::string(name).append(value.empty() ? ";" : ": ").append(value));
  std::string cookies = OwnHeader("Cookie");
  if (const std::string set = cookies_.For(url_); !set.empty()) cookies.append(cookies.empty() ? "" : "; ").append(set);
  if (!cookies.empty()) AddLine(headers_, "Cookie: " + cookies);
  if (method_ == "POST" && OwnHeader("Content-Type").empty()) {
    // libcurl would say of an empty body that it came from a form.
    const std::string type = service_.body.empty() ? "" : TypeOfBody(service_);
    AddLine(headers_, type.empty() ? "Content-Type:" : "Content-Type: " + type);
  }
  // A body is sent at once, not after a pause for the server to refuse it.
  if (method_ == "POST") AddLine(headers_, "Expect:");
  curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers_.get());
}

// A user name without a password is one with an empty password: keys of some APIs are given so.
void HttpVisit::AddLogin() {
  const std::string password = target_.secrets ? target_.secrets->password : "";
  if (!is_own_origin() || (service_.username.empty() && password.empty())) return;
  CURL* const easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_HTTPAUTH, service_.auth == "digest" ? CURLAUTH_DIGEST : CURLAUTH_BASIC);
  curl_easy_setopt(easy, CURLOPT_USERNAME, service_.username.c_str());
  curl_easy_setopt(easy, CURLOPT_PASSWORD, password.c_str());
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
  const Address wanted(&address->addr);
  const auto known = std::find(own.addresses_.begin(), own.addresses_.end(), wanted);
  // Both families have the port in the same place.
  address->addrlen = (known == own.addresses_.end() ? wanted : *known).Fill(to, ntohs(given->sin6_port));
  std::memcpy(&address->addr, &to, address->addrlen);
  const int fd = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
  if (own.is_challenged_) {
    // libcurl asks once more by itself, over a connection of its own.
    own.before_ = own.Measured();
    own.opened_at_ = own.connected_at_ = own.ready_at_ = own.answered_at_ = {};
  }
  if (own.opened_at_ == SteadyTime{}) own.opened_at_ = steady_clock::now();
  if (fd < 0) own.socket_error_ = errno;
  return fd;
}

void HttpVisit::ForgetAnswer() {
  location_.clear();
  encoding_.clear();
  header_bytes_ = 0;
  has_chunks_ = is_in_body_ = is_redirected_ = false;
}

void HttpVisit::NoteConnected() {
  if (connected_at_ == SteadyTime{}) connected_at_ = steady_clock::now();
  needs_.transfers.NoteReady(needs_.place);
}

// Of the slot in a context of TLS by which its visit is found.
int HttpVisit::VisitIndex() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// The server asks for a certificate, and there is none to show.
int HttpVisit::OnCertificateRequest(SSL* tls, X509** /*certificate*/, EVP_PKEY** /*key*/) {
  static_cast<HttpVisit*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(tls), VisitIndex()))->is_asked_for_certificate_ = true;
  return 0;
}

// The connection stands, and the handshake of TLS begins.
CURLcode HttpVisit::OnContext(CURL* /*easy*/, void* context, void* self) {
  auto& own = *static_cast<HttpVisit*>(self);
  own.NoteConnected();
  auto* const tls = static_cast<SSL_CTX*>(context);
  own.verifier_->Install(tls);
  // Where the connection is the end of the answer, it is complete without a farewell of TLS. Where there is a length or
  // an end of its own, libcurl sees what is missing.
  SSL_CTX_set_options(tls, SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_ex_data(tls, VisitIndex(), &own);
  if (own.service_.client_cert.empty() || !own.is_own_origin()) {
    SSL_CTX_set_client_cert_cb(tls, OnCertificateRequest);
    return CURLE_OK;
  }
  const auto fault = own.needs_.keys.Show(tls, own.service_.client_cert, own.service_.client_key);
  if (!fault) return CURLE_OK;
  own.void_reason_ = VoidReason::kNoKey;
  own.Fail(*fault);
  return CURLE_SSL_CERTPROBLEM;
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
  if (answered_at_ == SteadyTime{}) answered_at_ = steady_clock::now();
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaders) {
    Fail("more than " + std::to_string(kMaxHeaders / 1024) + " KiB of headers");
    return false;
  }
  if (line.starts_with("HTTP/") && (!is_in_body_ || is_challenged_)) {
    const size_t bytes = header_bytes_;
    ForgetAnswer();
    header_bytes_ = bytes;
    return true;
  }
  if (is_in_body_) return true;  // trailers
  constexpr std::string_view kBlank = " \t\r\n";
  if (line.find_first_not_of("\r\n") == std::string_view::npos) return EndHeaders();
  const size_t colon = std::min(line.find(':'), line.size() - 1);
  const std::string_view name = line.substr(0, colon);
  line.remove_prefix(std::min(line.find_first_not_of(kBlank, colon + 1), line.size()));
  TakeField(name, line.substr(0, line.find_last_not_of(kBlank) + 1));
  return true;
}

void HttpVisit::TakeField(std::string_view name, std::string_view value) {
  if (same_but_for_case(name, "Location") && !value.empty()) location_ = value;
  if (same_but_for_case(name, "Content-Encoding")) encoding_ = value;
  if (same_but_for_case(name, "Transfer-Encoding")) has_chunks_ = true;
  if (same_but_for_case(name, "Set-Cookie") && service_.follow_redirects) cookies_.Take(value, url_, WallNow());
}

// What the status alone decides is not waited for: the body of an error may be long.
bool HttpVisit::EndHeaders() {
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status < 200) return true;  // the answer is still to come
  is_in_body_ = true;
  const bool was_challenged = std::exchange(is_challenged_, false);
  if (status == 401 && service_.auth == "digest" && is_own_origin() && !was_challenged) {
    is_challenged_ = true;  // libcurl answers, or EndRequest takes it for what it is
    return true;
  }
  is_redirected_ = service_.follow_redirects && is_redirect(status) && !location_.empty();
  if (is_redirected_) return false;
  if (good_.contains(static_cast<int>(status))) return true;
  FailByStatus(status);
  return false;
}

void HttpVisit::FailByStatus(long status) {
  Fail(std::to_string(status) + " instead of " + service_.expect_status);
  // The last two are nginx's own.
  const bool is_about_certificate = status == 400 || status == 495 || status == 496;
  if (is_asked_for_certificate_ && is_about_certificate) verdict_->reason += ": the server wants a client certificate";
}

bool HttpVisit::TakeBody(std::string_view data) {
  if (header_bytes_ == 0) {
    // An answer of HTTP/0.9, which nobody means any more.
    Fail(is_second_http(data) ? "the server speaks HTTP/2 only" : "the answer is not HTTP");
    return false;
  }
  if (is_challenged_) return true;
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
  } else if (!verdict_ && is_challenged_ && code == CURLE_OK) {
    if (good_.contains(401)) {
      JudgeBody(body_->End());
    } else {
      FailByStatus(401);
    }
  } else if (!verdict_ && is_in_body_ && is_end_of_body(code)) {
    JudgeBody(body_->End());
  } else if (!verdict_) {
    FailBy(code, result);
  }
}

// Where neither a length nor chunks say where the body ends, the end of the connection does. Of one that ends without a
// farewell of TLS libcurl knows by an error without a number or by OpenSSL's.
bool HttpVisit::is_end_of_body(CURLcode code) const {
  if (code != CURLE_RECV_ERROR) return code == CURLE_OK;
  curl_off_t length = -1;
  curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  const std::string_view words = words_.data();
  const bool is_farewell_missing =
      words.find("unexpected eof") != words.npos || (words.ends_with("errno 0") && words.find("error:") == words.npos);
  return url_.is_tls && length < 0 && !has_chunks_ && is_farewell_missing;
}

// A server may refuse within the handshake or, in TLS 1.3, when it is over.
void HttpVisit::FailByTls(bool is_in_handshake) {
  const std::string_view words = words_.data();
  const bool is_about_certificate = words.find("certificate") != words.npos || words.find("unknown ca") != words.npos;
  const bool is_refusal = words.find(" alert ") != words.npos;
  if (words.find("no application protocol") != words.npos) {
    Fail("the server speaks HTTP/2 only");
  } else if (is_refusal && (is_asked_for_certificate_ || words.find("certificate required") != words.npos)) {
    Fail("the server wants a client certificate");
  } else if (is_refusal && is_own_origin() && !service_.client_cert.empty() && is_about_certificate) {
    Fail("the server refuses the client certificate: " + SslText(words));
  } else if (is_in_handshake) {
    Fail(TlsFault(words), words.find("SSL routines:") != words.npos);
  } else {
    Fail("connection closed by the server: " + SslText(words));
  }
}

// What browsers do not know they show as it is.
void HttpVisit::FailByDecoding() {
  const bool is_known = std::any_of(std::begin(kEncodings), std::end(kEncodings), [this](std::string_view known) {
    return encoding_.find(known) != std::string::npos;
  });
  if (is_known || is_undecoded_ || method_ == "POST") {
    Fail("the answer cannot be decompressed" +
         (is_known ? "" : ": it is said to be " + AnswerText(encoding_, {}, 100)));
    return;
  }
  is_undecoded_ = true;
  Leave();
  Ask(Addresses(addresses_));
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
      FailByTls(true);
      break;
    case CURLE_GOT_NOTHING:
      Fail("empty answer", false);
      break;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      if (std::string_view(words_.data()).find(" alert ") != std::string_view::npos) {
        FailByTls(false);
      } else if (is_in_body_) {
        Fail("the answer ends early");
      } else {
        Fail(error == ECONNRESET || error == EPIPE ? "connection reset" : "connection closed before an answer", false);
      }
      break;
    case CURLE_BAD_CONTENT_ENCODING:
      FailByDecoding();
      break;
    case CURLE_PARTIAL_FILE:
      Fail("the answer ends early");
      break;
    case CURLE_OK:  // of 101, say, and of HTTP/0.9 to HEAD
      Fail(status == 0 ? "the answer is not HTTP" : std::to_string(status) + " instead of " + service_.expect_status);
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
  if (redirects_ == service_.max_redirects) {
    Fail("more than " + CountOf(service_.max_redirects, "redirect"));
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
  if (method_ == "POST" && !is_own_origin()) {
    Fail("a POST is not repeated to another origin");
  } else if (CanonicalName(url_.host) == CanonicalName(origin_.host)) {
    Ask(own_addresses_);
  } else if (const auto address = Address::Parse(url_.host)) {
    if (!has_wrong_family(*address)) AskElsewhere({*address});
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
    AskElsewhere(answer.addresses);
  } else {
    Fail(answer.reason);
  }
}

// A name may lead to several places: those that are refused are left out.
void HttpVisit::AskElsewhere(const Addresses& addresses) {
  Addresses allowed;
  std::string refusal;
  for (const Address& address : addresses) {
    std::string why = RefusalOf(address);
    if (why.empty()) {
      allowed.push_back(address);
    } else if (refusal.empty()) {
      refusal = std::move(why);
    }
  }
  if (allowed.empty()) {
    Fail(std::move(refusal));
  } else {
    Ask(allowed);
  }
}

// The host itself must be such a place by all of its addresses: whoever gives out its name could add one.
std::string HttpVisit::RefusalOf(const Address& elsewhere) const {
  if (service_.follow_redirects.value() == FollowRedirects::kAnywhere) return "";
  for (const Address& own : own_addresses_)
    if (std::string refusal = RedirectRefusal(own, elsewhere); !refusal.empty()) return refusal;
  return "";
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
