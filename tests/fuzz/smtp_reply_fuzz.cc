// Whatever comes back from where a mail server should be.
#include "monitord/notify/smtp_reply.h"

#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>

#include "tests/fuzz/property.h"

namespace linewatch {
namespace {

void Try(FuzzedDataProvider& input) {
  const int code = input.ConsumeIntegralInRange(0, 999);
  const std::string text = input.ConsumeRemainingBytesAsString();
  // As long as it is, so that reading beyond its end is noticed.
  const std::vector<char> exact(text.begin(), text.end());
  const SmtpReply reply = ParseSmtpReply(code, {exact.data(), exact.size()});
  Require(reply.lines.size() <= text.size(), "no line comes from nothing");
  Require(
      std::ranges::none_of(reply.lines, [](const std::string& line) { return line.find('\n') != std::string::npos; }),
      "a line is one");
  Require(!(is_about_recipient(reply) || is_about_content(reply)) || reply.is_final(),
          "what is not final is tried again");
  for (const char* const name : {"AUTH", "STARTTLS"}) {
    const auto words = Extension(reply, name);
    Require(!words || words->size() <= text.size(), "no word comes from nothing");
    if (words) Require(!has_word(*words, "plain"), "words are in upper case");
  }
}

}  // namespace
}  // namespace linewatch

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzedDataProvider input(data, size);
  linewatch::Try(input);
  return 0;
}
