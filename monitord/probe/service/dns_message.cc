#include "monitord/probe/service/dns_message.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <utility>

#include "store/text/network_name.h"

namespace linewatch {
namespace {

constexpr auto kCaa = static_cast<ns_type>(257);  // RFC 8659; not every libc has a name for it

constexpr std::pair<std::string_view, ns_type> kTypes[] = {
    {"A", ns_t_a},   {"AAAA", ns_t_aaaa}, {"CAA", kCaa},     {"CNAME", ns_t_cname}, {"MX", ns_t_mx},
    {"NS", ns_t_ns}, {"PTR", ns_t_ptr},   {"SOA", ns_t_soa}, {"SRV", ns_t_srv},     {"TXT", ns_t_txt}};

std::optional<ns_type> TypeOf(std::string_view record) {
  for (const auto& [name, type] : kTypes)
    if (name == record) return type;
  return std::nullopt;
}

void AddNumber(std::string& message, uint16_t number) {
  message += static_cast<char>(number >> 8);
  message += static_cast<char>(number & 0xff);
}

const u_char* Bytes(const char* text) { return reinterpret_cast<const u_char*>(text); }

// The name that begins at `at`, without the dot of the root.
std::optional<std::string> NameAt(const ns_msg& message, const u_char* at) {
  std::array<char, NS_MAXDNAME> name{};
  if (ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), at, name.data(), name.size()) < 0)
    return std::nullopt;
  return name.data();
}

std::string AddressText(int family, const u_char* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(family, bytes, text.data(), text.size());
}

uint16_t NumberAt(const u_char* at) { return static_cast<uint16_t>(at[0] << 8 | at[1]); }

std::string TextAt(const u_char* at, size_t length) { return {reinterpret_cast<const char*>(at), length}; }

// So many numbers of 16 bits, and a name: MX, SRV.
std::optional<std::string> NumbersAndName(const ns_msg& message, const u_char* data, size_t length, size_t numbers) {
  if (length <= 2 * numbers) return std::nullopt;
  std::string text;
  for (size_t i = 0; i < numbers; ++i) text += std::to_string(NumberAt(data + 2 * i)) + ' ';
  const auto name = NameAt(message, data + 2 * numbers);
  return name ? std::optional(text + *name) : std::nullopt;
}

// RFC 1035 section 3.3.13: two names and five numbers of 32 bits.
std::optional<std::string> SoaText(const ns_msg& message, const u_char* data, size_t length) {
  const u_char *at = data, *const end = data + length;
  std::string text;
  for (int i = 0; i < 2; ++i) {
    const auto name = at < end ? NameAt(message, at) : std::nullopt;
    if (!name || ns_name_skip(&at, end) != 0) return std::nullopt;
    text += *name + ' ';
  }
  constexpr ptrdiff_t kNumbers = 5, kBytes = 4;
  if (end - at != kNumbers * kBytes) return std::nullopt;
  for (; at < end; at += kBytes)
    text += std::to_string(static_cast<uint32_t>(NumberAt(at)) << 16 | NumberAt(at + 2)) + ' ';
  text.pop_back();
  return text;
}

// RFC 8659 section 4.1: flags, the length of the tag, the tag, and the rest is the value.
std::optional<std::string> CaaText(const u_char* data, size_t length) {
  if (length < 2 || length < 2U + data[1]) return std::nullopt;
  const size_t tag = data[1];
  return std::to_string(data[0]) + ' ' + TextAt(data + 2, tag) + " \"" + TextAt(data + 2 + tag, length - 2 - tag) + '"';
}

// Pieces, each with its length before it.
std::optional<std::string> TxtText(const u_char* data, size_t length) {
  std::string text;
  for (size_t at = 0; at < length; at += 1U + data[at]) {
    if (at + 1 + data[at] > length) return std::nullopt;
    text += TextAt(data + at + 1, data[at]);
  }
  return text;
}

std::optional<std::string> ValueOf(const ns_msg& message, const ns_rr& record) {
  const u_char* data = ns_rr_rdata(record);
  const size_t length = ns_rr_rdlen(record);
  switch (ns_rr_type(record)) {
    case ns_t_a:
      if (length != sizeof(in_addr)) return std::nullopt;
      return AddressText(AF_INET, data);
    case ns_t_aaaa:
      if (length != sizeof(in6_addr)) return std::nullopt;
      return AddressText(AF_INET6, data);
    case ns_t_cname:
    case ns_t_ns:
    case ns_t_ptr:
      return NameAt(message, data);
    case ns_t_mx:
      return NumbersAndName(message, data, length, 1);
    case ns_t_srv:
      return NumbersAndName(message, data, length, 3);
    case ns_t_soa:
      return SoaText(message, data, length);
    case kCaa:
      return CaaText(data, length);
    default:
      return TxtText(data, length);
  }
}

// RFC 6891 section 6.1.3: the upper bits of the code. 0 where there is no EDNS.
int ExtendedCode(ns_msg& message) {
  for (int i = 0; i < ns_msg_count(message, ns_s_ar); ++i) {
    ns_rr record;
    if (ns_parserr(&message, ns_s_ar, i, &record) != 0) return 0;
    if (ns_rr_type(record) == ns_t_opt) return static_cast<int>(ns_rr_ttl(record) >> 24) << 4;
  }
  return 0;
}

// RFC 1035 section 4.1.2: the question comes back as it was.
bool is_about(ns_msg& message, const DnsQuestion& question, ns_type type) {
  // A server that cannot read the query may leave it out.
  if (ns_msg_count(message, ns_s_qd) == 0) {
    const int code = ns_msg_getflag(message, ns_f_rcode);
    return code == ns_r_formerr || code == ns_r_notimpl;
  }
  ns_rr asked;
  return ns_msg_count(message, ns_s_qd) == 1 && ns_parserr(&message, ns_s_qd, 0, &asked) == 0 &&
         ns_rr_type(asked) == type && ns_rr_class(asked) == ns_c_in &&
         CanonicalName(ns_rr_name(asked)) == CanonicalName(question.name);
}

std::vector<std::string> Words(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c != ' ') {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.size() > 1 && words.back().empty()) words.pop_back();
  return words;
}

// Names and addresses in their one form, with one blank between them.
std::string Canonical(std::string text, bool has_quotes) {
  if (has_quotes) std::erase(text, '"');
  std::string canonical;
  for (const std::string& word : Words(text)) canonical += CanonicalName(word) + ' ';
  canonical.pop_back();
  return canonical;
}

// Whether `pattern` has a * at its begin or its end, and fits.
bool has_part(std::string_view value, std::string_view pattern) {
  const bool is_end = pattern.starts_with('*'), is_begin = pattern.ends_with('*');
  if (!is_end && !is_begin) return false;
  if (is_end) pattern.remove_prefix(1);
  if (is_begin && !pattern.empty()) pattern.remove_suffix(1);
  if (is_end && is_begin) return value.find(pattern) != std::string_view::npos;
  return is_end ? value.ends_with(pattern) : value.starts_with(pattern);
}

// RFC 1035 section 5.1: \. stands for the dot, \065 for the byte of that number. Takes it from the front.
char TakeCharacter(std::string_view& text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  size_t length = 1;
  char c = text[0];
  if (c == '\\' && text.size() > 3 && std::all_of(text.begin() + 1, text.begin() + 4, is_digit)) {
    length = 4;
    c = static_cast<char>((text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0'));
  } else if (c == '\\' && text.size() > 1) {
    length = 2;
    c = text[1];
  }
  text.remove_prefix(length);
  return c;
}

// `"v=spf1" " -all"`, as dig writes a text of two pieces, as one without quotes. What is not written so stays.
std::string WithoutQuotes(const std::string& text) {
  std::string joined;
  bool is_quoted = false;
  for (std::string_view rest = text; !rest.empty();) {
    if (rest[0] == '"') {
      is_quoted = !is_quoted;
      rest.remove_prefix(1);
    } else if (is_quoted) {
      joined += TakeCharacter(rest);
    } else if (rest[0] == ' ') {
      rest.remove_prefix(1);
    } else {
      return text;
    }
  }
  return is_quoted ? text : joined;
}

}  // namespace

std::optional<std::string> BuildDnsQuery(const DnsQuestion& question) {
  const auto type = TypeOf(question.record);
  std::array<u_char, NS_MAXCDNAME> name{};
  const int length = ns_name_compress(question.name.c_str(), name.data(), name.size(), nullptr, nullptr);
  if (!type || length < 0) return std::nullopt;
  std::string message;
  AddNumber(message, question.id);
  AddNumber(message, 0x0100);  // recursion desired
  AddNumber(message, 1);       // one question
  for (int i = 0; i < 2; ++i) AddNumber(message, 0);
  AddNumber(message, question.has_edns ? 1 : 0);  // additional records
  message.append(reinterpret_cast<const char*>(name.data()), static_cast<size_t>(length));
  AddNumber(message, *type);
  AddNumber(message, ns_c_in);
  if (!question.has_edns) return message;
  // EDNS: the root's name, the size that may come back, no flags, no options.
  message += '\0';
  AddNumber(message, ns_t_opt);
  AddNumber(message, kMaxDnsDatagram);
  for (int i = 0; i < 3; ++i) AddNumber(message, 0);
  return message;
}

std::optional<DnsAnswer> ParseDnsAnswer(std::string_view text, const DnsQuestion& question) {
  const auto type = TypeOf(question.record);
  ns_msg message;
  if (!type || text.size() > NS_MAXMSG ||
      ns_initparse(Bytes(text.data()), static_cast<int>(text.size()), &message) != 0)
    return std::nullopt;
  if (ns_msg_id(message) != question.id || ns_msg_getflag(message, ns_f_qr) == 0 ||
      ns_msg_getflag(message, ns_f_opcode) != ns_o_query || !is_about(message, question, *type))
    return std::nullopt;
  DnsAnswer answer;
  answer.code = ns_msg_getflag(message, ns_f_rcode) | ExtendedCode(message);
  answer.is_truncated = ns_msg_getflag(message, ns_f_tc) != 0;
  if (answer.is_truncated) return answer;
  for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
    ns_rr record;
    if (ns_parserr(&message, ns_s_an, i, &record) != 0) return std::nullopt;
    // Beside it there are the aliases that lead to it.
    if (ns_rr_type(record) != *type || ns_rr_class(record) != ns_c_in) continue;
    auto value = ValueOf(message, record);
    if (!value) return std::nullopt;
    answer.values.push_back(*std::move(value));
  }
  return answer;
}

bool is_dns_value(std::string_view record, const std::string& value, const std::string& expected) {
  if (record == "TXT") return value == expected || value == WithoutQuotes(expected) || has_part(value, expected);
  const bool has_quotes = record == "CAA";
  const std::string found = Canonical(value, has_quotes), wanted = Canonical(expected, has_quotes);
  if (found == wanted || has_part(found, wanted)) return true;
  if (wanted.empty()) return false;
  if (record == "MX" || record == "SRV" || record == "CAA") return found.ends_with(' ' + wanted);
  if (record != "SOA") return false;
  const auto words = Words(found);
  return words[0] == wanted || (words.size() > 2 && words[2] == wanted);
}

std::string ReverseName(const std::string& address_or_name) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  std::string name;
  if (inet_pton(AF_INET, address_or_name.c_str(), bytes.data()) == 1) {
    for (size_t i = sizeof(in_addr); i-- > 0;) name += std::to_string(bytes[i]) + '.';
    return name + "in-addr.arpa";
  }
  if (inet_pton(AF_INET6, address_or_name.c_str(), bytes.data()) != 1) return address_or_name;
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (size_t i = bytes.size(); i-- > 0;)
    for (const int digit : {bytes[i] & 15, bytes[i] >> 4}) (name += kDigits[static_cast<size_t>(digit)]) += '.';
  return name + "ip6.arpa";
}

}  // namespace linewatch
