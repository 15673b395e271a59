#include "monitord/probe/service/dns_message.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>

#include <array>
#include <utility>

#include "store/text/network_name.h"

namespace linewatch {
namespace {

constexpr std::pair<std::string_view, ns_type> kTypes[] = {
    {"A", ns_t_a}, {"AAAA", ns_t_aaaa}, {"MX", ns_t_mx}, {"TXT", ns_t_txt}, {"CNAME", ns_t_cname}};

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
      return NameAt(message, data);
    case ns_t_mx: {
      if (length < 3) return std::nullopt;
      const auto name = NameAt(message, data + 2);
      if (!name) return std::nullopt;
      return std::to_string(data[0] << 8 | data[1]) + ' ' + *name;
    }
    default: {  // TXT: pieces, each with its length before it
      std::string text;
      for (size_t at = 0; at < length; at += 1U + data[at]) {
        if (at + 1 + data[at] > length) return std::nullopt;
        text.append(reinterpret_cast<const char*>(data + at + 1), data[at]);
      }
      return text;
    }
  }
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

}  // namespace

std::optional<std::string> BuildDnsQuery(const DnsQuestion& question) {
  const auto type = TypeOf(question.record);
  std::array<u_char, NS_MAXCDNAME> name{};
  const int length = ns_name_compress(question.name.c_str(), name.data(), name.size(), nullptr, nullptr);
  if (!type || length < 0) return std::nullopt;
  std::string message;
  AddNumber(message, question.id);
  AddNumber(message, 0x0100);             // recursion desired
  message.append("\0\1\0\0\0\0\0\1", 8);  // one question, one additional record
  message.append(reinterpret_cast<const char*>(name.data()), static_cast<size_t>(length));
  AddNumber(message, *type);
  AddNumber(message, ns_c_in);
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
  answer.code = ns_msg_getflag(message, ns_f_rcode);
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
  if (record == "TXT") return value == expected;
  if (CanonicalName(value) == CanonicalName(expected)) return true;
  return record == "MX" && CanonicalName(value.substr(value.find(' ') + 1)) == CanonicalName(expected);
}

}  // namespace linewatch
