#include "monitord/probe/service/http_prober.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "monitord/probe/probers.h"
#include "monitord/probe/service/http_visit.h"

namespace linewatch {

HttpProber::HttpProber(Done done, const TrustStore& trust, ClientKeys keys)
    : ServiceProber(std::move(done),
                    [this](const Target& target, const Addresses& addresses, Place place) {
                      if (!transfers_) transfers_ = std::make_unique<HttpTransfers>();
                      const auto look_up = [this, place](const std::string& name, SteadyTime now) {
                        return LookUp(place, name, now);
                      };
                      return std::make_unique<HttpVisit>(
                          VisitNeeds{*transfers_, trust_, keys_, place, NamingTime(place), look_up}, target, addresses);
                    }),
      trust_(trust),
      keys_(std::move(keys)) {}

HttpProber::~HttpProber() { EndAllTries(); }

void HttpProber::AddWaits(std::vector<pollfd>& waits) const {
  ServiceProber::AddWaits(waits);
  if (transfers_) waits.push_back({transfers_->fd(), POLLIN, 0});
}

SteadyTime HttpProber::wake_at() const {
  const SteadyTime own = transfers_ ? transfers_->timer_at() : SteadyTime::max();
  return std::min(ServiceProber::wake_at(), own);
}

void HttpProber::Work(SteadyTime now) {
  if (transfers_) transfers_->Work([this](Place place) { GoOn(place, std::chrono::steady_clock::now()); });
  // Afterwards: there is room again for those that wait for their turn.
  ServiceProber::Work(now);
}

std::unique_ptr<Prober> MakeHttpProber(Prober::Done done, const ProberNeeds& needs) {
  return std::make_unique<HttpProber>(std::move(done), needs.trust, needs.keys);
}

}  // namespace linewatch
