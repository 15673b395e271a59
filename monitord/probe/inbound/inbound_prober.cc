#include "monitord/probe/inbound/inbound_prober.h"

#include <utility>

#include "monitord/probe/probers.h"

namespace linewatch {

void InboundProber::Start(std::span<const Check> checks, SteadyTime now) {
  for (const Check& check : checks) {
    Verdict verdict = inbox_->VerdictOn(check.target->id, now);
    CheckResult& result = *check.result;
    result.sent = now;
    result.ok = verdict.kind == Verdict::Kind::kGood;
    result.is_open = verdict.kind == Verdict::Kind::kOpen;
    result.rtt_ms = verdict.ms;
    result.reason = std::move(verdict.reason);
    done_(check);
  }
}

std::unique_ptr<Prober> MakeMqttProber(Prober::Done done, const ProberNeeds& needs) {
  return std::make_unique<InboundProber>(needs.inbox, std::move(done));
}

std::unique_ptr<Prober> MakePushProber(Prober::Done done, const ProberNeeds& needs) {
  return std::make_unique<InboundProber>(needs.inbox, std::move(done));
}

}  // namespace linewatch
