// Whatever comes back from where a name server should be.
#include "monitord/probe/service/dns_message.h"

#include <arpa/inet.h>
#include <fuzzer/FuzzedDataProvider.h>

#include "tests/fuzz/property.h"

namespace linewatch {
namespace {

// The id and the question that most answers must have to be read on. Chance would never find them.
std::string Sealed(std::string message, const std::string& query) {
  constexpr size_t kHeader = 12;
  const std::string question = query.substr(kHeader, query.size() - kHeader - 11);  // without EDNS
  if (message.size() < kHeader) return message;
  message.replace(0, 2, query, 0, 2);
  message[2] = static_cast<char>((message[2] & 0x07) | 0x80);
  message[4] = 0;
  message[5] = 1;
  return message.insert(kHeader, question);
}

void Try(FuzzedDataProvider& input) {
  const DnsQuestion question{
      input.ConsumeIntegral<uint16_t>(), input.ConsumeRandomLengthString(300),
      input.PickValueInArray<std::string>({"A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"})};
  const bool is_sealed = input.ConsumeBool();
  const std::string expected = input.ConsumeRandomLengthString(100);
  const auto query = BuildDnsQuery(question);
  std::string message = input.ConsumeRemainingBytesAsString();
  if (query && is_sealed) message = Sealed(std::move(message), *query);
  if (query) Require(!ParseDnsAnswer(*query, question), "a query is no answer");
  // As long as it is, so that reading beyond its end is noticed.
  const std::vector<char> exact(message.begin(), message.end());
  const auto answer = ParseDnsAnswer({exact.data(), exact.size()}, question);
  if (!answer) return;
  for (const std::string& value : answer->values) {
    Require(is_dns_value(question.record, value, value), "a value is what it is");
    is_dns_value(question.record, value, expected);
    in6_addr bytes;
    if (question.record == "A") Require(inet_pton(AF_INET, value.c_str(), &bytes) == 1, "an address is one");
    if (question.record == "AAAA") Require(inet_pton(AF_INET6, value.c_str(), &bytes) == 1, "an address is one");
  }
}

}  // namespace
}  // namespace linewatch

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzedDataProvider input(data, size);
  linewatch::Try(input);
  return 0;
}
