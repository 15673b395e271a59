#include "store/webhook_template.h"

#include <algorithm>

#include "store/json/json.h"

namespace linewatch {
namespace {

// The name in braces that `text` begins with; empty where none does. No JSON looks like one.
std::string_view NameAt(std::string_view text) {
  if (!text.starts_with('{')) return {};
  const size_t end = std::min(text.find('}'), text.size());
  const auto name = text.substr(1, end - 1);
  const auto is_part = [](char c) { return (c >= 'a' && c <= 'z') || c == '.' || c == '_'; };
  return end < text.size() && std::all_of(name.begin(), name.end(), is_part) ? name : std::string_view();
}

// Where a text of JSON stands: in quotes or not.
class Place {
 public:
  void Pass(char c) {
    if (is_escaped_) {
      is_escaped_ = false;
    } else if (c == '"') {
      is_quoted_ = !is_quoted_;
    } else {
      is_escaped_ = is_quoted_ && c == '\\';
    }
  }
  bool is_quoted() const { return is_quoted_; }

 private:
  bool is_quoted_ = false, is_escaped_ = false;
};

// A value of JSON as part of a text: a text without its quotes, and all else with its quotes escaped.
std::string AsText(std::string_view value) {
  if (value.starts_with('"')) return std::string(value.substr(1, value.size() - 2));
  std::string text;
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

}  // namespace

const TemplateValues& TemplateExamples() {
  static const TemplateValues examples = {{"event", R"("down")"},
                                          {"hosts", "[]"},
                                          {"hosts.event", R"("down")"},
                                          {"hosts.id", R"("k3f9w2x1ab")"},
                                          {"hosts.ip", R"("192.0.2.1")"},
                                          {"hosts.name", R"("Server A")"},
                                          {"hosts.reason", R"("no answer within 1 s")"},
                                          {"hosts.seconds", R"("10")"},
                                          {"hosts.since", R"("1699999990")"},
                                          {"hosts.status", R"("down")"},
                                          {"id", R"("k3v9")"},
                                          {"subject", R"("DOWN Server A")"},
                                          {"t", "1700000000"},
                                          {"text", R"("DOWN Server A")"},
                                          {"title", R"("Linewatch")"},
                                          {"url", R"("https://monitor.example.org/")"}};
  return examples;
}

std::optional<std::string> FaultInTemplate(std::string_view text) {
  if (text.empty()) return std::nullopt;
  for (size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const auto name = NameAt(text.substr(at));
    if (name.empty() || TemplateExamples().contains(name)) continue;
    std::string names;
    for (const auto& [known, example] : TemplateExamples())
      names.append(names.empty() ? "{" : ", {").append(known) += '}';
    return "there is no {" + std::string(name) + "}; expected one of " + names;
  }
  rapidjson::Document parsed;
  const auto fault = ParseJson(FillTemplate(text, TemplateExamples()), parsed);
  if (!fault) return std::nullopt;
  return "expected JSON when the names are filled in; line " + std::to_string(fault->line) + ": " + fault->what;
}

std::string FillTemplate(std::string_view text, const TemplateValues& values) {
  std::string filled;
  Place place;
  while (!text.empty()) {
    if (const auto name = NameAt(text); !name.empty()) {
      const auto value = values.find(name);
      if (value != values.end()) filled += place.is_quoted() ? AsText(value->second) : value->second;
      text.remove_prefix(name.size() + 2);
      continue;
    }
    place.Pass(text.front());
    filled += text.front();
    text.remove_prefix(1);
  }
  return filled;
}

}  // namespace linewatch
