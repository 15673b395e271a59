// One conversation with a mail server: commands out, replies in, in clear or under TLS (RFC 5321, RFC 3207).
//
// Poco sends the commands and reads the replies (SMTPClientSession) and does TLS. What it cannot do is done here:
//   deadlines   its timeout begins anew with every byte; here a step ends in time, however slowly the server drips, and
//               can be cancelled from another thread: so can the look-up of the name and the connecting
//   addresses   it tries the first address of a name, here each has its share of the time
//   bounds      it reads a reply of any number of lines, and reads on for ever when the connection ends within one
//   reasons     its exceptions do not say what is wrong with a certificate
// Its login() takes the words of a server's prompt for the order in which name and password are wanted, and goes on
// without a login when it does not know them; its sendMessage() gives up at the first refused recipient, and leaves
// open whether the mail may have arrived. SmtpNotifier sends these commands itself.
#ifndef LINEWATCH_MONITORD_NOTIFY_SMTP_CONNECTION_H_
#define LINEWATCH_MONITORD_NOTIFY_SMTP_CONNECTION_H_

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "monitord/notify/smtp_reply.h"

namespace linewatch {

// How long a server may take for each step, however slowly it drips: what RFC 5321 section 4.5.3.2 asks for, but for the
// greeting. Servers make people wait for that to see who cannot, and none for more than a minute.
struct SmtpPatience {
  SmtpPatience() = default;
  // The same for all steps, and kVerdictSteps times as long for the verdict.
  template <class Rep, class Period>
  SmtpPatience(std::chrono::duration<Rep, Period> each)  // NOLINT(google-explicit-constructor)
      : look_up(each),
        connect(each),
        greeting(each),
        command(each),
        data(each),
        block(each),
        verdict(kVerdictSteps * each) {}

  std::chrono::milliseconds look_up{std::chrono::seconds(10)}, connect{std::chrono::seconds(30)};
  std::chrono::milliseconds greeting{std::chrono::seconds(60)};
  std::chrono::milliseconds command{std::chrono::minutes(5)};  // and a TLS handshake
  std::chrono::milliseconds data{std::chrono::minutes(2)};     // DATA
  std::chrono::milliseconds block{std::chrono::minutes(3)};    // taking the mail
  // The answer to a whole mail, for which a server looks through it first. Whoever does not wait for it sends a mail again
  // that was taken.
  std::chrono::milliseconds verdict{std::chrono::minutes(10)};

  static constexpr int kVerdictSteps = 12;
};

class SmtpConnection {
 public:
  // The conversation is over: what() says why.
  class Failure : public std::runtime_error {
    using runtime_error::runtime_error;
  };

  explicit SmtpConnection(const SmtpPatience& patience);
  ~SmtpConnection();
  SmtpConnection(const SmtpConnection&) = delete;
  SmtpConnection& operator=(const SmtpConnection&) = delete;

  // Connect and all that follow it but Quit and Cancel throw Failure.

  // To the first of the host's addresses that answers.
  void Connect(const std::string& host, int port);

  // From now on all goes under TLS, with a server that has a certificate for `host`, by an authority in `ca_file`, or
  // by one that the system trusts when it is empty. What the server sent in clear before it is forgotten.
  void StartTls(const std::string& host, const std::string& ca_file);

  // Our end of the connection, as an address of the network: "192.0.2.1", "2001:db8::1".
  std::string own_address() const;

  // `step` names in a failure what got no answer. `line` has no line end in it.
  SmtpReply ReadGreeting(std::string_view step);
  SmtpReply Command(std::string_view step, const std::string& line);
  SmtpReply StartData(std::string_view step);
  void Write(std::string_view step, const std::string& data);
  // The answer to a whole mail, which a server looks through first. Only Quit may follow.
  SmtpReply ReadVerdict(std::string_view step);

  // QUIT, without waiting long for the answer. Throws nothing.
  void Quit();

  // From another thread, at any time: the step under way fails, and so does each that follows.
  void Cancel();

 private:
  struct State;

  const std::unique_ptr<State> state_;
};

}  // namespace linewatch

#endif
