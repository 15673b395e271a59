// What is said in clear before TLS begins, where the port's protocol has it so: SMTP (RFC 3207), IMAP (RFC 9051). Pure.
#ifndef LINEWATCH_MONITORD_PROBE_SERVICE_START_TLS_H_
#define LINEWATCH_MONITORD_PROBE_SERVICE_START_TLS_H_

#include <string>
#include <string_view>

namespace linewatch {

class StartTls {
 public:
  // SMTP at 25 and 587, IMAP at 143; at other ports it is done from the beginning.
  explicit StartTls(int port);

  enum class State { kGoesOn, kDone, kFailed };
  State state() const { return state_; }
  // Takes what the server says, and leaves nothing of it: what came before TLS may be anybody's.
  void Hear(std::string_view text);
  // To be said, and taken from the front when it was.
  std::string_view to_say;
  // Why it failed.
  const std::string& fault() const { return fault_; }

  static constexpr size_t kMost = 16384;  // of what a server says

 private:
  enum class Protocol { kNone, kSmtp, kImap };
  void HearSmtp(std::string_view line);
  void HearImap(std::string_view line);
  void Fail(std::string fault);

  const Protocol protocol_;
  State state_;
  int step_ = 0;
  bool is_offered_ = false;
  size_t heard_ = 0;
  std::string line_, fault_;
};

}  // namespace linewatch

#endif
