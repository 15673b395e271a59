#include "monitord/probe/service/start_tls.h"

#include <algorithm>
#include <utility>

#include "monitord/net/answer_text.h"
#include "store/text/ascii.h"

namespace linewatch {
namespace {

bool begins_with(std::string_view line, std::string_view begin) {
  return same_but_for_case(line.substr(0, begin.size()), begin);
}

}  // namespace

StartTls::StartTls(int port)
    : protocol_(port == 25 || port == 587 ? Protocol::kSmtp
                : port == 143             ? Protocol::kImap
                                          : Protocol::kNone),
      state_(protocol_ == Protocol::kNone ? State::kDone : State::kGoesOn) {}

void StartTls::Hear(std::string_view text) {
  for (const char c : text) {
    if (state_ != State::kGoesOn) return;
    if (++heard_ > kMost) Fail("the server's answer has no end");
    line_ += c;
    if (c != '\n') continue;
    while (!line_.empty() && (line_.back() == '\n' || line_.back() == '\r')) line_.pop_back();
    if (protocol_ == Protocol::kSmtp) {
      HearSmtp(line_);
    } else {
      HearImap(line_);
    }
    line_.clear();
  }
}

void StartTls::HearSmtp(std::string_view line) {
  constexpr std::string_view kGood[] = {"220", "250", "220"};
  const bool is_good = line.starts_with(kGood[step_]);
  if (step_ == 1 && is_good && begins_with(line.substr(std::min<size_t>(line.size(), 4)), "STARTTLS"))
    is_offered_ = true;
  if (!is_good) {
    Fail("no STARTTLS, the mail server says: " + AnswerText(line));
  } else if (line.size() > 3 && line[3] == '-') {
    return;
  } else if (step_ == 0) {
    to_say = "EHLO linewatch\r\n";
  } else if (step_ == 1 && is_offered_) {
    to_say = "STARTTLS\r\n";
  } else if (step_ == 1) {
    Fail("the mail server offers no STARTTLS");
  } else {
    state_ = State::kDone;
  }
  ++step_;
}

void StartTls::HearImap(std::string_view line) {
  if (step_ == 0 && begins_with(line, "* OK")) {
    to_say = "a STARTTLS\r\n";
    step_ = 1;
  } else if (step_ == 1 && begins_with(line, "a OK")) {
    state_ = State::kDone;
  } else if (step_ == 0 || !line.starts_with('*')) {
    Fail("no STARTTLS, the mail server says: " + AnswerText(line));
  }
}

void StartTls::Fail(std::string fault) {
  state_ = State::kFailed;
  fault_ = std::move(fault);
}

}  // namespace linewatch
