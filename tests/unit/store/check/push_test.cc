#include "tests/unit/store/check/faults.h"

namespace linewatch {
namespace {

std::string Push(const std::string& more) { return R"("check":"push",)" + more; }

TEST_CASE("a heartbeat may have a schedule of cron, and be late by its grace", "[push_check]") {
  for (const char* good : {R"("cron":"0 3 * * *")", R"("cron":"@daily","grace":1)", R"("cron":"","max_age":60)",
                           R"("cron":"*/5 * * * mon-fri","grace":31536000,"max_age":60)"})
    CHECK(FaultOf(Push(good)).empty());
  CHECK(FaultOf(Push(R"("cron":"0 3 * *")")) ==
        "cron: expected the five fields of a line of cron, such as 0 3 * * * for every night at three");
  CHECK(FaultOf(Push(R"("cron":"0 0 30 2 *")")).starts_with("cron: expected"));
  CHECK(is_refused(Push(R"("grace":0)"), "grace"));
  CHECK(is_refused(Push(R"("cron":5)"), "cron"));
}

}  // namespace
}  // namespace linewatch
