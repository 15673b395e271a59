#include "cgi/host_table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "cgi/host_edit.h"
#include "store/host_check.h"
#include "store/host_json.h"
#include "store/json/json_members.h"
#include "store/text/ascii.h"
#include "store/text/network_name.h"

namespace linewatch::cgi {
namespace {

using Allocator = rapidjson::Document::AllocatorType;

// How a cell is read, by what the schema says of the setting.
enum class CellKind { kText, kBoolean, kNumber, kTexts, kNumbers, kJson };  // kBoolean: with words beside, perhaps

constexpr std::string_view kId = "id";
constexpr std::string_view kSecretAdvice = "secrets are not imported: set them with the host itself, once it is there";

bool is_secret(std::string_view name) { return name == "password" || name == "headers"; }
// What an export may show and an import makes nothing of.
bool is_ignored(std::string_view name) {
  return name != kId && (is_observed_member(name) || name == "acknowledged" || name == "token");
}

CellKind KindOf(const rapidjson::Value& property) {
  const auto* type = FindMember(property, "type");
  const auto* choices = FindMember(property, "enum");
  if (choices != nullptr && (*choices)[0].IsBool()) return CellKind::kBoolean;
  if (choices != nullptr) return (*choices)[0].IsNumber() ? CellKind::kNumber : CellKind::kText;
  const auto name = type == nullptr ? std::string_view() : StringOf(*type);
  if (name == "string") return CellKind::kText;
  if (name == "boolean") return CellKind::kBoolean;
  if (name == "number" || name == "integer") return CellKind::kNumber;
  if (name != "array") return CellKind::kJson;
  const auto* item = FindMember(property["items"], "type");
  if (item == nullptr) return CellKind::kJson;
  return StringOf(*item) == "string" ? CellKind::kTexts : CellKind::kNumbers;
}

struct Column {
  std::string name;
  CellKind kind;
};

// In the order of the schema, behind the id.
const std::vector<Column>& Columns() {
  static const auto columns = [] {
    rapidjson::Document schema;
    ParseJson(HostSchemaText(), schema);
    std::vector<Column> all{{std::string(kId), CellKind::kText}};
    for (const auto& property : schema["properties"].GetObject()) {
      const auto name = StringOf(property.name);
      if (!is_secret(name) && !is_ignored(name)) all.push_back({std::string(name), KindOf(property.value)});
    }
    return all;
  }();
  return columns;
}

const Column* FindColumn(std::string_view name) {
  const auto& columns = Columns();
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

// "IP address" is ip_address, and that is ip.
std::string SettingNamed(std::string_view heading) {
  static const std::map<std::string_view, std::string_view> synonyms = {
      {"address", "ip"},    {"ip_address", "ip"}, {"host", "ip"},        {"hostname", "ip"},
      {"line", "name"},     {"title", "name"},    {"type", "check"},     {"note", "notes"},
      {"comment", "notes"}, {"tag", "tags"},      {"parent", "parents"}, {"sla", "sla_percent"},
  };
  std::string name;
  for (const char c : heading) name += c == ' ' || c == '-' ? '_' : LowerCase(c);
  const auto found = synonyms.find(name);
  return found == synonyms.end() ? name : std::string(found->second);
}

bool is_address(const std::string& text) {
  return is_address_or_name(text) && (text.find(':') != std::string::npos || !is_domain_name(text));
}

// Whether the cells name columns: one of them does, and none is an address.
bool is_header(const CsvRow& row) {
  return std::any_of(row.cells.begin(), row.cells.end(),
                     [](const std::string& cell) { return FindColumn(SettingNamed(cell)) != nullptr; }) &&
         std::none_of(row.cells.begin(), row.cells.end(), is_address);
}

rapidjson::Value TextValue(std::string_view text, Allocator& memory) {
  return {text.data(), static_cast<rapidjson::SizeType>(text.size()), memory};
}

// What is no number stays text, so that the check says what was expected.
rapidjson::Value NumberValue(std::string_view text, bool has_decimal_comma, Allocator& memory) {
  std::string number(text);
  if (has_decimal_comma) std::replace(number.begin(), number.end(), ',', '.');
  const char* end = number.data() + number.size();
  int64_t whole = 0;
  if (const auto parsed = std::from_chars(number.data(), end, whole); parsed.ec == std::errc() && parsed.ptr == end)
    return rapidjson::Value(whole);
  double value = 0;
  const auto parsed = std::from_chars(number.data(), end, value);
  // "inf" and "nan" are numbers to from_chars, and to none of the limits that follow.
  const bool is_number = parsed.ec == std::errc() && parsed.ptr == end && std::isfinite(value);
  return is_number ? rapidjson::Value(value) : TextValue(text, memory);
}

rapidjson::Value BooleanValue(std::string_view text, Allocator& memory) {
  for (const std::string_view word : {"true", "yes", "1", "on"})
    if (same_but_for_case(text, word)) return rapidjson::Value(true);
  for (const std::string_view word : {"false", "no", "0", "off"})
    if (same_but_for_case(text, word)) return rapidjson::Value(false);
  return TextValue(text, memory);
}

std::vector<std::string_view> Split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    auto part = text.substr(0, text.find_first_of(separators));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

// An empty cell is the default.
rapidjson::Value CellValue(const Column& column, std::string_view cell, bool has_decimal_comma, Allocator& memory) {
  if (cell.empty()) return {};
  const auto json = [&]() -> std::optional<rapidjson::Value> {
    rapidjson::Document parsed(&memory);
    if (ParseJson(cell, parsed) || is_oversized(parsed)) return std::nullopt;
    return rapidjson::Value(parsed, memory);
  };
  if (column.kind == CellKind::kText) return TextValue(WithoutGuard(cell), memory);
  if (column.kind == CellKind::kBoolean) return BooleanValue(cell, memory);
  if (column.kind == CellKind::kNumber) return NumberValue(cell, has_decimal_comma, memory);
  if (column.kind == CellKind::kJson || cell.starts_with('[')) {
    auto value = json();
    return value ? *std::move(value) : TextValue(cell, memory);
  }
  rapidjson::Value list(rapidjson::kArrayType);
  const bool is_clear = cell.find_first_of("|,") != std::string_view::npos;
  // Names have blanks in them. Where nothing else separates parents, whoever knows the names takes them apart.
  const auto parts = Split(WithoutGuard(cell), is_clear || column.name == "parents" ? "|," : " ");
  for (const auto part : parts)
    list.PushBack(column.kind == CellKind::kNumbers ? NumberValue(part, false, memory) : TextValue(part, memory),
                  memory);
  return list;
}

// What each cell of the rows below is, null for one that is passed over.
std::vector<const Column*> ReadHeader(const CsvRow& row, std::vector<ImportRefusal>& refused) {
  std::vector<const Column*> columns;
  for (const std::string& heading : row.cells) {
    const std::string name = SettingNamed(heading);
    const Column* column = FindColumn(name);
    const auto refuse = [&](std::string message) { refused.push_back({row.line, heading, std::move(message)}); };
    if (column != nullptr && std::find(columns.begin(), columns.end(), column) != columns.end()) {
      refuse("expected each column once: this is " + name + " again");
      column = nullptr;
    } else if (is_secret(name)) {
      refuse(std::string(kSecretAdvice));
    } else if (column == nullptr && !heading.empty() && !is_ignored(name)) {
      refuse("expected the name of a setting: there is none of this name");
    }
    columns.push_back(column);
  }
  return columns;
}

// Whether there was room for another. Nothing is what was refused already.
bool Take(GivenHosts& given, size_t line, std::optional<rapidjson::Value> host) {
  if (given.lines.size() == kMaxHosts) {
    given.refused.push_back({line, "", "expected at most " + std::to_string(kMaxHosts) + " hosts"});
    return false;
  }
  if (!host) return true;
  given.hosts.PushBack(*host, given.hosts.GetAllocator());
  given.lines.push_back(line);
  return true;
}

void AddCell(rapidjson::Value& host, const Column& column, rapidjson::Value&& value, Allocator& memory) {
  host.AddMember(rapidjson::StringRef(column.name.data(), column.name.size()), std::move(value), memory);
}

std::optional<rapidjson::Value> RowUnder(const std::vector<const Column*>& columns, const CsvRow& row,
                                         bool has_decimal_comma, GivenHosts& given) {
  Allocator& memory = given.hosts.GetAllocator();
  rapidjson::Value host(rapidjson::kObjectType);
  for (size_t i = 0; i < row.cells.size(); ++i) {
    if (i >= columns.size() && !row.cells[i].empty()) {
      given.refused.push_back({row.line, "", "expected no more cells than the first row has"});
      return std::nullopt;
    }
    if (i < columns.size() && columns[i] != nullptr) {
      AddCell(host, *columns[i], CellValue(*columns[i], row.cells[i], has_decimal_comma, memory), memory);
    }
  }
  return host;
}

// "name, address", or an address alone. Each line may have a separator of its own.
std::optional<rapidjson::Value> PlainRow(CsvRow& row, GivenHosts& given) {
  while (row.cells.back().empty()) row.cells.pop_back();
  std::vector<std::string_view> parts(row.cells.begin(), row.cells.end());
  if (parts.size() == 1) parts = Split(parts.front(), "\t;,");
  if (parts.empty() || parts.size() > 2) {
    given.refused.push_back({row.line, "", "expected a name and an address, or an address alone"});
    return std::nullopt;
  }
  Allocator& memory = given.hosts.GetAllocator();
  rapidjson::Value host(rapidjson::kObjectType);
  if (parts.size() == 2) AddCell(host, *FindColumn("name"), TextValue(parts.front(), memory), memory);
  AddCell(host, *FindColumn("ip"), TextValue(parts.back(), memory), memory);
  return host;
}

// A secret itself; {"set": true} says that there is one, and not which.
bool holds_text(const rapidjson::Value& secret) {
  return secret.IsString() ||
         (secret.IsObject() && std::any_of(secret.MemberBegin(), secret.MemberEnd(),
                                           [](const auto& header) { return header.value.IsString(); }));
}

// The settings of `host` that are exported.
rapidjson::Document ExportedSettings(const Host& host) {
  rapidjson::Document settings = SettingsOf(host);
  for (const char* name : {"password", "headers", "acknowledged"}) settings.RemoveMember(name);
  return settings;
}

// Empty text and empty lists are an empty cell where that is the default.
void WriteCell(CsvWriter& out, CellKind kind, const rapidjson::Value& value, const rapidjson::Value* otherwise) {
  const auto json = [](const rapidjson::Value& v) { return JsonText([&](JsonWriter& w) { v.Accept(w); }); };
  const bool is_empty = (value.IsString() && value.GetStringLength() == 0) || (value.IsArray() && value.Empty());
  if (value.IsNull() || (is_empty && otherwise != nullptr && value == *otherwise)) return out.Plain("");
  if (kind == CellKind::kText || (kind == CellKind::kBoolean && value.IsString()))
    return is_empty ? out.Plain("'") : out.Text(StringOf(value));
  // Not true and false, which a spreadsheet would translate.
  if (kind == CellKind::kBoolean && value.IsBool()) return out.Plain(value.GetBool() ? "yes" : "no");
  if (kind != CellKind::kTexts || is_empty) return out.Plain(json(value));
  std::string list;
  for (const auto& item : value.GetArray()) {
    const auto text = StringOf(item);
    if (text.find_first_of(" ,|[") != std::string_view::npos) return out.Plain(json(value));
    list.append(list.empty() ? "" : "|").append(text);
  }
  out.Text(list);
}

}  // namespace

std::variant<GivenHosts, CsvFault> ReadHostTable(std::string_view text) {
  GivenHosts given;
  CsvRow row;
  CsvReader table(text);
  if (table.Next(row) && is_header(row)) {
    const auto columns = ReadHeader(row, given.refused);
    const bool has_decimal_comma = table.separator() != ',';
    while (table.Next(row) && Take(given, row.line, RowUnder(columns, row, has_decimal_comma, given))) {
    }
    if (table.fault()) return *table.fault();
    return given;
  }
  CsvReader lines(text, CsvReader::Comments::kHash);
  while (lines.Next(row) && Take(given, row.line, PlainRow(row, given))) {
  }
  if (lines.fault()) return *lines.fault();
  return given;
}

std::variant<GivenHosts, JsonFault> ReadHostEntries(std::string_view text) {
  GivenHosts given;
  Allocator& memory = given.hosts.GetAllocator();
  const auto read = [&](const rapidjson::Value& entry, size_t place) -> std::optional<rapidjson::Value> {
    const auto refuse = [&](std::string_view field, std::string_view message) {
      given.refused.push_back({place, std::string(field), std::string(message)});
    };
    if (!entry.IsObject() || is_oversized(entry)) {
      refuse("", entry.IsObject() ? "expected the settings of one host, and not thousands" : "expected an object");
      return std::nullopt;
    }
    rapidjson::Value host(rapidjson::kObjectType);
    for (const auto& member : entry.GetObject()) {
      const auto name = StringOf(member.name);
      if (is_secret(name) && holds_text(member.value)) refuse(name, kSecretAdvice);
      if (is_secret(name) || is_ignored(name)) continue;
      host.AddMember(TextValue(name, memory), rapidjson::Value(member.value, memory), memory);
    }
    return host;
  };
  bool has_room = true;
  const auto take = [&](const rapidjson::Value& entry, size_t place) {
    if (has_room) has_room = Take(given, place, read(entry, place));
    return false;
  };
  HostList none;
  bool is_array = false;
  if (auto fault = ReadHostList(text, take, none, is_array)) return *std::move(fault);
  return given;
}

std::string HostTable(const HostList& list) {
  std::map<CheckKind, rapidjson::Document> defaults;
  CsvWriter out;
  for (const Column& column : Columns()) out.Plain(column.name);
  out.EndRow();
  for (const Host& host : list.hosts) {
    if (!defaults.contains(host.check)) {
      Host plain;
      plain.check = host.check;
      if (host.check_settings) plain.check_settings = CheckSettings();
      defaults.emplace(host.check, SettingsOf(plain));
    }
    const auto settings = ExportedSettings(host);
    for (const Column& column : Columns()) {
      const auto* value = FindMember(settings, column.name);
      if (column.name == kId) {
        out.Text(host.id);
      } else if (value == nullptr) {
        out.Plain("");
      } else {
        WriteCell(out, column.kind, *value, FindMember(defaults[host.check], column.name));
      }
    }
    out.EndRow();
  }
  return std::move(out).Take();
}

std::string HostEntries(const HostList& list) {
  return JsonText([&](JsonWriter& out) {
    out.StartObject();
    out.Key("hosts");
    out.StartArray();
    for (const Host& host : list.hosts) {
      out.StartObject();
      MemberWriter{out}("id", host.id);
      const auto settings = ExportedSettings(host);
      for (const auto& member : settings.GetObject()) {
        out.Key(StringOf(member.name));
        member.value.Accept(out);
      }
      out.EndObject();
    }
    out.EndArray();
    out.EndObject();
  });
}

}  // namespace linewatch::cgi
