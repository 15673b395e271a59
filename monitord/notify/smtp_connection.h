// One conversation with a mail server: lines out, replies in, in clear or under TLS (RFC 5321, RFC 3207).
#ifndef LINEWATCH_MONITORD_NOTIFY_SMTP_CONNECTION_H_
#define LINEWATCH_MONITORD_NOTIFY_SMTP_CONNECTION_H_

#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "monitord/system/steady_time.h"
#include "store/file/descriptor.h"

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

  // No step takes longer than `step`, however slowly the server drips.
  explicit SmtpConnection(std::chrono::milliseconds step);

  // All of these throw Failure.

  // To the first of the host's addresses that takes it.
  void Connect(const std::string& host, int port);

  // From now on all goes under TLS, with a server that has a certificate for `host`, by an authority in `ca_file`, or
  // by one that the system trusts when it is empty. What the server sent in clear before it is forgotten.
  void StartTls(const std::string& host, const std::string& ca_file);

  // `step` is what a failure says there was no answer to.
  SmtpReply Command(std::string_view step, std::string_view line);
  SmtpReply Read(std::string_view step);
  // The answer to a whole mail, for which a server looks through it first: as long as kVerdictSteps others. Only Quit may
  // follow.
  SmtpReply ReadVerdict(std::string_view step);
  void Write(std::string_view step, std::string_view data);

  // Whoever does not wait for the verdict sends a mail again that was taken (RFC 5321 section 4.5.3.2.6).
  static constexpr int kVerdictSteps = 12;

  // QUIT, without waiting long for the answer. Throws nothing.
  void Quit();

  // From another thread, at any time: the step under way fails, and so does each that follows.
  void Cancel();

 private:
  std::vector<Poco::Net::SocketAddress> LookUp(const std::string& host, int port);
  // Until one of `events` is there for the descriptor. `action` is what failed when it is not: "connect to ...".
  void Wait(int fd, short events, SteadyTime deadline, const std::string& action);
  template <class Attempt>
  int Retry(const Attempt& attempt, short events, SteadyTime deadline, const std::string& action);
  std::string ReadLine(SteadyTime deadline, const std::string& action);
  SteadyTime Deadline() const;

  std::chrono::milliseconds step_;
  const Descriptor cancelled_;  // an eventfd, readable for good once cancelled
  Poco::Net::StreamSocket socket_;
  bool is_secure_ = false;
  std::string received_;  // and not yet read
};

}  // namespace linewatch

#endif
