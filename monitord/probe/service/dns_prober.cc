// Asks a name server for one record, and compares the answer if one is expected.
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "monitord/net/answer_text.h"
#include "monitord/probe/probers.h"
#include "monitord/probe/service/dns_message.h"
#include "monitord/probe/service/service_prober.h"
#include "monitord/probe/service/tcp_connection.h"
#include "store/file/descriptor.h"
#include "store/text/ascii.h"
#include "store/text/wording.h"

namespace linewatch {
namespace {

// Of an answer, in a reason.
constexpr size_t kMostValues = 3, kMostValueBytes = 80;

constexpr char kByTcp[] = "the answer is too long for UDP, and by TCP: ";

std::string Shown(const std::string& value) { return AnswerText(value, {}, kMostValueBytes); }

std::string CodeText(int code) {
  switch (code) {
    case ns_r_formerr:
      return "the name server cannot read the question (FORMERR)";
    case ns_r_servfail:
      return "the name server has failed (SERVFAIL)";
    case ns_r_nxdomain:
      return "the name does not exist";
    case ns_r_notimpl:
      return "the name server does not answer such questions (NOTIMP)";
    case ns_r_refused:
      return "the name server refuses to answer (REFUSED)";
    default:
      return "the name server answered with error " + std::to_string(code);
  }
}

uint16_t NewId() { return static_cast<uint16_t>(std::random_device()()); }

// The same with EDNS and without: their numbers tell the answers apart.
std::array<DnsQuestion, 2> QuestionsOf(const CheckSettings& service) {
  DnsQuestion question{NewId(), service.record == "PTR" ? ReverseName(service.query) : service.query, service.record};
  DnsQuestion plain = question;
  plain.id = static_cast<uint16_t>(~question.id);
  plain.has_edns = false;
  return {std::move(question), std::move(plain)};
}

// RFC 6891 section 7, and what servers say that are older than it.
bool is_against_edns(int code) {
  constexpr int kBadVersion = 16;
  return code == ns_r_formerr || code == ns_r_notimpl || code == kBadVersion;
}

// A question with EDNS is asked first. Some servers, and firewalls before them, refuse it or drop it: then the same is
// asked without. The answer to either counts.
class DnsConversation : public Conversation {
 public:
  DnsConversation(const Address& address, int port, const CheckSettings& service, bool is_only_try)
      : address_(address),
        port_(port),
        questions_(QuestionsOf(service)),
        expected_(service.expect.value_or("")),
        wants_no_name_(same_but_for_case(expected_, "NXDOMAIN")),
        socket_(socket(address.is_six() ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    // Not connected, so that an answer from another address is seen, and told of in the reason. What ICMP says of the
    // server is told as to a connected socket.
    const int on = 1;
    const bool was_sent = socket_.is_open() &&
                          setsockopt(socket_.get(), address.is_six() ? IPPROTO_IPV6 : IPPROTO_IP,
                                     address.is_six() ? IPV6_RECVERR : IP_RECVERR, &on, sizeof on) == 0 &&
                          Ask(kWithEdns);
    if (!was_sent) {
      error_ = errno;
    } else if (is_only_try) {
      is_edns_awaited_ = Ask(kWithoutEdns);  // where nothing is asked again there is no other chance
    }
  }

  State Work(SteadyTime now, CheckResult& result) override {
    if (error_ != 0) {
      FailBySocketError(error_, true, result);
      return State::kUnanswered;
    }
    return by_tcp_ ? WorkByTcp(now, result) : WorkByUdp(now, result);
  }

  pollfd wait() const override {
    return by_tcp_ ? by_tcp_->wait(unsent_.empty() ? POLLIN : POLLOUT) : pollfd{socket_.get(), POLLIN, 0};
  }
  bool is_connected() const override { return by_tcp_.has_value(); }
  bool tries_one_address() const override { return !by_tcp_; }
  Address peer() const override { return address_; }
  bool Repeat() override { return error_ == 0 && !by_tcp_ && Ask(kWithoutEdns); }
  std::string_view awaited() const override {
    if (by_tcp_) return "answer by TCP";
    return awaited_;
  }

 private:
  enum Kind : size_t { kWithEdns, kWithoutEdns };
  bool Ask(Kind kind) {
    const std::string query = BuildDnsQuery(questions_[kind]).value_or("");
    if (asked_at_[kind] == SteadyTime{}) asked_at_[kind] = std::chrono::steady_clock::now();
    sockaddr_storage to{};
    const socklen_t length = address_.Fill(to, port_);
    const bool was_sent = sendto(socket_.get(), query.data(), query.size(), MSG_NOSIGNAL,
                                 reinterpret_cast<const sockaddr*>(&to), length) >= 0;
    // What ICMP has said of an earlier one is told but once.
    if (!was_sent && errno == ECONNREFUSED) is_refused_ = true;
    return was_sent;
  }

  State WorkByUdp(SteadyTime now, CheckResult& result) {
    // More than one comes when the server repeats itself, or is none.
    constexpr int kMostDatagrams = 16;
    std::array<char, 4096> buffer;
    for (int i = 0; i < kMostDatagrams; ++i) {
      sockaddr_storage from{};
      socklen_t from_length = sizeof from;
      auto* const sender = reinterpret_cast<sockaddr*>(&from);
      const ssize_t length = recvfrom(socket_.get(), buffer.data(), buffer.size(), 0, sender, &from_length);
      if (length < 0) {
        if ((errno == EAGAIN || errno == EINTR) && !is_refused_) return State::kGoesOn;
        if (is_refused_ || errno == ECONNREFUSED) {
          result.reason = "port unreachable";
        } else {
          FailBySocketError(errno, false, result);
        }
        return State::kUnanswered;
      }
      if (const auto state = TakeMessage({buffer.data(), static_cast<size_t>(length)}, sender, now, result))
        return *state;
    }
    return State::kGoesOn;
  }

  std::optional<State> TakeMessage(std::string_view message, const sockaddr* sender, SteadyTime now,
                                   CheckResult& result) {
    for (const Kind kind : {kWithEdns, kWithoutEdns}) {
      const auto answer = ParseDnsAnswer(message, questions_[kind]);
      if (!answer || asked_at_[kind] == SteadyTime{}) continue;
      if (is_server(sender)) return Take(kind, *answer, now, result);
      awaited_ = "answer from it, but one from " + Address(sender).Text() + ",";
    }
    return std::nullopt;
  }

  bool is_server(const sockaddr* sender) const {
    // Of both families it stands at the same place.
    const auto port = ntohs(reinterpret_cast<const sockaddr_in*>(sender)->sin_port);
    return port == port_ && Address(sender) == address_;
  }

  // Nothing: it does not count, and another is waited for.
  std::optional<State> Take(Kind kind, const DnsAnswer& answer, SteadyTime now, CheckResult& result) {
    if (kind == kWithEdns && is_against_edns(answer.code)) {
      if (asked_at_[kWithoutEdns] == SteadyTime{}) Ask(kWithoutEdns);
      is_edns_awaited_ = false;
      return is_plain_truncated_ ? std::optional(AskByTcp(kWithoutEdns, now, result)) : std::nullopt;
    }
    if (!answer.is_truncated) return Judge(answer, asked_at_[kind], now, result);
    if (kind == kWithEdns || !is_edns_awaited_) return AskByTcp(kind, now, result);
    is_plain_truncated_ = true;  // with EDNS more fits into a packet
    return std::nullopt;
  }

  State AskByTcp(Kind kind, SteadyTime now, CheckResult& result) {
    by_tcp_asked_at_ = asked_at_[kind];
    // The other socket stays open: epoll waits for it until it is told of this one.
    by_tcp_.emplace(address_, port_);
    const std::string query = BuildDnsQuery(questions_[kWithoutEdns]).value_or("");
    framed_ = {static_cast<char>(query.size() >> 8), static_cast<char>(query.size() & 0xff)};
    framed_ += query;
    unsent_ = framed_;
    return WorkByTcp(now, result);
  }

  // RFC 1035 section 4.2.2: each message has its length before it. There is room for any answer without EDNS.
  State WorkByTcp(SteadyTime now, CheckResult& result) {
    if (const auto state = by_tcp_->Connect(result)) {
      if (*state == State::kUnanswered) result.reason = kByTcp + std::string(result.reason);
      return *state;
    }
    constexpr size_t kPrefix = 2;
    std::optional<std::string> fault;
    if (!by_tcp_->Write(unsent_)) fault = "connection lost";
    if (!fault) fault = by_tcp_->Read(received_, kPrefix + NS_MAXMSG);
    if (received_.size() >= kPrefix) {
      const size_t length =
          static_cast<size_t>(static_cast<unsigned char>(received_[0])) << 8 | static_cast<unsigned char>(received_[1]);
      if (received_.size() >= kPrefix + length) {
        const auto answer =
            ParseDnsAnswer(std::string_view(received_).substr(kPrefix, length), questions_[kWithoutEdns]);
        if (answer && !answer->is_truncated) return Judge(*answer, by_tcp_asked_at_, now, result);
        fault = "an answer that cannot be read";
      }
    }
    if (!fault) return State::kGoesOn;
    result.reason = kByTcp + *fault;
    return State::kUnanswered;
  }

  State Judge(const DnsAnswer& answer, SteadyTime asked_at, SteadyTime now, CheckResult& result) const {
    const std::string& record = questions_[kWithEdns].record;
    if (answer.code != ns_r_noerror && !(wants_no_name_ && answer.code == ns_r_nxdomain)) {
      result.reason = CodeText(answer.code);
      return answer.code == ns_r_servfail ? State::kUnanswered : State::kAnswered;
    }
    const auto& values = answer.values;
    if (answer.code == ns_r_noerror && values.empty()) {
      result.reason = wants_no_name_ ? "the name exists, if without " + record + " record, instead of NXDOMAIN"
                                     : "no " + record + " record";
      return State::kAnswered;
    }
    const auto is_expected = [&](const std::string& value) { return is_dns_value(record, value, expected_); };
    if (answer.code == ns_r_noerror && !expected_.empty() &&
        (wants_no_name_ || std::none_of(values.begin(), values.end(), is_expected))) {
      std::vector<std::string> shown;
      std::transform(values.begin(), values.end(), std::back_inserter(shown), Shown);
      result.reason = "answered " + ListOf(shown, kMostValues) + " instead of " + Shown(expected_);
      return State::kAnswered;
    }
    result.ok = true;
    result.rtt_ms = MillisecondsSince(asked_at, now);
    return State::kAnswered;
  }

  const Address address_;
  const int port_;
  const std::array<DnsQuestion, 2> questions_;  // by Kind
  const std::string expected_;
  const bool wants_no_name_;
  const Descriptor socket_;
  std::array<SteadyTime, 2> asked_at_{};  // for the first time, by Kind; the clock's begin: not yet
  bool is_edns_awaited_ = false;          // although it was asked without, too;
  bool is_plain_truncated_ = false;       // and the answer to that is too long
  bool is_refused_ = false;               // by ICMP
  int error_ = 0;                         // of asking
  std::optional<TcpConnection> by_tcp_;
  SteadyTime by_tcp_asked_at_{};
  std::string framed_, received_;
  std::string_view unsent_;
  std::string awaited_ = "answer";
};

}  // namespace

std::unique_ptr<Prober> MakeDnsProber(Prober::Done done, const ProberNeeds&) {
  return std::make_unique<ServiceProber>(
      std::move(done), [](const Target& target, const Addresses& addresses, ServiceProber::Place) {
        return std::make_unique<DnsConversation>(addresses.front(), PortOf(target.kind, *target.check_settings),
                                                 *target.check_settings, target.retries == 0);
      });
}

}  // namespace linewatch
