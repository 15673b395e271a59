#include "monitord/notify/telegram_notifier.h"

#include <algorithm>
#include <cctype>
#include <memory>

#include "monitord/net/answer_text.h"
#include "monitord/notify/chat_text.h"
#include "monitord/notify/notifiers.h"
#include "store/json/json.h"
#include "store/json/json_members.h"

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

}  // namespace

std::string TelegramBody(const std::string& chat_id, const Message& message, WallTime now) {
  return JsonText([&](JsonWriter& out) {
    const MemberWriter write(out);
    out.StartObject();
    write("chat_id", chat_id);
    write("text", Fit(ChatLines(message, now), kMaxUnits, Utf16Units));
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
  rapidjson::Document json;
  const bool is_json = !ParseJson(answer.body, json) && json.IsObject();
  const auto* const ok = is_json ? FindMember(json, "ok") : nullptr;
  if (ok == nullptr || !ok->IsBool()) {
    // Somebody else than Telegram has answered: a proxy, a login page.
    delivery.result = Delivery::Result::kDeferred;
    delivery.answer = AnswerText("this is not Telegram, " + delivery.answer, {token});
    return delivery;
  }
  std::string description;
  if (const auto* said = FindMember(json, "description")) ReadJson(*said, description);
  if (!description.empty()) delivery.answer = AnswerText(description, {token});
  if (const auto* parameters = FindMember(json, "parameters"); parameters != nullptr && parameters->IsObject()) {
    int seconds = 0;
    if (const auto* wait = FindMember(*parameters, "retry_after"); wait != nullptr && ReadJson(*wait, seconds))
      if (seconds > 0) delivery.retry_after = std::chrono::seconds(std::min(seconds, 86400));
  }
  if (ok->GetBool()) {
    delivery.result = Delivery::Result::kAccepted;
    if (description.empty()) delivery.answer = "ok";
  } else if (delivery.result == Delivery::Result::kAccepted || description.find("message") == std::string::npos) {
    delivery.result = Delivery::Result::kDeferred;
  }
  return delivery;
}

Delivery TelegramNotifier::Send(const Message& message) {
  const std::string& token = telegram_.token;
  if (!is_token(token)) {
    Delivery delivery;
    delivery.answer = "telegram.token: expected letters, digits and : _ - as BotFather gives them";
    return delivery;
  }
  std::string url = telegram_.api_url.empty() ? "https://api.telegram.org" : telegram_.api_url;
  while (url.ends_with('/')) url.pop_back();
  url += "/bot" + token + "/sendMessage";
  return TelegramVerdict(client_.PostJson(url, TelegramBody(telegram_.chat_id, message, WallNow())), token);
}

std::unique_ptr<Notifier> MakeTelegramNotifier(const Config& config) {
  const auto setting = [&](std::string_view name) { return config.SettingOf(Channel::kTelegram, name); };
  return std::make_unique<TelegramNotifier>(TelegramSettings{setting("token"), setting("chat_id"), setting("api_url")});
}

}  // namespace linewatch
