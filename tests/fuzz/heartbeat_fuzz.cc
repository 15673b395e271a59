// A media type in the first line, the body of a heartbeat behind it: what is read of it stands in it, and a body that
// names nothing is the message.
#include <algorithm>
#include <string>

#include "cgi/push_api.h"
#include "tests/fuzz/property.h"

namespace linewatch::cgi {
namespace {

void Try(std::string_view text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view type = text.substr(0, end), body = text.substr(std::min(end + 1, text.size()));
  const HeartbeatBody said = ReadHeartbeatBody(body, type);
  const bool names_something = !said.status.empty() || !said.msg.empty() || !said.ms.empty();
  Require(said.text.empty() || !names_something, "a text is what names nothing");
  Require(body.empty() || names_something || !said.text.empty(), "what names nothing is a text");
  Require(said.text.empty() ||
              (said.text.data() >= body.data() && said.text.data() + said.text.size() <= body.data() + body.size()),
          "the text stands in the body");
  Require(said.status.size() + said.msg.size() + said.ms.size() <= 3 * body.size() + 12,
          "no more is read than there is");
  const auto sign = SignOf(text);
  if (is_run_sign(sign)) Require(sign.size() <= 5, "a sign is short");
}

}  // namespace
}  // namespace linewatch::cgi

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  linewatch::cgi::Try(linewatch::TextOf(data, size));
  return 0;
}
