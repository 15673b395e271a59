// Connects by TCP, and compares the banner if one is expected: mail, SSH, databases.
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "monitord/net/answer_text.h"
#include "monitord/probe/probers.h"
#include "monitord/probe/service/service_prober.h"
#include "monitord/probe/service/tcp_connection.h"

namespace linewatch {
namespace {

// Of a banner, until what is expected was found in it.
constexpr size_t kMaxBanner = 4096;

std::string Quoted(std::string_view text) {
  constexpr size_t kMost = 80;
  return '"' + AnswerText(text, {}, kMost) + '"';
}

class TcpConversation : public Conversation {
 public:
  TcpConversation(const Addresses& addresses, const CheckSettings& service)
      : connection_(addresses, *service.port), expected_(service.expect.value_or("")) {}

  State Work(SteadyTime now, CheckResult& result) override {
    if (const auto state = connection_.Connect(result)) return *state;
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
    awaited_ = banner_.empty() ? "banner" : Quoted(expected_) + " in the banner " + Quoted(banner_);
    return State::kGoesOn;
  }

  pollfd wait() const override { return connection_.wait(POLLIN); }
  bool is_connected() const override { return connection_.is_connected(); }
  std::string_view awaited() const override { return awaited_; }

 private:
  TcpConnection connection_;
  const std::string expected_;
  std::string banner_, awaited_ = "connection";
};

}  // namespace

std::unique_ptr<Prober> MakeTcpProber(Prober::Done done, const ProberNeeds&) {
  return std::make_unique<ServiceProber>(std::move(done),
                                         [](const Target& target, const Addresses& addresses, ServiceProber::Place) {
                                           return std::make_unique<TcpConversation>(addresses, *target.check_settings);
                                         });
}

}  // namespace linewatch
