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
#include <vector>

namespace linewatch {

struct SmtpReply {
  int code = 0;
  std::vector<std::string> lines;  // without the code

  bool is_good() const { return code / 100 == 2; }
  bool is_final() const { return code / 100 == 5; }  // the same again would be refused again
  // All of it, as people read it: "550 5.1.1 nobody here".
  std::string text() const;
};

class SmtpConnection {
 public:
  // The conversation is over: what() says why.
  class Failure : public std::runtime_error {
    using runtime_error::runtime_error;
  };

  // No step takes longer than `step`.
  explicit SmtpConnection(std::chrono::milliseconds step);
  ~SmtpConnection();
  SmtpConnection(const SmtpConnection&) = delete;
  SmtpConnection& operator=(const SmtpConnection&) = delete;

  // Connect, StartTls, Command, Read, ReadVerdict and Write throw Failure.

  // To the first of the host's addresses that answers.
  void Connect(const std::string& host, int port);

  // From now on all goes under TLS, with a server that has a certificate for `host`, by an authority in `ca_file`, or
  // by one that the system trusts when it is empty. What the server sent in clear before it is forgotten.
  void StartTls(const std::string& host, const std::string& ca_file);

  // `step` names in a failure what got no answer. `line` has no line end in it.
  SmtpReply Command(std::string_view step, const std::string& line);
  SmtpReply Read(std::string_view step);
  // The answer to a whole mail, which a server looks through first: it may take as long as kVerdictSteps other answers.
  // Only Quit may follow.
  SmtpReply ReadVerdict(std::string_view step);
  void Write(std::string_view step, const std::string& data);

  // So long because a server may take the mail and say so late: whoever has given up by then sends it a second time
  // (RFC 5321 section 4.5.3.2.6).
  static constexpr int kVerdictSteps = 12;

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
