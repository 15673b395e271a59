#include "monitord/probe/service/start_tls.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "monitord/net/answer_text.h"
#include "store/text/ascii.h"
#include "store/text/network_name.h"

namespace linewatch {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSslRequest = "\0\0\0\x08\x04\xD2\x16\x2F"sv;
// An ExtendedRequest with the OID 1.3.6.1.4.1.1466.20037, in BER.
constexpr std::string_view kLdapRequest =
    "\x30\x1D\x02\x01\x01\x77\x18\x80\x16"
    "1.3.6.1.4.1.1466.20037"sv;
constexpr std::string_view kXmppRequest = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

constexpr int kXmppServerPort = 5269;

std::string StreamHeader(int port, const std::string& server) {
  const std::string kind = port == kXmppServerPort ? "server" : "client";
  return "<?xml version='1.0'?><stream:stream xmlns='jabber:" + kind +
         "' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='" + server + "'>";
}

bool begins_with(std::string_view line, std::string_view begin) {
  return same_but_for_case(line.substr(0, begin.size()), begin);
}

bool contains(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char a, char b) { return LowerCase(a) == LowerCase(b); }) != text.end();
}

// "220 text" or "220-text", as in SMTP and FTP.
bool is_reply(std::string_view line) {
  return line.size() >= 3 &&
         std::all_of(line.begin(), line.begin() + 3, [](unsigned char c) { return std::isdigit(c) != 0; });
}
bool is_continued(std::string_view reply) { return reply.size() > 3 && reply[3] == '-'; }

bool is_tls_record(std::string_view said) {
  constexpr char kAlert = 0x15, kHandshake = 0x16, kVersion = 0x03;
  return said.size() > 1 && (said[0] == kAlert || said[0] == kHandshake) && said[1] == kVersion;
}

// The protocol whose servers begin so; empty when it may be any.
std::string_view SpokenIn(std::string_view said) {
  constexpr std::pair<std::string_view, std::string_view> kBegins[] = {
      {"SSH-", "SSH"},  {"* OK", "IMAP"},  {"* PREAUTH", "IMAP"}, {"* BYE", "IMAP"}, {"+OK", "POP3"},
      {"-ERR", "POP3"}, {"HTTP/", "HTTP"}, {"<stream", "XMPP"},   {"<?xml", "XMPP"}, {"RFB ", "VNC"}};
  for (const auto& [begin, name] : kBegins)
    if (said.starts_with(begin)) return name;
  if (!is_reply(said)) return "";
  if (contains(said, "SMTP")) return "SMTP";
  return contains(said, "FTP") ? "FTP" : "";
}

// What stands in BER: a tag, a length, and so many bytes. Taken from the front; nothing when it is not whole or no BER.
struct BerElement {
  unsigned char tag;
  std::string_view content;
};
std::optional<BerElement> TakeBer(std::string_view& text) {
  constexpr size_t kHeader = 2, kMostLengthBytes = 4;
  constexpr unsigned char kLong = 0x80;
  if (text.size() < kHeader) return std::nullopt;
  const auto tag = static_cast<unsigned char>(text[0]), first = static_cast<unsigned char>(text[1]);
  size_t length = first, header = kHeader;
  if (first >= kLong) {
    const size_t bytes = first - kLong;
    if (bytes == 0 || bytes > kMostLengthBytes || text.size() < header + bytes) return std::nullopt;
    length = 0;
    for (size_t i = 0; i < bytes; ++i) length = length << 8 | static_cast<unsigned char>(text[header + i]);
    header += bytes;
  }
  if (text.size() - header < length) return std::nullopt;
  const BerElement element{tag, text.substr(header, length)};
  text.remove_prefix(header + length);
  return element;
}

struct LdapAnswer {
  int code;
  std::string_view words;
};
// Of what is in the message of an ExtendedResponse; nothing for anything else.
std::optional<LdapAnswer> ReadLdapAnswer(std::string_view rest) {
  constexpr unsigned char kResponse = 0x78;
  const auto id = TakeBer(rest), response = TakeBer(rest);
  if (!id || !response || response->tag != kResponse) return std::nullopt;
  rest = response->content;
  const auto code = TakeBer(rest), matched = TakeBer(rest), words = TakeBer(rest);
  if (!code || code->content.size() != 1 || !matched || !words) return std::nullopt;
  return LdapAnswer{static_cast<unsigned char>(code->content[0]), words->content};
}

}  // namespace

struct StartTls::Traits {
  Protocol protocol;
  std::string_view setting, name, whose;  // "no SMTP", "the mail server says"
  int ports[2];
};

const StartTls::Traits& StartTls::TraitsOf(const std::string& name, int port) {
  static constexpr Traits kTraits[] = {
      {Protocol::kNone, "none", "TLS", "server", {}},
      {Protocol::kSmtp, "smtp", "SMTP", "mail server", {25, 587}},
      {Protocol::kImap, "imap", "IMAP", "mail server", {143}},
      {Protocol::kPop3, "pop3", "POP3", "mail server", {110}},
      {Protocol::kFtp, "ftp", "FTP", "FTP server", {21}},
      {Protocol::kPostgres, "postgres", "PostgreSQL", "PostgreSQL server", {5432}},
      {Protocol::kXmpp, "xmpp", "XMPP", "XMPP server", {5222, kXmppServerPort}},
      {Protocol::kLdap, "ldap", "LDAP", "LDAP server", {389}},
  };
  for (const Traits& traits : kTraits)
    if (name == "auto" ? port == traits.ports[0] || port == traits.ports[1] : name == traits.setting) return traits;
  return kTraits[0];
}

StartTls::StartTls(int port, Settings settings)
    : traits_(TraitsOf(settings.protocol, port)),
      settings_(std::move(settings)),
      state_(traits_.protocol == Protocol::kNone ? State::kDone : State::kGoesOn),
      awaited_(std::string(traits_.name) + " greeting") {
  if (traits_.protocol == Protocol::kPostgres) Say(std::string(kSslRequest));
  if (traits_.protocol == Protocol::kLdap) Say(std::string(kLdapRequest));
  if (traits_.protocol == Protocol::kXmpp) Say(StreamHeader(port, settings_.server));
}

void StartTls::Hear(std::string_view text) {
  if (state_ != State::kGoesOn || text.empty()) return;
  heard_ += text.size();
  buffer_ += text;
  if (is_tls_record(buffer_)) {
    Fail("no " + std::string(traits_.name) + ": the server speaks TLS from the beginning");
  } else if (traits_.protocol == Protocol::kPostgres) {
    HearPostgres();
  } else if (traits_.protocol == Protocol::kXmpp) {
    HearXmpp();
  } else if (traits_.protocol == Protocol::kLdap) {
    HearLdap();
  }
  const bool has_lines = traits_.protocol <= Protocol::kFtp;
  for (size_t end = 0; has_lines && state_ == State::kGoesOn && (end = buffer_.find('\n')) != std::string::npos;) {
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    while (line.ends_with('\r')) line.pop_back();
    HearLine(line);
  }
  if (state_ == State::kGoesOn && heard_ > kMost) Fail("the server's answer has no end");
}

void StartTls::HearLine(std::string_view line) {
  if (first_line_.empty()) first_line_ = line;
  if (traits_.protocol == Protocol::kSmtp) {
    HearSmtp(line);
  } else if (traits_.protocol == Protocol::kImap) {
    HearImap(line);
  } else if (traits_.protocol == Protocol::kPop3) {
    HearPop3(line);
  } else {
    HearFtp(line);
  }
}

void StartTls::HearSmtp(std::string_view line) {
  constexpr std::string_view kGood[] = {"220", "250", "220"};
  if (!is_reply(line)) {
    FailAsOther(line);
    return;
  }
  const bool is_good = line.starts_with(kGood[step_]);
  if (step_ == 1 && is_good && begins_with(line.substr(std::min<size_t>(line.size(), 4)), "STARTTLS"))
    is_offered_ = true;
  if (is_continued(line)) return;
  if (!is_good) {
    // 421: it closes the connection.
    if (step_ != 1 || line.starts_with("421") || !SayNextName()) FailAsRefused(line);
    return;
  }
  if (step_ == 0) {
    SayNextName();
  } else if (step_ == 1 && is_offered_) {
    Say("STARTTLS\r\n");
  } else if (step_ == 1) {
    Fail("the mail server offers no STARTTLS");
  } else {
    state_ = State::kDone;
  }
  ++step_;
}

bool StartTls::SayNextName() {
  if (names_said_ == settings_.own_names.size()) return false;
  Say("EHLO " + settings_.own_names[names_said_++] + "\r\n");
  return true;
}

void StartTls::HearImap(std::string_view line) {
  if (step_ == 0 && begins_with(line, "* OK")) {
    Say("a STARTTLS\r\n");
    step_ = 1;
  } else if (step_ == 1 && begins_with(line, "a OK")) {
    state_ = State::kDone;
  } else if (step_ == 0 && !line.starts_with("* ")) {
    FailAsOther(line);
  } else if (step_ == 0 || !line.starts_with('*')) {
    FailAsRefused(line);
  }
}

void StartTls::HearPop3(std::string_view line) {
  if (!begins_with(line, "+OK")) {
    if (begins_with(line, "-ERR")) {
      FailAsRefused(line);
    } else {
      FailAsOther(line);
    }
  } else if (step_++ == 0) {
    Say("STLS\r\n");
  } else {
    state_ = State::kDone;
  }
}

// A reply ends with the line that has its code and a blank; lines between may have no code (RFC 959 section 4.2).
void StartTls::HearFtp(std::string_view line) {
  if (!is_reply(line) && step_ == 0 && first_line_ == line) {
    FailAsOther(line);
    return;
  }
  if (is_reply(line) && is_continued(line) && open_reply_.empty()) open_reply_ = line.substr(0, 3);
  const bool is_last = is_reply(line) && !is_continued(line) && line.starts_with(open_reply_);
  if (!is_last) return;
  open_reply_.clear();
  const std::string_view good = step_ == 0 ? "220" : "234";
  if (line.starts_with("120")) return;  // it will be ready soon
  if (!line.starts_with(good)) {
    FailAsRefused(line);
  } else if (step_++ == 0) {
    Say("AUTH TLS\r\n");
  } else {
    state_ = State::kDone;
  }
}

// One byte, and nothing behind it before TLS begins.
void StartTls::HearPostgres() {
  const std::string_view said = buffer_;
  if (said == "S") {
    state_ = State::kDone;
  } else if (said == "N") {
    Fail("the PostgreSQL server offers no TLS");
  } else if (said[0] == 'E' && SpokenIn(said).empty()) {
    FailAsRefused(said.substr(1));
  } else {
    FailAsOther(said);
  }
}

void StartTls::HearXmpp() {
  const std::string_view text = buffer_;
  if (text[0] != '<') {
    FailAsOther(text);
  } else if (text.find("<stream:error") != std::string_view::npos) {
    // The name of the condition is that of the first element in it.
    const size_t condition = text.find('<', text.find("<stream:error") + 1);
    if (condition == std::string_view::npos || text.find('>', condition) == std::string_view::npos) return;
    FailAsRefused(text.substr(condition + 1, text.find_first_of(" />", condition + 1) - condition - 1));
  } else if (step_ == 0) {
    HearXmppOffer(text);
  } else {
    HearXmppVerdict(text);
  }
}

void StartTls::HearXmppOffer(std::string_view text) {
  const size_t features = text.find("<stream:features");
  if (features == std::string_view::npos) return;
  const size_t end = text.find('>', features);
  if (end == std::string_view::npos) return;
  const bool is_empty = text[end - 1] == '/';
  if (!is_empty && text.find("</stream:features>", features) == std::string_view::npos) return;
  if (text.find("<starttls", features) == std::string_view::npos) {
    Fail("the XMPP server offers no STARTTLS");
    return;
  }
  buffer_.clear();
  step_ = 1;
  Say(std::string(kXmppRequest));
}

void StartTls::HearXmppVerdict(std::string_view text) {
  if (text.find('>') == std::string_view::npos) return;
  if (text.starts_with("<proceed")) {
    state_ = State::kDone;
  } else {
    FailAsRefused(text);
  }
}

void StartTls::HearLdap() {
  constexpr char kSequence = 0x30;
  std::string_view rest = buffer_;
  if (buffer_[0] != kSequence) {
    FailAsOther(buffer_);
  } else if (const auto message = TakeBer(rest)) {
    const auto answer = ReadLdapAnswer(message->content);
    if (!answer) {
      Fail("no STARTTLS, the LDAP server's answer cannot be read");
    } else if (answer->code == 0) {
      state_ = State::kDone;
    } else {
      FailAsRefused("code " + std::to_string(answer->code) + ' ' + std::string(answer->words));
    }
  }
}

void StartTls::Say(std::string text) {
  said_ = std::move(text);
  to_say = said_;
  awaited_ = "answer to STARTTLS";
}

void StartTls::Fail(std::string fault) {
  state_ = State::kFailed;
  fault_ = std::move(fault);
}

// In the words of its protocol, or in those of another that begins alike.
void StartTls::FailAsRefused(std::string_view said) {
  const auto spoken = SpokenIn(first_line_);
  if (!spoken.empty() && spoken != traits_.name) {
    FailAsOther(first_line_);
  } else {
    Fail("no STARTTLS, the " + std::string(traits_.whose) + " says: " + AnswerText(said));
  }
}

void StartTls::FailAsOther(std::string_view said) {
  constexpr size_t kMostBytes = 80;
  const std::string begin = "no " + std::string(traits_.name) + ": the server ",
                    words = AnswerText(said, {}, kMostBytes);
  const auto spoken = SpokenIn(said);
  Fail(spoken.empty() ? begin + "says: " + words : begin + "speaks " + std::string(spoken) + " (" + words + ')');
}

std::vector<std::string> MailNames(const std::string& host_name, const std::string& own_address) {
  std::vector<std::string> names;
  if (host_name.find('.') != std::string::npos && is_domain_name(host_name)) names.push_back(host_name);
  const bool is_six = own_address.find(':') != std::string::npos;
  if (!own_address.empty())
    names.push_back((is_six ? "[IPv6:" : "[") + own_address.substr(0, own_address.find('%')) + ']');
  names.emplace_back("linewatch.invalid");
  return names;
}

}  // namespace linewatch
