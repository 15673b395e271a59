#include "monitord/probe/service/tcp_prober.h"

#include <string>
#include <utility>

#include "monitord/net/answer_text.h"
#include "monitord/probe/probers.h"
#include "monitord/probe/service/service_prober.h"
#include "monitord/probe/service/tcp_connection.h"

namespace linewatch {
namespace {

std::string Quoted(std::string_view text) {
  constexpr size_t kMost = 80;
  return '"' + AnswerText(text, {}, kMost) + '"';
}

class TcpConversation : public Conversation {
 public:
  TcpConversation(const Address& address, const Service& service)
      : connection_(address, *service.port), expected_(service.expect.value_or("")) {}

  State Work(SteadyTime now, CheckResult& result) override {
    if (!is_connected_) {
      const auto state = connection_.Look(result);
      if (state == TcpConnection::State::kConnecting) return State::kGoesOn;
      if (state == TcpConnection::State::kFailed) return State::kUnanswered;
      is_connected_ = true;
      if (!expected_.empty()) awaited_ = "banner";
    }
    const auto fault = connection_.Read(banner_, expected_.empty() ? 0 : kMaxBanner);
    if (banner_.find(expected_) != std::string::npos) {
      result.ok = true;
      result.rtt_ms = connection_.MillisecondsUntil(now);
      return State::kAnswered;
    }
    if (fault && banner_.empty()) {
      result.reason = *fault + " without a banner";
      return State::kUnanswered;
    }
    if (fault || banner_.size() == kMaxBanner) {
      result.reason = "banner is " + Quoted(banner_) + " instead of " + Quoted(expected_);
      return State::kAnswered;
    }
    if (!banner_.empty()) awaited_ = Quoted(expected_) + " in the banner " + Quoted(banner_);
    return State::kGoesOn;
  }

  pollfd wait() const override { return {connection_.fd(), static_cast<int16_t>(is_connected_ ? POLLIN : POLLOUT), 0}; }
  bool is_connected() const override { return is_connected_; }
  std::string_view awaited() const override { return awaited_; }

 private:
  TcpConnection connection_;
  const std::string expected_;
  std::string banner_, awaited_ = "connection";
  bool is_connected_ = false;
};

}  // namespace

std::unique_ptr<Prober> MakeTcpProber(Prober::Done done) {
  return std::make_unique<ServiceProber>(std::move(done),
                                         [](const Target& target, const Address& address, ServiceProber::Place) {
                                           return std::make_unique<TcpConversation>(address, *target.service);
                                         });
}

std::unique_ptr<Prober> MakeTcpProber(Prober::Done done, const ProberNeeds&) { return MakeTcpProber(std::move(done)); }

}  // namespace linewatch
