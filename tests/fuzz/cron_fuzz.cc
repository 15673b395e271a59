// The zone and the time in the first five bytes, a schedule of cron behind them: the next time that it is due comes
// later, and stays the next one until then.
#include <array>
#include <cstring>
#include <ctime>
#include <string>

#include "store/calendar.h"
#include "store/config.h"
#include "store/cron_schedule.h"
#include "tests/fuzz/property.h"

namespace linewatch {
namespace {

void UseZone(unsigned number) {
  constexpr std::array kZones = {
      "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"};
  static size_t used = kZones.size();
  const size_t wanted = number % kZones.size();
  if (wanted == used) return;
  used = wanted;
  Config config;
  config.timezone = kZones[wanted];
  UseTimeZone(config);
}

void Try(std::string_view text) {
  constexpr size_t kHead = 5;
  if (text.size() < kHead) return;
  UseZone(static_cast<unsigned char>(text[0]));
  uint32_t t = 0;
  std::memcpy(&t, text.data() + 1, sizeof t);
  const auto schedule = CronSchedule::Parse(text.substr(kHead));
  if (!schedule) return;
  const auto due = schedule->After(t);
  if (!due) return;
  Require(*due > t, "what is due comes later");
  Require(LocalTime(*due).tm_sec == 0 || LocalTime(*due).tm_gmtoff % 60 != 0, "it is due as a minute begins");
  Require(schedule->After(*due - 1) == due, "it is due a second before, too");
  Require(schedule->After(t + (*due - t) / 2) == due, "and half way");
}

}  // namespace
}  // namespace linewatch

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  linewatch::Try(linewatch::TextOf(data, size));
  return 0;
}
