#include "monitord/probe/service/redirect.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "monitord/net/curl_handles.h"
#include "store/text/ascii.h"

namespace linewatch {
namespace {

enum class Reach { kPublic, kPrivate, kLinkLocal, kLoopback };

Reach ReachOf(uint32_t four) {
  const auto is_in = [four](uint32_t net, int bits) { return (four ^ net) >> (32 - bits) == 0; };
  if (is_in(0x7f000000, 8) || is_in(0, 8)) return Reach::kLoopback;  // Linux takes 0.0.0.0 for this machine
  if (is_in(0xa9fe0000, 16)) return Reach::kLinkLocal;
  // RFC 1918, and RFC 6598 for those behind a provider's NAT.
  const bool is_private =
      is_in(0x0a000000, 8) || is_in(0xac100000, 12) || is_in(0xc0a80000, 16) || is_in(0x64400000, 10);
  return is_private ? Reach::kPrivate : Reach::kPublic;
}

Reach ReachOf(const in6_addr& six) {
  const uint8_t* const bytes = six.s6_addr;
  const auto is_zero_until = [&](int end) { return std::all_of(bytes, bytes + end, [](uint8_t b) { return b == 0; }); };
  const auto four_at = [&](int at) {
    uint32_t four = 0;
    std::memcpy(&four, bytes + at, sizeof four);
    return ntohl(four);
  };
  if (is_zero_until(15) && bytes[15] <= 1) return Reach::kLoopback;
  constexpr uint8_t kNat64[12] = {0x00, 0x64, 0xff, 0x9b};  // RFC 6052
  const bool is_mapped = is_zero_until(10) && bytes[10] == 0xff && bytes[11] == 0xff;
  if (is_mapped || is_zero_until(12) || std::equal(bytes, bytes + 12, kNat64)) return ReachOf(four_at(12));
  if (bytes[0] == 0x20 && bytes[1] == 0x02) return ReachOf(four_at(2));  // 6to4, RFC 3056
  if (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80) return Reach::kLinkLocal;
  const bool is_private = (bytes[0] & 0xfe) == 0xfc || (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0xc0);
  return is_private ? Reach::kPrivate : Reach::kPublic;
}

Reach ReachOf(const Address& address) {
  sockaddr_storage storage{};
  address.Fill(storage);
  if (address.is_six()) return ReachOf(reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr);
  return ReachOf(ntohl(reinterpret_cast<const sockaddr_in&>(storage).sin_addr.s_addr));
}

const char* NameOf(Reach reach) {
  switch (reach) {
    case Reach::kLoopback:
      return "a loopback";
    case Reach::kLinkLocal:
      return "a link-local";
    default:
      return "a private";
  }
}

// Where the part of a Location that names a server ends: names may be beyond ASCII, and are none of ours to encode.
size_t AuthorityEnd(std::string_view location) {
  const size_t colon = location.find_first_of(":/?#\\");
  const size_t begin = colon != std::string_view::npos && location[colon] == ':' ? colon + 1 : 0;
  if (location.substr(begin, 2) != "//") return begin;
  return std::min(location.find_first_of("/?#", begin + 2), location.size());
}

std::string Encoded(std::string_view location) {
  constexpr std::string_view kHex = "0123456789ABCDEF", kRefused = " \"<>^`{|}\\";
  std::string text;
  bool is_in_path = true;
  for (const char c : location) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\t' || c == '\r' || c == '\n') continue;
    if (c == '?' || c == '#') is_in_path = false;
    if (c == '\\' && is_in_path) {
      text += '/';
    } else if (byte < 0x20 || byte >= 0x7f || kRefused.find(c) != std::string_view::npos) {
      text.append({'%', kHex[byte >> 4], kHex[byte & 0xf]});
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_elsewhere(std::string_view location) {
  const std::string_view scheme = location.substr(0, location.find_first_of(":/?#"));
  if (scheme.size() == location.size() || location[scheme.size()] != ':') return false;
  return !same_but_for_case(scheme, "http") && !same_but_for_case(scheme, "https");
}

std::string ResolveLocation(const std::string& base, std::string_view location) {
  const size_t end = AuthorityEnd(location);
  const std::string clean = std::string(location.substr(0, end)) + Encoded(location.substr(end));
  const CurlUrl url(curl_url());
  if (url == nullptr || curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK) return "";
  if (curl_url_set(url.get(), CURLUPART_URL, clean.c_str(), 0) != CURLUE_OK) return "";
  curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
  char* text = nullptr;
  if (curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) return "";
  return CurlText(text).get();
}

std::string RedirectRefusal(const Address& own, const Address& target) {
  const Reach from = ReachOf(own), to = ReachOf(target);
  const bool is_followed = to == Reach::kPublic || (to == Reach::kLoopback ? from == to : from != Reach::kPublic);
  return is_followed ? "" : target.Text() + " is " + NameOf(to) + " address, and no redirect is followed there";
}

}  // namespace linewatch
