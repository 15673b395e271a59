#include "store/host.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("time in a window is maintenance, unless nobody would watch anyway", "[host]") {
  for (const Status status : {Status::kUp, Status::kDown, Status::kUnreachable, Status::kUnknown})
    CHECK(TimeKindOf(status, true) == TimeKind::kMaintenance);
  CHECK(TimeKindOf(Status::kPaused, true) == TimeKind::kPaused);
  CHECK(TimeKindOf(Status::kPending, true) == TimeKind::kOff);
}

TEST_CASE("a host is down from its first failed check on, and up while it is degraded", "[host]") {
  CHECK(TimeKindOf(Status::kFailing, false) == TimeKind::kDown);
  CHECK(TimeKindOf(Status::kDown, false) == TimeKind::kDown);
  CHECK(TimeKindOf(Status::kDegraded, false) == TimeKind::kUp);
  CHECK(TimeKindOf(Status::kUnreachable, false) == TimeKind::kUpstream);
  CHECK(TimeKindOf(Status::kUnknown, false) == TimeKind::kBlind);
}

TEST_CASE("the port in force is the host's own, else the usual one of its check", "[host]") {
  CheckSettings settings;
  CHECK(PortOf(CheckKind::kTls, settings) == 443);
  CHECK(PortOf(CheckKind::kDns, settings) == 53);
  CHECK(PortOf(CheckKind::kTcp, settings) == 0);  // none
  settings.port = 8443;
  CHECK(PortOf(CheckKind::kTls, settings) == 8443);
}

TEST_CASE("another kind of check of the same address is another target", "[host]") {
  Host ping, tls;
  ping.ip = tls.ip = "10.0.0.1";
  tls.check = CheckKind::kTls;
  tls.check_settings = CheckSettings();
  CHECK(TargetOf(ping) != TargetOf(tls));
}

TEST_CASE("an id is 1 to 32 of a-z0-9, and a new one is another", "[host]") {
  CHECK(is_host_id(NewHostId()));
  CHECK(NewHostId() != NewHostId());
  for (const std::string& good : {std::string("a"), std::string("7"), std::string(32, 'z')}) CHECK(is_host_id(good));
  for (const std::string& bad : {std::string(), std::string(33, 'z'), std::string("A"), std::string("a-b"),
                                 std::string("../a"), std::string("a\0", 2), std::string("ä")})
    CHECK_FALSE(is_host_id(bad));
}

}  // namespace
}  // namespace linewatch
