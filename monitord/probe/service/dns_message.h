// Queries and answers of the domain name system: RFC 1035, RFC 6891. Pure.
#ifndef LINEWATCH_MONITORD_PROBE_SERVICE_DNS_MESSAGE_H_
#define LINEWATCH_MONITORD_PROBE_SERVICE_DNS_MESSAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linewatch {

struct DnsQuestion {
  uint16_t id = 0;
  std::string name;
  std::string record;  // "A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV" or "TXT"
  bool has_edns = true;
};

struct DnsAnswer {
  int code = 0;               // of the response, with the part that EDNS has: 0 is good
  bool is_truncated = false;  // the whole of it comes by TCP
  // Those of the record that was asked for, as dig writes them but without the dot of the root: addresses, names,
  // "10 mail.example", the parts of a text as one and without quotes. They may contain anything.
  std::vector<std::string> values;
};

// As it is sent. Nothing for a name or a record that cannot be asked for.
std::optional<std::string> BuildDnsQuery(const DnsQuestion& question);

// Nothing for what is no answer to this question, or broken.
std::optional<DnsAnswer> ParseDnsAnswer(std::string_view message, const DnsQuestion& question);

// Whether a value is the one that is expected: addresses and names however they are written, texts as they are or as dig
// quotes them. Of MX, SRV and CAA the end is enough (the name without its preference), of SOA the primary server or the
// serial number. A * at the begin or the end stands for anything.
bool is_dns_value(std::string_view record, const std::string& value, const std::string& expected);

// The name below which an address has its PTR record: "1.2.0.192.in-addr.arpa". What is no address is left as it is.
std::string ReverseName(const std::string& address_or_name);

// What a server offers to read by UDP: what fits into one packet everywhere.
inline constexpr uint16_t kMaxDnsDatagram = 1232;

}  // namespace linewatch

#endif
