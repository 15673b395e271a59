#include "monitord/notify/telegram_notifier.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <memory>

#include "monitord/net/answer_text.h"
#include "monitord/notify/chat_text.h"
#include "monitord/notify/notifiers.h"
#include "store/json/json.h"
#include "store/json/json_members.h"
#include "store/text/ascii.h"

namespace linewatch {
namespace {

constexpr size_t kMaxUnits = 4096;

// Telegram counts in UTF-16.
size_t Utf16Units(std::string_view text) {
  size_t units = 0;
  for (const unsigned char c : text) units += (c & 0xC0) == 0x80 ? 0 : c >= 0xF0 ? 2 : 1;
  return units;
}

bool is_token(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) || c == ':' || c == '_' || c == '-'; });
}

// What Telegram says, in the middle of an answer 400, of a text that it takes from nobody.
bool is_about_the_text(std::string_view description) {
  std::string lower;
  for (const char c : description) lower += LowerCase(c);
  constexpr std::string_view kFaults[] = {"text is empty",        "text must be non-empty", "message_empty",
                                          "message is too long",  "message_too_long",       "can't parse",
                                          "text must be encoded", "strings must be encoded"};
  return std::any_of(std::begin(kFaults), std::end(kFaults),
                     [&](std::string_view fault) { return lower.find(fault) != std::string::npos; });
}

// The answer's object; nothing when it is not one of Telegram's.
std::optional<rapidjson::Document> Parsed(const HttpAnswer& answer) {
  rapidjson::Document json;
  if (ParseJson(answer.body, json) || !json.IsObject()) return std::nullopt;
  const auto* const ok = FindMember(json, "ok");
  if (ok == nullptr || !ok->IsBool()) return std::nullopt;
  return json;
}

const rapidjson::Value* FindParameter(const rapidjson::Document& json, const char* name) {
  const auto* const parameters = FindMember(json, "parameters");
  return parameters != nullptr && parameters->IsObject() ? FindMember(*parameters, name) : nullptr;
}

}  // namespace

std::string TelegramBody(const std::string& chat_id, const Message& message, WallTime now, std::string_view topic,
                         std::string_view public_url) {
  int64_t thread = 0;
  std::from_chars(topic.data(), topic.data() + topic.size(), thread);
  // The topic "General" has the number 1 in links, and Telegram knows none of that number: it is where all goes that
  // names no topic.
  constexpr int64_t kGeneral = 1;
  return JsonText([&](JsonWriter& out) {
    const MemberWriter write(out);
    out.StartObject();
    write("chat_id", chat_id);
    if (thread > kGeneral) write("message_thread_id", thread);
    write("text", Fit(ChatLines(message, now, public_url), kMaxUnits, Utf16Units));
    out.Key("link_preview_options");
    out.StartObject();
    write("is_disabled", true);
    out.EndObject();
    out.EndObject();
  });
}

Delivery TelegramVerdict(const HttpAnswer& answer, const std::string& token) {
  Delivery delivery = DeliveryOf(answer, {token});
  if (answer.status == 0) return delivery;
  delivery.result = Delivery::Result::kDeferred;
  const auto json = Parsed(answer);
  if (!json) {
    // Somebody else than Telegram has answered: a proxy, a login page.
    delivery.answer = AnswerText("this is not Telegram, " + delivery.answer, {token});
    return delivery;
  }
  std::string description;
  if (const auto* said = FindMember(*json, "description")) ReadJson(*said, description);
  if (!description.empty()) delivery.answer = AnswerText(description, {token});
  int seconds = 0;
  if (const auto* wait = FindParameter(*json, "retry_after"); wait != nullptr && ReadJson(*wait, seconds))
    if (seconds > 0) delivery.retry_after = std::chrono::seconds(std::min(seconds, 86400));
  if ((*json)["ok"].GetBool()) {
    delivery.result = Delivery::Result::kAccepted;
    if (description.empty()) delivery.answer = "ok";
  } else if (answer.status == 400 && is_about_the_text(description)) {
    delivery.result = Delivery::Result::kRefused;
  }
  return delivery;
}

std::optional<std::string> SupergroupOf(const HttpAnswer& answer) {
  const auto json = Parsed(answer);
  const auto* const id = json ? FindParameter(*json, "migrate_to_chat_id") : nullptr;
  if (id == nullptr || !id->IsInt64() || (*json)["ok"].GetBool()) return std::nullopt;
  return std::to_string(id->GetInt64());
}

HttpAnswer TelegramNotifier::Post(const std::string& chat_id, const Message& message) {
  std::string url = telegram_.api_url.empty() ? "https://api.telegram.org" : telegram_.api_url;
  while (url.ends_with('/')) url.pop_back();
  url += "/bot" + telegram_.token + "/sendMessage";
  return client_.PostJson(url, TelegramBody(chat_id, message, WallNow(), telegram_.topic, telegram_.public_url));
}

Delivery TelegramNotifier::Send(const Message& message) {
  if (!is_token(telegram_.token)) {
    Delivery delivery;
    delivery.answer = "telegram.token: expected letters, digits and : _ - as BotFather gives them";
    return delivery;
  }
  const HttpAnswer answer = Post(telegram_.chat_id, message);
  const auto supergroup = SupergroupOf(answer);
  if (!supergroup) return TelegramVerdict(answer, telegram_.token);
  Delivery delivery = TelegramVerdict(Post(*supergroup, message), telegram_.token);
  delivery.answer =
      AnswerText(delivery.answer + " (the group is a supergroup now, its chat id is " + *supergroup + ")");
  delivery.moved = {"chat_id", telegram_.chat_id, *supergroup};
  return delivery;
}

std::unique_ptr<Notifier> MakeTelegramNotifier(const Config& config) {
  const auto setting = [&](std::string_view name) { return config.SettingOf(Channel::kTelegram, name); };
  return std::make_unique<TelegramNotifier>(
      TelegramSettings{setting("token"), setting("chat_id"), setting("api_url"), setting("topic"), config.public_url});
}

}  // namespace linewatch
