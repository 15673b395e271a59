#include "monitord/notify/smtp_notifier.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <exception>
#include <utility>

#include "monitord/net/answer_text.h"
#include "monitord/notify/mail_message.h"
#include "monitord/notify/notifiers.h"

namespace linewatch {
namespace {

// What the machine calls itself, if others could know it by that; else empty.
std::string OwnName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "";
  const std::string_view own = name.data();
  const auto is_part = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.'; };
  const size_t dot = own.find('.');
  if (dot == 0 || dot == std::string_view::npos || own.back() == '.' || own.substr(0, dot) == "localhost") return "";
  return std::all_of(own.begin(), own.end(), is_part) ? std::string(own) : "";
}

// RFC 5321 section 4.1.3.
std::string AddressLiteral(std::string address) {
  address = address.substr(0, address.find('%'));
  return (address.find(':') == std::string::npos ? "[" : "[IPv6:") + address + ']';
}

std::string PlainLogin(const Config::Smtp& smtp) {
  return Base64(std::string(1, '\0') + smtp.username + std::string(1, '\0') + smtp.password.text);
}

// The settings or the server have to change before it is of any use to go on.
[[noreturn]] void Defer(const std::string& why) { throw SmtpConnection::Failure(why); }

}  // namespace

SmtpNotifier::SmtpNotifier(const Config::Smtp& smtp, std::string title, const SmtpPatience& patience)
    : smtp_(smtp), title_(std::move(title)), connection_(patience) {
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
  const bool knows_plain = has_word(*ways, "PLAIN"), knows_login = has_word(*ways, "LOGIN");
  if (!knows_plain && !knows_login) {
    const bool wants_token = has_word(*ways, "XOAUTH2") || has_word(*ways, "OAUTHBEARER");
    Defer("login: the server offers " + *ways + ", expected PLAIN or LOGIN" +
          (wants_token ? "; Linewatch has no OAuth, which it asks for: use a relay or an app password of the provider"
                       : ""));
  }
  SmtpReply reply;
  if (knows_plain) reply = connection_.Command("login", "AUTH PLAIN " + PlainLogin(smtp_));
  // 504: a way that it does not know after all (RFC 4954 section 4).
  if (knows_login && (!knows_plain || reply.code == 504)) {
    reply = connection_.Command("login", "AUTH LOGIN");
    // The server's prompts are Base64 in words of its choice: the order says what is asked for.
    if (reply.code == 334) reply = connection_.Command("login", Base64(smtp_.username));
    if (reply.code == 334) reply = connection_.Command("login", Base64(smtp_.password.text));
  }
  // Nothing else says that we are logged in.
  if (reply.code != 235) Defer("login as " + smtp_.username + ": " + reply.text());
}

SmtpReply SmtpNotifier::SayHello() {
  std::vector<std::string> names;
  if (!hello_.empty()) {
    names = {hello_};
  } else if (!smtp_.helo.empty()) {
    names = {smtp_.helo};
  } else if (const std::string own = OwnName(); !own.empty()) {
    names = {own};
  } else {
    names = {AddressLiteral(connection_.own_address()), smtp_.from.substr(smtp_.from.find('@') + 1)};
  }
  SmtpReply reply;
  for (const std::string& name : names) {
    hello_ = name;
    reply = connection_.Command("EHLO", "EHLO " + name);
    // A server that has never heard of EHLO.
    if (reply.code == 500 || reply.code == 502) reply = connection_.Command("HELO", "HELO " + name);
    if (!reply.is_final()) break;
  }
  if (!reply.is_good()) Defer("EHLO " + hello_ + ": " + reply.text());
  return reply;
}

void SmtpNotifier::Open() {
  connection_.Connect(smtp_.host, smtp_.port);
  if (smtp_.security == MailSecurity::kTls) connection_.StartTls(smtp_.host, smtp_.ca_file);
  if (const auto greeting = connection_.ReadGreeting("greeting"); !greeting.is_good())
    Defer("greeting: " + greeting.text());
  hello_.clear();
  auto offers = SayHello();
  if (smtp_.security == MailSecurity::kStartTls) {
    if (!Extension(offers, "STARTTLS")) {
      connection_.Quit();
      Defer("the server does not offer STARTTLS; nothing was sent in clear");
    }
    if (const auto reply = connection_.Command("STARTTLS", "STARTTLS"); reply.code != 220)
      Defer("STARTTLS: " + reply.text());
    connection_.StartTls(smtp_.host, smtp_.ca_file);
    offers = SayHello();
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
    if (is_about_recipient(reply)) {
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

  // The server has not seen the mail yet: whatever it says now is about something else.
  if (const auto reply = connection_.StartData("DATA"); reply.code != 354) {
    connection_.Quit();
    Defer("DATA: " + reply.text());
  }
  connection_.Write("message", DotStuffed(MailText(message, smtp_.from, title_)));
  delivery.may_have_arrived = true;
  const auto reply = connection_.ReadVerdict("message");
  delivery.may_have_arrived = false;
  connection_.Quit();
  if (is_about_content(reply)) return refuse(reply.text());
  if (!reply.is_good()) Defer(reply.text());
  left = later;
  delivery.result = Delivery::Result::kAccepted;
  delivery.answer = Answer(reply.text());
}

std::unique_ptr<Notifier> MakeSmtpNotifier(const Config& config) {
  return std::make_unique<SmtpNotifier>(config.smtp, config.title);
}

}  // namespace linewatch
