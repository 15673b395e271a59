// Checks of websites: requests of HTTP, as many at once as are due, by libcurl and without a thread each.
#ifndef LINEWATCH_MONITORD_PROBE_SERVICE_HTTP_PROBER_H_
#define LINEWATCH_MONITORD_PROBE_SERVICE_HTTP_PROBER_H_

#include <poll.h>

#include <memory>
#include <vector>

#include "monitord/net/client_keys.h"
#include "monitord/net/trust_store.h"
#include "monitord/probe/service/http_transfers.h"
#include "monitord/probe/service/service_prober.h"

namespace linewatch {

// Each check is a connection of its own, in HTTP/1.1. libcurl is never asked to look up a name, to follow a redirect or
// to judge a certificate: that is done here, with what the host's settings say of it. Beyond its own origin nothing
// secret is sent. No proxy, no .netrc, and no cookies but those that are set on the way of one check.
class HttpProber : public ServiceProber {
 public:
  HttpProber(Done done, const TrustStore& trust, ClientKeys keys);
  ~HttpProber() override;
  HttpProber(const HttpProber&) = delete;
  HttpProber& operator=(const HttpProber&) = delete;

  void AddWaits(std::vector<pollfd>& waits) const override;
  SteadyTime wake_at() const override;
  void Work(SteadyTime now) override;

 private:
  const TrustStore& trust_;
  const ClientKeys keys_;
  std::unique_ptr<HttpTransfers> transfers_;  // from the first check on: whoever pings alone does without libcurl
};

}  // namespace linewatch

#endif
