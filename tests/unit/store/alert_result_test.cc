#include "store/alert_result.h"

#include "tests/unit/catch.h"

namespace linewatch {
namespace {

TEST_CASE("a result of the files is an outcome and the detail of it", "[alert_result]") {
  const struct {
    const char* text;
    AlertOutcome outcome;
    const char* detail;
  } cases[] = {
      {"logged", AlertOutcome::kLogged, ""},
      {"sent", AlertOutcome::kSent, ""},
      {"sent, but not to a@example.org: 550 no, but not to b@example.org: 551", AlertOutcome::kPartlySent,
       "a@example.org: 550 no, but not to b@example.org: 551"},
      {"given up: 550: no such user", AlertOutcome::kGivenUp, "550: no such user"},
      {"given up: ", AlertOutcome::kGivenUp, ""},
      {"expired: it was never tried", AlertOutcome::kExpired, "it was never tried"},
      {"told with a later message", AlertOutcome::kSuperseded, ""},
      {"test failed: connection refused", AlertOutcome::kTestFailed, "connection refused"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.text);
    const AlertResult result = ParseAlertResult(one.text);
    CHECK(result.outcome == one.outcome);
    CHECK(result.detail == one.detail);
    CHECK(TextOf(result) == one.text);
  }
}

TEST_CASE("a result that this version does not know stays what it is", "[alert_result]") {
  for (const char* text : {"", "sent by pigeon", "logged twice", "posted: at noon"}) {
    CAPTURE(text);
    const AlertResult result = ParseAlertResult(text);
    CHECK(result.outcome == AlertOutcome::kOther);
    CHECK(result.detail == text);
    CHECK(TextOf(result) == text);
  }
}

}  // namespace
}  // namespace linewatch
