// Checks that send nothing: what has come in by itself since the last one is the answer, and it is there at once.
#ifndef LINEWATCH_MONITORD_PROBE_INBOUND_INBOUND_PROBER_H_
#define LINEWATCH_MONITORD_PROBE_INBOUND_INBOUND_PROBER_H_

#include <memory>
#include <vector>

#include "monitord/probe/inbound/inbox.h"
#include "monitord/probe/prober.h"

namespace linewatch {

class InboundProber : public Prober {
 public:
  InboundProber(std::shared_ptr<const Inbox> inbox, Done done) : inbox_(std::move(inbox)), done_(std::move(done)) {}

  void Start(std::span<const Check> checks, SteadyTime now) override;
  void AddWaits(std::vector<pollfd>&) const override {}
  SteadyTime wake_at() const override { return SteadyTime::max(); }
  void Work(SteadyTime) override {}

 private:
  const std::shared_ptr<const Inbox> inbox_;
  const Done done_;
};

}  // namespace linewatch

#endif
