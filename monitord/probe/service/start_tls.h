// What is said in clear before TLS begins: SMTP (RFC 3207), IMAP (RFC 9051), POP3 (RFC 2595), FTP (RFC 4217), PostgreSQL
// (its manual, "SSL Session Encryption"), XMPP (RFC 6120 section 5), LDAP (RFC 4511 section 4.14). Pure.
#ifndef LINEWATCH_MONITORD_PROBE_SERVICE_START_TLS_H_
#define LINEWATCH_MONITORD_PROBE_SERVICE_START_TLS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace linewatch {

class StartTls {
 public:
  struct Settings {
    // As the setting `starttls` names it. "auto" goes by the port: SMTP at 25 and 587, IMAP at 143, POP3 at 110, FTP at
    // 21, PostgreSQL at 5432, XMPP at 5222 and 5269, LDAP at 389; at others TLS begins at once, as with "none".
    std::string protocol = "auto";
    std::string server{};                             // the name that XMPP asks for
    std::vector<std::string> own_names{"linewatch"};  // for SMTP, the next where one is refused
  };

  explicit StartTls(int port) : StartTls(port, Settings()) {}
  StartTls(int port, Settings settings);
  StartTls(const StartTls&) = delete;
  StartTls& operator=(const StartTls&) = delete;

  enum class State : uint8_t { kGoesOn, kDone, kFailed };
  State state() const { return state_; }
  // Takes what the server says, and leaves nothing of it: what came before TLS may be anybody's.
  void Hear(std::string_view text);
  // To be said, and taken from the front when it was.
  std::string_view to_say;
  // Why it failed: also that the server speaks another protocol.
  const std::string& fault() const { return fault_; }
  // What is missing while it goes on, for "no ... within 1 s".
  std::string_view awaited() const { return awaited_; }

  static constexpr size_t kMost = 16384;  // of what a server says

 private:
  enum class Protocol : uint8_t { kNone, kSmtp, kImap, kPop3, kFtp, kPostgres, kXmpp, kLdap };
  struct Traits;
  static const Traits& TraitsOf(const std::string& name, int port);

  void HearLine(std::string_view line);
  void HearSmtp(std::string_view line);
  void HearImap(std::string_view line);
  void HearPop3(std::string_view line);
  void HearFtp(std::string_view line);
  void HearPostgres();
  void HearXmpp();
  void HearLdap();
  void HearXmppOffer(std::string_view text);
  void HearXmppVerdict(std::string_view text);
  bool SayNextName();
  void Say(std::string text);
  void Fail(std::string fault);
  void FailAsRefused(std::string_view said);
  void FailAsOther(std::string_view said);

  const Traits& traits_;
  const Settings settings_;
  State state_;
  int step_ = 0;
  bool is_offered_ = false;
  size_t names_said_ = 0, heard_ = 0;
  std::string said_, buffer_, first_line_, open_reply_, fault_, awaited_;
};

// By which this machine calls itself towards a mail server: its name where that is a full one, the address that the
// connection has here, and one that has the form of a full name, for servers that want no address (RFC 5321 section
// 4.1.3). `own_address` as text.
std::vector<std::string> MailNames(const std::string& host_name, const std::string& own_address);

}  // namespace linewatch

#endif
