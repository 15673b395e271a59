// Whatever a server says before TLS begins, in any pieces.
#include "monitord/probe/service/start_tls.h"

#include <fuzzer/FuzzedDataProvider.h>

#include "store/text/ascii.h"
#include "store/text/plain_text.h"
#include "tests/fuzz/property.h"

namespace linewatch {
namespace {

void Try(FuzzedDataProvider& input) {
  const auto protocol =
      input.PickValueInArray<std::string>({"smtp", "imap", "pop3", "ftp", "postgres", "xmpp", "ldap", "auto", "none"});
  StartTls talk(input.ConsumeIntegralInRange(1, 65535), {protocol, "im.example", {"noc.example", "[192.0.2.9]"}});
  size_t heard = 0;
  while (input.remaining_bytes() > 0 && talk.state() == StartTls::State::kGoesOn) {
    const std::string text = input.ConsumeRandomLengthString(1000);
    // As long as it is, so that reading beyond its end is noticed.
    const std::vector<char> exact(text.begin(), text.end());
    talk.Hear({exact.data(), exact.size()});
    heard += exact.size();
    Require(talk.state() != StartTls::State::kGoesOn || heard <= StartTls::kMost, "nobody is listened to for ever");
    talk.to_say = "";
  }
  const bool has_failed = talk.state() == StartTls::State::kFailed;
  Require(has_failed != talk.fault().empty(), "what fails says why");
  Require(!has_control_characters(talk.fault(), false), "a reason is one line");
  RequireSame(ValidUtf8(talk.fault()), talk.fault(), "a reason is UTF-8");
}

}  // namespace
}  // namespace linewatch

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzedDataProvider input(data, size);
  linewatch::Try(input);
  return 0;
}
