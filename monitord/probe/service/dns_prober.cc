// Asks a name server for one record, and compares the answer if one is expected.
#include <arpa/nameser.h>
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

class DnsConversation : public Conversation {
 public:
  DnsConversation(const Address& address, int port, const CheckSettings& service)
      : address_(address),
        port_(port),
        question_{static_cast<uint16_t>(std::random_device()()), service.query, service.record},
        expected_(service.expect.value_or("")),
        query_(BuildDnsQuery(question_).value_or("")),
        socket_(socket(address.is_six() ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
        begun_(std::chrono::steady_clock::now()) {
    sockaddr_storage to{};
    const socklen_t length = address.Fill(to, port);
    // Connected, so that the kernel takes answers of that server alone, and tells what ICMP says of it.
    const bool was_sent = socket_.is_open() &&
                          connect(socket_.get(), reinterpret_cast<const sockaddr*>(&to), length) == 0 &&
                          send(socket_.get(), query_.data(), query_.size(), MSG_NOSIGNAL) >= 0;
    if (!was_sent) error_ = errno;
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
  bool Repeat() override {
    return error_ == 0 && !by_tcp_ && send(socket_.get(), query_.data(), query_.size(), MSG_NOSIGNAL) >= 0;
  }
  std::string_view awaited() const override { return by_tcp_ ? "answer by TCP" : "answer"; }

 private:
  State WorkByUdp(SteadyTime now, CheckResult& result) {
    // More than one comes when the server repeats itself, or is none.
    constexpr int kMostDatagrams = 16;
    std::array<char, 4096> buffer;
    for (int i = 0; i < kMostDatagrams; ++i) {
      const ssize_t length = recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (length < 0) {
        if (errno == EAGAIN || errno == EINTR) return State::kGoesOn;
        if (errno == ECONNREFUSED) {
          result.reason = "port unreachable";
        } else {
          FailBySocketError(errno, false, result);
        }
        return State::kUnanswered;
      }
      const auto answer = ParseDnsAnswer({buffer.data(), static_cast<size_t>(length)}, question_);
      if (!answer) continue;
      if (!answer->is_truncated) return Judge(*answer, now, result);
      // The other socket stays open: epoll waits for it until it is told of this one.
      by_tcp_.emplace(address_, port_);
      framed_ = {static_cast<char>(query_.size() >> 8), static_cast<char>(query_.size() & 0xff)};
      framed_ += query_;
      unsent_ = framed_;
      return WorkByTcp(now, result);
    }
    return State::kGoesOn;
  }

  // RFC 1035 section 4.2.2: each message has its length before it.
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
        const auto answer = ParseDnsAnswer(std::string_view(received_).substr(kPrefix, length), question_);
        if (answer && !answer->is_truncated) return Judge(*answer, now, result);
        fault = "an answer that cannot be read";
      }
    }
    if (!fault) return State::kGoesOn;
    result.reason = kByTcp + *fault;
    return State::kUnanswered;
  }

  State Judge(const DnsAnswer& answer, SteadyTime now, CheckResult& result) const {
    if (answer.code != ns_r_noerror) {
      result.reason = CodeText(answer.code);
      return answer.code == ns_r_servfail ? State::kUnanswered : State::kAnswered;
    }
    const auto& values = answer.values;
    if (values.empty()) {
      result.reason = "no " + question_.record + " record";
      return State::kAnswered;
    }
    const auto is_expected = [&](const std::string& value) { return is_dns_value(question_.record, value, expected_); };
    if (!expected_.empty() && std::none_of(values.begin(), values.end(), is_expected)) {
      std::vector<std::string> shown;
      std::transform(values.begin(), values.end(), std::back_inserter(shown), Shown);
      result.reason = "answered " + ListOf(shown, kMostValues) + " instead of " + Shown(expected_);
      return State::kAnswered;
    }
    result.ok = true;
    result.rtt_ms = MillisecondsSince(begun_, now);
    return State::kAnswered;
  }

  const Address address_;
  const int port_;
  const DnsQuestion question_;
  const std::string expected_, query_;
  const Descriptor socket_;
  const SteadyTime begun_;
  int error_ = 0;  // of asking
  std::optional<TcpConnection> by_tcp_;
  std::string framed_, received_;
  std::string_view unsent_;
};

}  // namespace

std::unique_ptr<Prober> MakeDnsProber(Prober::Done done, const ProberNeeds&) {
  return std::make_unique<ServiceProber>(
      std::move(done), [](const Target& target, const Addresses& addresses, ServiceProber::Place) {
        return std::make_unique<DnsConversation>(addresses.front(), PortOf(target.kind, *target.check_settings),
                                                 *target.check_settings);
      });
}

}  // namespace linewatch
