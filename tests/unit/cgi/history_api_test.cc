#include "cgi/history_api.h"

#include "tests/unit/catch.h"
#include "tests/unit/site.h"

namespace linewatch::cgi {
namespace {

using namespace std::chrono_literals;

// A day of steps, the last one ended at most five minutes ago.
void Record(Site& site, const std::string& id) {
  const auto now = std::chrono::floor<std::chrono::seconds>(WallNow().time_since_epoch());
  const WallTime last(now / 300s * 300s - 300s);
  std::vector<HistoryStep> steps;
  for (int i = 287; i >= 0; --i) {
    const bool is_down = i < 3;
    const Measured measured = is_down ? Measured{Measured::kNone, Measured::kNone, Measured::kNone, 100, 0, 300}
                                      : Measured{9, 10, 12, 0, 300, 0};
    steps.push_back({last - i * 300s, {id}, {measured}});
  }
  site.installation.history.Append(steps);
}

TEST_CASE("a host's history has a point for each step, and the uptime of every range", "[history_api]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1");
  Record(site, id);
  const Response response = site.Send("GET", "/api/hosts/" + id + "/history");
  REQUIRE(response.status == 200);
  const auto history = JsonOf(response);
  CHECK(history["step"].GetInt() == 300);
  const auto points = history["points"].GetArray();
  REQUIRE(points.Size() >= 286);
  CHECK(points[0]["rtt_avg"].GetDouble() == 10);
  CHECK(points[0]["loss"].GetDouble() == 0);
  CHECK(points[points.Size() - 1]["rtt_avg"].IsNull());
  CHECK(points[points.Size() - 1]["down"].GetDouble() == 300);
  CHECK(history["uptime"]["24h"].IsNull());  // monitord's own to say
  CHECK(history["uptime"]["7d"].GetDouble() == Catch::Approx(100.0 * 285 / 288).margin(0.1));
  CHECK(history["uptime"]["1y"].GetDouble() == Catch::Approx(100.0 * 285 / 288).margin(0.1));
}

TEST_CASE("every range has its step, and no more than 500 points", "[history_api]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1");
  Record(site, id);
  const auto [range, step] =
      GENERATE(std::pair("24h", 300), std::pair("7d", 3600), std::pair("30d", 7200), std::pair("1y", 86400));
  const auto history = JsonOf(site.Send("GET", "/api/hosts/" + id + "/history?range=" + range));
  CHECK(history["range"].GetString() == std::string(range));
  CHECK(history["step"].GetInt() == step);
  CHECK_FALSE(history["points"].Empty());
  CHECK(history["points"].Size() <= 500);
}

TEST_CASE("a host without a history has no points and no uptime", "[history_api]") {
  Site site;
  const auto history = JsonOf(site.Send("GET", "/api/hosts/" + site.Add("A", "192.0.2.1") + "/history?range=1y"));
  CHECK(history["points"].Empty());
  CHECK(history["uptime"]["1y"].IsNull());
}

TEST_CASE("another range is refused, and a host that there is not is not found", "[history_api]") {
  Site site;
  const std::string id = site.Add("A", "192.0.2.1");
  const Response wrong = site.Send("GET", "/api/hosts/" + id + "/history?range=2y");
  CHECK(wrong.status == 422);
  CHECK(WrongFields(wrong) == std::vector<std::string>{"range"});
  CHECK(site.Send("GET", "/api/hosts/nobody/history").status == 404);
}

}  // namespace
}  // namespace linewatch::cgi
