#include "monitord/probe/service/http_prober.h"

#include <openssl/types.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "monitord/net/answer_text.h"
#include "monitord/net/certificate_verifier.h"
#include "monitord/net/curl_handles.h"
#include "monitord/probe/probers.h"
#include "monitord/probe/service/tcp_connection.h"
#include "store/file/descriptor.h"
#include "store/text/ascii.h"
#include "store/text/network_name.h"
#include "store/text/plain_text.h"
#include "store/text/status_ranges.h"
#include "store/text/url.h"

namespace linewatch {
namespace {

using std::chrono::steady_clock;

// Of a keyword, in a reason.
constexpr size_t kMostKeyword = 100;

// CURLE_TOO_LARGE of libcurl 8.6. Before that a line too long for its buffer was want of memory.
constexpr auto kTooLarge = static_cast<CURLcode>(100);

struct Verdict {
  bool ok = false;
  std::string reason;
  bool is_answer = true;  // else another try may have more luck
};

float Milliseconds(SteadyTime::duration time) { return std::chrono::duration<float, std::milli>(time).count(); }

void AddTo(PackedOptional<float>& sum, float part) { sum = sum.value_or(0) + part; }

// For libcurl, without the interface: see OpenSocket.
std::string AuthorityOf(const Address& address) {
  return address.is_six() ? "[" + address.Text() + "]" : address.Text();
}

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// Whether a Location is a URL of another kind, such as mailto:somebody.
bool is_elsewhere(std::string_view location) {
  const std::string_view scheme = location.substr(0, location.find_first_of(":/?#"));
  if (scheme.size() == location.size() || location[scheme.size()] != ':') return false;
  return !same_but_for_case(scheme, "http") && !same_but_for_case(scheme, "https");
}

// The URL that a Location leads to, which may be a part of one; empty if it leads nowhere.
std::string ResolveLocation(const std::string& base, const std::string& location) {
  const CurlUrl url(curl_url());
  if (url == nullptr || curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK) return "";
  if (curl_url_set(url.get(), CURLUPART_URL, location.c_str(), CURLU_URLENCODE) != CURLUE_OK) return "";
  curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
  char* text = nullptr;
  if (curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) return "";
  return CurlText(text).get();
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

// What libcurl's multi interface and the visits under way share.
struct HttpProber::Transfers {
  Transfers() : multi((InitCurlOnce(), curl_multi_init())) {
    if (multi == nullptr) throw std::bad_alloc();
    if (!epoll.is_open()) ThrowErrno("epoll_create1");
    curl_multi_setopt(multi.get(), CURLMOPT_SOCKETFUNCTION, Watch);
    curl_multi_setopt(multi.get(), CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi.get(), CURLMOPT_TIMERFUNCTION, SetTimer);
    curl_multi_setopt(multi.get(), CURLMOPT_TIMERDATA, this);
  }

  static int Watch(CURL* easy, curl_socket_t fd, int what, void* self, void* known);
  static int SetTimer(CURLM* multi, long milliseconds, void* self);
  // Lets libcurl work on one descriptor, or on its timers.
  void Act(curl_socket_t fd, int what);

  const Descriptor epoll{epoll_create1(EPOLL_CLOEXEC)};
  const CurlMulti multi;
  SteadyTime timer_at = SteadyTime::max();
  std::vector<Place> ready;  // where a conversation may get further
};

// One try: the request, and those that redirects lead to.
class HttpProber::Visit : public Conversation {
 public:
  Visit(HttpProber& prober, const Target& target, const Addresses& addresses, Place place);
  ~Visit() override { Leave(); }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  State Work(SteadyTime now, CheckResult& result) override;
  pollfd wait() const override { return {-1, 0, 0}; }
  bool is_connected() const override { return redirects_ > 0 || connected_at_ != SteadyTime{}; }
  // libcurl tries one of each family. Who has not answered after nearly half of the time cannot send a page in the rest.
  bool tries_one_address() const override {
    return !is_connected() && steady_clock::now() - began_ > target_.timeout * 2 / 5;
  }
  Address peer() const override;
  std::string_view awaited() const override;

  Place place() const { return place_; }
  void NoteWatched() { was_watched_ = true; }
  void NoteEnd(CURLcode code) { ended_ = code; }

 private:
  static size_t OnHeader(char* data, size_t one, size_t length, void* self);
  static size_t OnBody(char* data, size_t one, size_t length, void* self);
  static CURLcode OnContext(CURL* easy, void* context, void* self);
  static int OnReady(void* self, char* there, char* here, int there_port, int here_port);
  static curl_socket_t OpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address);

  void NoteConnected();
  bool TakeHeader(std::string_view line);
  bool EndHeaders();
  bool TakeBody(std::string_view data);
  void JudgeBody(bool has_keyword);

  void Ask(const Addresses& addresses);
  void AimAt(const Addresses& addresses);
  void AddOwn();
  void Leave();
  void EndRequest(CURLcode code, SteadyTime now, CheckResult& result);
  void Redirect(SteadyTime now);
  void FindRedirected(SteadyTime now);
  void Fail(std::string reason, bool is_answer = true) { verdict_ = {false, std::move(reason), is_answer}; }
  void FailBy(CURLcode code, CheckResult& result);
  bool has_wrong_family(const Address& address);
  CheckDetails Measured() const;
  bool is_own_origin() const { return url_.has_same_origin(origin_); }

  HttpProber& prober_;
  const Target& target_;
  const CheckSettings& service_;
  const Addresses own_addresses_;
  const Place place_;
  const SteadyTime began_ = steady_clock::now();
  StatusRanges good_;
  Url origin_;  // of the host's own URL

  // The request under way.
  CurlEasy easy_;
  CurlLines connect_to_, resolved_, headers_;
  std::unique_ptr<CertificateVerifier> verifier_;
  std::array<char, CURL_ERROR_SIZE> words_{};
  Url url_;
  std::string url_text_, method_;
  Addresses addresses_;
  bool is_added_ = false, is_looking_up_ = false;
  bool was_watched_ = false;  // its connection was not refused at once
  // What was reached; as libcurl counts it, it knows of the connection no sooner than of TLS.
  SteadyTime opened_at_{}, connected_at_{}, ready_at_{}, answered_at_{};
  std::optional<CURLcode> ended_;
  std::string location_;
  size_t header_bytes_ = 0, body_bytes_ = 0;
  bool is_in_body_ = false, is_redirected_ = false;
  std::string unsearched_;  // the end of the body as far as it has come, in which the keyword may begin
  int socket_error_ = 0;

  // Of all.
  int redirects_ = 0;
  SteadyTime looking_up_since_{};
  CheckDetails before_;  // of the requests that were redirected
  std::optional<Verdict> verdict_;
  VoidReason void_reason_ = VoidReason::kNone;
};

int HttpProber::Transfers::Watch(CURL* easy, curl_socket_t fd, int what, void* self, void* known) {
  auto& own = *static_cast<Transfers*>(self);
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(own.epoll.get(), EPOLL_CTL_DEL, fd, nullptr);
    return 0;
  }
  epoll_event event{};
  if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  event.data.fd = fd;
  if (epoll_ctl(own.epoll.get(), known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) != 0) return -1;
  curl_multi_assign(own.multi.get(), fd, &own);
  Visit* visit = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &visit);
  visit->NoteWatched();
  return 0;
}

int HttpProber::Transfers::SetTimer(CURLM* /*multi*/, long milliseconds, void* self) {
  static_cast<Transfers*>(self)->timer_at =
      milliseconds < 0 ? SteadyTime::max() : steady_clock::now() + std::chrono::milliseconds(milliseconds);
  return 0;
}

void HttpProber::Transfers::Act(curl_socket_t fd, int what) {
  int running = 0;
  curl_multi_socket_action(multi.get(), fd, what, &running);
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    Visit* visit = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &visit);
    visit->NoteEnd(message->data.result);
    ready.push_back(visit->place());
  }
}

HttpProber::HttpProber(Done done, const TrustStore& trust)
    : ServiceProber(std::move(done),
                    [this](const Target& target, const Addresses& addresses, Place place) {
                      if (!transfers_) transfers_ = std::make_unique<Transfers>();
                      return std::make_unique<Visit>(*this, target, addresses, place);
                    }),
      trust_(trust) {}

HttpProber::~HttpProber() { EndAllTries(); }

void HttpProber::AddWaits(std::vector<pollfd>& waits) const {
  ServiceProber::AddWaits(waits);
  if (transfers_) waits.push_back({transfers_->epoll.get(), POLLIN, 0});
}

SteadyTime HttpProber::wake_at() const {
  const SteadyTime own = transfers_ ? transfers_->timer_at : SteadyTime::max();
  return std::min(ServiceProber::wake_at(), own);
}

void HttpProber::Work(SteadyTime now) {
  if (transfers_) WorkTransfers();
  // Afterwards: there is room again for those that wait for their turn.
  ServiceProber::Work(now);
}

void HttpProber::WorkTransfers() {
  const auto go_on = [this] {
    const SteadyTime at = steady_clock::now();
    for (const Place place : std::exchange(transfers_->ready, {})) GoOn(place, at);
  };
  constexpr int kMostEvents = 256;
  std::array<epoll_event, kMostEvents> events;
  const int count = epoll_wait(transfers_->epoll.get(), events.data(), kMostEvents, 0);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<size_t>(i)];
    int what = 0;
    if ((event.events & EPOLLIN) != 0) what |= CURL_CSELECT_IN;
    if ((event.events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
    if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) what |= CURL_CSELECT_ERR;
    transfers_->Act(event.data.fd, what);
    go_on();
  }
  if (transfers_->timer_at <= steady_clock::now()) {
    transfers_->timer_at = SteadyTime::max();
    transfers_->Act(CURL_SOCKET_TIMEOUT, 0);
    go_on();
  }
}

HttpProber::Visit::Visit(HttpProber& prober, const Target& target, const Addresses& addresses, Place place)
    : prober_(prober), target_(target), service_(*target.check_settings), own_addresses_(addresses), place_(place) {
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
  if (target.name) AddTo(before_.name_ms, Milliseconds(prober.NamingTime(place)));
  if (!has_wrong_family(addresses.front())) Ask(addresses);
}

// Of a literal; names are looked up in the right one.
bool HttpProber::Visit::has_wrong_family(const Address& address) {
  if (!service_.ip_version || address.is_six() == (*service_.ip_version == 6)) return false;
  Fail(address.Text() + " is no address of IPv" + std::to_string(*service_.ip_version));
  return true;
}

void HttpProber::Visit::Ask(const Addresses& addresses) {
  if (easy_ == nullptr) easy_.reset(curl_easy_init());
  if (easy_ == nullptr) throw std::system_error(ENOMEM, std::generic_category(), "curl_easy_init");
  CURL* const easy = easy_.get();
  curl_easy_reset(easy);
  connect_to_.reset();
  verifier_.reset();
  addresses_ = addresses;
  ended_.reset();
  location_.clear();
  header_bytes_ = 0;
  is_in_body_ = is_redirected_ = was_watched_ = false;
  opened_at_ = connected_at_ = ready_at_ = answered_at_ = {};
  socket_error_ = 0;
  words_[0] = '\0';

  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
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
  if (url_.is_tls) {
    verifier_ = std::make_unique<CertificateVerifier>(prober_.trust_, url_.host, service_.verify_tls);
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
  if (curl_multi_add_handle(prober_.transfers_->multi.get(), easy) != CURLM_OK)
    throw std::system_error(ENOMEM, std::generic_category(), "curl_multi_add_handle");
  is_added_ = true;
}

// At addresses, for any host and port of the URL.
void HttpProber::Visit::AimAt(const Addresses& addresses) {
  CURL* const easy = easy_.get();
  resolved_.reset();
  // The prober keeps the deadline. But of two addresses of a family libcurl gives the first half of this time.
  const bool is_one = addresses.size() == 1;
  const long patience_ms = is_one ? 24L * 3600 * 1000 : static_cast<long>(target_.timeout.count()) * 5 / 4;
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, patience_ms);
  // Several need a name, which is this place's: what libcurl remembers of it is replaced by the next check here.
  const std::string name = is_one ? AuthorityOf(addresses.front()) : "place" + std::to_string(place_) + ".invalid";
  AddLine(connect_to_, "::" + name + ":");
  curl_easy_setopt(easy, CURLOPT_CONNECT_TO, connect_to_.get());
  if (is_one) return;
  std::string line = name + ":" + std::to_string(url_.port) + ":";
  for (const Address& address : addresses) line += (&address == addresses.data() ? "" : ",") + AuthorityOf(address);
  AddLine(resolved_, line);
  curl_easy_setopt(easy, CURLOPT_RESOLVE, resolved_.get());
}

// Of the site itself, not of another one that it redirects to.
Address HttpProber::Visit::peer() const {
  char* text = nullptr;
  if (CanonicalName(url_.host) != CanonicalName(origin_.host) || easy_ == nullptr ||
      curl_easy_getinfo(easy_.get(), CURLINFO_PRIMARY_IP, &text) != CURLE_OK || text == nullptr)
    return {};
  return Address::Parse(text).value_or(Address());
}

// What is only for the site itself: it goes nowhere else.
void HttpProber::Visit::AddOwn() {
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

void HttpProber::Visit::Leave() {
  if (is_added_) curl_multi_remove_handle(prober_.transfers_->multi.get(), easy_.get());
  is_added_ = false;
}

// The address that was looked up may belong to an interface, of which libcurl's own text knows nothing.
curl_socket_t HttpProber::Visit::OpenSocket(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
  auto& own = *static_cast<Visit*>(self);
  const auto* given = reinterpret_cast<const sockaddr_in6*>(&address->addr);
  sockaddr_storage to{};
  const Address wanted(&address->addr);
  const auto known = std::find(own.addresses_.begin(), own.addresses_.end(), wanted);
  // Both families have the port in the same place.
  address->addrlen = (known == own.addresses_.end() ? wanted : *known).Fill(to, ntohs(given->sin6_port));
  std::memcpy(&address->addr, &to, address->addrlen);
  const int fd = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
  if (own.opened_at_ == SteadyTime{}) own.opened_at_ = steady_clock::now();
  if (fd < 0) own.socket_error_ = errno;
  return fd;
}

void HttpProber::Visit::NoteConnected() {
  if (connected_at_ == SteadyTime{}) connected_at_ = steady_clock::now();
  prober_.transfers_->ready.push_back(place_);
}

// The connection stands, and the handshake of TLS begins.
CURLcode HttpProber::Visit::OnContext(CURL* /*easy*/, void* context, void* self) {
  auto& own = *static_cast<Visit*>(self);
  own.NoteConnected();
  own.verifier_->Install(static_cast<SSL_CTX*>(context));
  return CURLE_OK;
}

// The connection stands, TLS too, and the request is about to be sent.
int HttpProber::Visit::OnReady(void* self, char* /*there*/, char* /*here*/, int /*there_port*/, int /*here_port*/) {
  auto& own = *static_cast<Visit*>(self);
  own.NoteConnected();
  own.ready_at_ = steady_clock::now();
  return CURL_PREREQFUNC_OK;
}

// Another length than the one given ends the transfer.
size_t HttpProber::Visit::OnHeader(char* data, size_t one, size_t length, void* self) {
  return static_cast<Visit*>(self)->TakeHeader({data, one * length}) ? one * length : 0;
}

size_t HttpProber::Visit::OnBody(char* data, size_t one, size_t length, void* self) {
  return static_cast<Visit*>(self)->TakeBody({data, one * length}) ? one * length : 0;
}

bool HttpProber::Visit::TakeHeader(std::string_view line) {
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
bool HttpProber::Visit::EndHeaders() {
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

bool HttpProber::Visit::TakeBody(std::string_view data) {
  data = data.substr(0, CheckSettings::kMaxBody - body_bytes_);
  body_bytes_ += data.size();
  if (service_.keyword) {
    unsearched_ += data;
    if (unsearched_.find(*service_.keyword) != std::string::npos) {
      JudgeBody(true);
      return false;
    }
    // It may stand across the border.
    unsearched_.erase(0, unsearched_.size() - std::min(unsearched_.size(), service_.keyword->size() - 1));
  }
  if (body_bytes_ < CheckSettings::kMaxBody) return true;
  JudgeBody(false);
  return false;
}

void HttpProber::Visit::JudgeBody(bool has_keyword) {
  if (service_.keyword && has_keyword == service_.keyword_absent) {
    Fail("keyword \"" + AnswerText(*service_.keyword, {}, kMostKeyword) + "\" " + (has_keyword ? "" : "not ") +
         "found");
  } else {
    verdict_ = {true, "", true};
  }
}

Conversation::State HttpProber::Visit::Work(SteadyTime now, CheckResult& result) {
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

void HttpProber::Visit::EndRequest(CURLcode code, SteadyTime now, CheckResult& result) {
  if (verifier_ != nullptr && !verifier_->fault().empty()) {
    Fail(verifier_->fault());
  } else if (is_redirected_) {
    Redirect(now);
  } else if (!verdict_ && code == CURLE_OK && is_in_body_) {
    JudgeBody(false);
  } else if (!verdict_) {
    FailBy(code, result);
  }
}

void HttpProber::Visit::FailBy(CURLcode code, CheckResult& result) {
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

void HttpProber::Visit::Redirect(SteadyTime now) {
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
    Ask(own_addresses_);
  } else if (const auto address = Address::Parse(url_.host)) {
    if (!has_wrong_family(*address)) Ask({*address});
  } else {
    looking_up_since_ = now;
    is_looking_up_ = true;
    FindRedirected(now);
  }
}

void HttpProber::Visit::FindRedirected(SteadyTime now) {
  const Resolver::Answer answer = prober_.LookUp(place_, url_.host, now);
  if (answer.state == Resolver::Answer::State::kPending) return;
  is_looking_up_ = false;
  AddTo(before_.name_ms, Milliseconds(now - looking_up_since_));
  if (answer.state == Resolver::Answer::State::kFound) {
    Ask(answer.addresses);
  } else {
    Fail(answer.reason);
  }
}

std::string_view HttpProber::Visit::awaited() const {
  if (is_looking_up_) return "address of the site that it redirects to";
  if (connected_at_ == SteadyTime{}) return "connection";
  if (ready_at_ == SteadyTime{}) return "TLS handshake";
  return is_in_body_ ? "complete answer" : "answer";
}

CheckDetails HttpProber::Visit::Measured() const {
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

std::unique_ptr<Prober> MakeHttpProber(Prober::Done done, const ProberNeeds& needs) {
  return std::make_unique<HttpProber>(std::move(done), needs.trust);
}

}  // namespace linewatch
