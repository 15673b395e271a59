#include "monitord/notify/smtp_notifier.h"

#include <unistd.h>

#include <array>
#include <cctype>
#include <exception>
#include <utility>

#include "monitord/net/answer_text.h"
#include "monitord/notify/mail_message.h"
#include "monitord/notify/notifiers.h"

namespace linewatch {
namespace {

// What the machine calls itself; a server may refuse a name that is none.
std::string OwnName() {
  std::array<char, 256> name{};
  std::string safe;
  if (gethostname(name.data(), name.size() - 1) == 0)
    for (const char* c = name.data(); *c != '\0'; ++c)
      if (std::isalnum(static_cast<unsigned char>(*c)) || *c == '-' || *c == '.') safe += *c;
  while (!safe.empty() && !std::isalnum(static_cast<unsigned char>(safe.front()))) safe.erase(0, 1);
  return safe.empty() ? "localhost" : safe;
}

// The words behind an extension that the answer to EHLO names, "" when it has none; nothing when it is not offered.
std::optional<std::string> Extension(const SmtpReply& offers, std::string_view name) {
  for (const std::string& line : offers.lines) {
    std::string upper;
    for (const unsigned char c : line) upper += static_cast<char>(std::toupper(c));
    if (!upper.starts_with(name)) continue;
    if (upper.size() == name.size()) return "";
    // "AUTH=" is how servers of long ago write it.
    if (upper[name.size()] == ' ' || upper[name.size()] == '=') return upper.substr(name.size() + 1);
  }
  return std::nullopt;
}

bool HasWord(std::string_view words, std::string_view word) {
  return (" " + std::string(words) + " ").find(" " + std::string(word) + " ") != std::string::npos;
}

std::string PlainLogin(const Config::Smtp& smtp) {
  return Base64(std::string(1, '\0') + smtp.username + std::string(1, '\0') + smtp.password.text);
}

// The settings or the server have to change before it is of any use to go on.
[[noreturn]] void Defer(const std::string& why) { throw SmtpConnection::Failure(why); }

}  // namespace

SmtpNotifier::SmtpNotifier(const Config::Smtp& smtp, std::string title, std::chrono::milliseconds step)
    : smtp_(smtp), title_(std::move(title)), connection_(step) {
  if (!smtp.password.text.empty()) secrets_ = {PlainLogin(smtp), Base64(smtp.password.text), smtp.password.text};
}

void SmtpNotifier::Cancel() { connection_.Cancel(); }

std::string SmtpNotifier::Answer(std::string_view text) const { return AnswerText(text, secrets_); }

Delivery SmtpNotifier::Send(const Message& message) {
  Delivery delivery;
  try {
    Converse(message, delivery);
  } catch (const std::exception& error) {
    delivery.answer = Answer(error.what());
  }
  return delivery;
}

void SmtpNotifier::LogIn(const SmtpReply& offers) {
  const auto ways = Extension(offers, "AUTH");
  if (!ways) Defer("login: the server offers none; smtp.username is set");
  SmtpReply reply;
  if (HasWord(*ways, "PLAIN")) {
    reply = connection_.Command("login", "AUTH PLAIN " + PlainLogin(smtp_));
  } else if (HasWord(*ways, "LOGIN")) {
    reply = connection_.Command("login", "AUTH LOGIN");
    // The server's prompts are Base64 in words of its choice: the order says what is asked for.
    if (reply.code == 334) reply = connection_.Command("login", Base64(smtp_.username));
    if (reply.code == 334) reply = connection_.Command("login", Base64(smtp_.password.text));
  } else {
    Defer("login: the server offers " + *ways + ", expected PLAIN or LOGIN");
  }
  // Nothing else says that we are logged in.
  if (reply.code != 235) Defer("login as " + smtp_.username + ": " + reply.text());
}

void SmtpNotifier::Open() {
  const std::string hello = "EHLO " + OwnName();
  connection_.Connect(smtp_.host, smtp_.port);
  if (smtp_.security == MailSecurity::kTls) connection_.StartTls(smtp_.host, smtp_.ca_file);
  if (const auto greeting = connection_.Read("greeting"); !greeting.is_good()) Defer("greeting: " + greeting.text());
  auto offers = connection_.Command("EHLO", hello);
  if (!offers.is_good()) Defer("EHLO: " + offers.text());
  if (smtp_.security == MailSecurity::kStartTls) {
    if (!Extension(offers, "STARTTLS")) {
      connection_.Quit();
      Defer("the server does not offer STARTTLS; nothing was sent in clear");
    }
    if (const auto reply = connection_.Command("STARTTLS", "STARTTLS"); reply.code != 220)
      Defer("STARTTLS: " + reply.text());
    connection_.StartTls(smtp_.host, smtp_.ca_file);
    offers = connection_.Command("EHLO", hello);
    if (!offers.is_good()) Defer("EHLO: " + offers.text());
  }
  if (!smtp_.username.empty()) LogIn(offers);
}

std::vector<std::string> SmtpNotifier::NameRecipients(Delivery& delivery, std::string& answer) {
  std::vector<std::string> later;
  for (const std::string& address : std::vector<std::string>(delivery.left)) {
    const auto reply = connection_.Command("RCPT TO", "RCPT TO:<" + address + ">");
    if (reply.code == 421 || reply.code == 530) Defer("RCPT TO: " + reply.text());  // it is not about this recipient
    if (reply.is_good()) continue;
    answer = address + ": " + reply.text();
    if (reply.is_final()) {
      std::erase(delivery.left, address);
      delivery.refused.push_back(Answer(answer));
    } else {
      later.push_back(address);
    }
  }
  return later;
}

void SmtpNotifier::Converse(const Message& message, Delivery& delivery) {
  if (!is_simple_mail_address(smtp_.from))
    Defer("smtp.from is " + smtp_.from + ", expected a plain ASCII mail address");
  std::vector<std::string>& left = delivery.left;
  for (const std::string& address : message.to) {
    if (is_simple_mail_address(address)) {
      left.push_back(address);
    } else {
      delivery.refused.push_back(Answer(address + ": expected a plain ASCII mail address"));
    }
  }
  const auto refuse = [&](std::string_view answer) {
    delivery.result = Delivery::Result::kRefused;
    delivery.answer = Answer(answer);
    left.clear();
  };
  if (left.empty())
    return refuse(delivery.refused.empty() ? "there is nobody to send it to" : delivery.refused.front());

  Open();
  // A sender that is not wanted is a matter of the settings.
  if (const auto reply = connection_.Command("MAIL FROM", "MAIL FROM:<" + smtp_.from + ">"); !reply.is_good())
    Defer("MAIL FROM: " + reply.text());
  std::string answer;
  const std::vector<std::string> later = NameRecipients(delivery, answer);
  if (left.size() == later.size()) {
    connection_.Quit();
    if (!later.empty()) Defer(answer);
    return refuse(answer);
  }

  if (const auto reply = connection_.Command("DATA", "DATA"); reply.code != 354) {
    connection_.Quit();
    if (!reply.is_final()) Defer("DATA: " + reply.text());
    return refuse("DATA: " + reply.text());
  }
  connection_.Write("message", DotStuffed(MailText(message, smtp_.from, title_)));
  delivery.may_have_arrived = true;
  const auto reply = connection_.ReadVerdict("message");
  delivery.may_have_arrived = false;
  connection_.Quit();
  if (reply.is_final()) return refuse(reply.text());
  if (!reply.is_good()) Defer(reply.text());
  left = later;
  delivery.result = Delivery::Result::kAccepted;
  delivery.answer = Answer(reply.text());
}

std::unique_ptr<Notifier> MakeSmtpNotifier(const Config& config) {
  return std::make_unique<SmtpNotifier>(config.smtp, config.title);
}

}  // namespace linewatch
