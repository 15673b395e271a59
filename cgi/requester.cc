#include "cgi/requester.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string>

#include "store/text/plain_text.h"

namespace linewatch::cgi {
namespace {

bool is_loopback_address(const std::string& text) {
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24 == 127;
  in6_addr six{};
  if (inet_pton(AF_INET6, text.c_str(), &six) != 1) return false;
  return IN6_IS_ADDR_LOOPBACK(&six) || (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127);
}

bool is_port(std::string_view text) {
  return text.empty() || (text.front() == ':' && text.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

// "localhost:8000", "127.0.0.1", "[::1]:8000".
bool is_loopback_host(std::string_view host) {
  if (host.starts_with('[')) {
    const size_t end = host.find(']');
    return end != std::string_view::npos && is_port(host.substr(end + 1)) &&
           is_loopback_address(std::string(host.substr(1, end - 1)));
  }
  const auto name = host.substr(0, host.find(':'));
  if (!is_port(host.substr(name.size()))) return false;
  return name == "localhost" || is_loopback_address(std::string(name));
}

// What proxies add, standard or not. One that adds none of these must not stand in front of an anonymous admin.
bool is_forwarding_header(std::string_view variable) {
  constexpr std::array<std::string_view, 3> kPrefixes = {"HTTP_FORWARDED", "HTTP_X_FORWARDED", "HTTP_X_ORIGINAL_"};
  constexpr std::array<std::string_view, 8> kNames = {"HTTP_VIA",
                                                      "HTTP_X_REAL_IP",
                                                      "HTTP_X_CLIENT_IP",
                                                      "HTTP_CLIENT_IP",
                                                      "HTTP_X_CLUSTER_CLIENT_IP",
                                                      "HTTP_TRUE_CLIENT_IP",
                                                      "HTTP_CF_CONNECTING_IP",
                                                      "HTTP_X_ORIGINATING_IP"};
  return std::find(kNames.begin(), kNames.end(), variable) != kNames.end() ||
         std::any_of(kPrefixes.begin(), kPrefixes.end(),
                     [&](std::string_view prefix) { return variable.starts_with(prefix); });
}

bool is_on_this_machine(const Request& request) {
  return is_loopback_address(std::string(request.Variable("REMOTE_ADDR"))) &&
         is_loopback_host(request.Variable("HTTP_HOST")) && !request.AnyVariable(is_forwarding_header);
}

// "https://noc.example.org/linewatch/" is of the origin "https://noc.example.org".
std::string_view OriginOf(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  return url.substr(0, url.find('/', scheme + 3));
}

}  // namespace

std::string_view UserOf(const Request& request) {
  const auto user = request.Variable("REMOTE_USER");
  return is_utf8(user) ? user : std::string_view();
}

Role RoleOf(const Request& request, const Config::Access& access) {
  const auto user = UserOf(request);
  const auto named = access.roles.find(std::string(user));
  if (!user.empty() && named != access.roles.end()) return named->second;
  if (access.anonymous == Role::kAdmin && !is_on_this_machine(request)) return Role::kViewer;
  return access.anonymous;
}

bool is_foreign(const Request& request, std::string_view public_url) {
  const auto site = request.Variable("HTTP_SEC_FETCH_SITE");
  if (!site.empty() && site != "same-origin" && site != "none") return true;

  const auto origin = request.Variable("HTTP_ORIGIN");
  if (origin.empty() || (!public_url.empty() && origin == OriginOf(public_url))) return false;
  return origin != std::string(request.Variable("REQUEST_SCHEME")) + "://" + std::string(request.Variable("HTTP_HOST"));
}

}  // namespace linewatch::cgi
