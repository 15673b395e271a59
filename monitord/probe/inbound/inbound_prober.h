// Checks that send nothing: what has come in by itself since the last one is the answer, and it is there at once.
#ifndef LINEWATCH_MONITORD_PROBE_INBOUND_INBOUND_PROBER_H_
#define LINEWATCH_MONITORD_PROBE_INBOUND_INBOUND_PROBER_H_

#include <memory>
#include <vector>

#include "monitord/probe/inbound/inbox.h"
#include "monitord/probe/prober.h"

namespace linewatch {

class PassiveProber : public Prober {
 public:
  PassiveProber(std::shared_ptr<const ReportBoard> board, Done done)
      : board_(std::move(board)), done_(std::move(done)) {}

  void Start(std::span<const Check> checks, SteadyTime now) override;
  void AddWaits(std::vector<pollfd>&) const override {}
  SteadyTime wake_at() const override { return SteadyTime::max(); }
  void Work(SteadyTime) override {}

 private:
  const std::shared_ptr<const ReportBoard> board_;
  const Done done_;
};

}  // namespace linewatch

#endif
