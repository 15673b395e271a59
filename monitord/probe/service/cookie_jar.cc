#include "monitord/probe/service/cookie_jar.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <ctime>
#include <optional>
#include <utility>

#include "store/text/ascii.h"
#include "store/text/network_name.h"

namespace linewatch {
namespace {

std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// Takes what stands before the separator, and the separator.
std::string_view TakePart(std::string_view& text, char separator) {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

bool has_controls(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

std::optional<int> WholeNumber(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

// RFC 6265 section 5.1.1: the parts of a date in any order, divided by whatever.
struct DateParts {
  std::optional<int> day, month, year;
  std::array<int, 3> clock{};

  void Take(std::string_view token) {
    if (token.find(':') != std::string_view::npos) {
      for (int& part : clock) part = std::clamp(WholeNumber(TakePart(token, ':')).value_or(0), 0, 59);
    } else if (const auto number = WholeNumber(token)) {
      if (token.size() <= 2 && !day) {
        day = *number;
      } else if (!year) {
        year = *number >= 100 ? *number : *number + (*number < 70 ? 2000 : 1900);
      }
    } else if (token.size() >= 3 && !month) {
      constexpr std::array kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                      "jul", "aug", "sep", "oct", "nov", "dec"};
      const auto* found = std::find_if(kMonths.begin(), kMonths.end(),
                                       [&](const char* name) { return same_but_for_case(token.substr(0, 3), name); });
      if (found != kMonths.end()) month = static_cast<int>(found - kMonths.begin());
    }
  }
};

std::optional<WallTime> DateIn(std::string_view text) {
  DateParts parts;
  const auto is_of_token = [](unsigned char c) { return std::isalnum(c) != 0 || c == ':'; };
  while (!text.empty()) {
    const auto* end = std::find_if_not(text.begin(), text.end(), is_of_token);
    const auto length = static_cast<size_t>(end - text.begin());
    if (length > 0) parts.Take(text.substr(0, length));
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  if (!parts.day || !parts.month || !parts.year || *parts.year > 9999) return std::nullopt;
  std::tm fields{};
  fields.tm_mday = *parts.day;
  fields.tm_mon = *parts.month;
  fields.tm_year = *parts.year - 1900;
  fields.tm_hour = parts.clock[0];
  fields.tm_min = parts.clock[1];
  fields.tm_sec = parts.clock[2];
  return FromUnixSeconds(static_cast<double>(timegm(&fields)));
}

std::string_view PathOf(const Url& url) {
  const std::string_view path = std::string_view(url.path).substr(0, url.path.find('?'));
  return path.empty() ? "/" : path;
}

// Section 5.1.4.
std::string_view UsualPath(const Url& url) {
  const std::string_view path = PathOf(url);
  return path.substr(0, std::max<size_t>(path.rfind('/'), 1));
}
bool is_within(std::string_view path, std::string_view whole) {
  if (!path.starts_with(whole)) return false;
  return path.size() == whole.size() || whole.ends_with('/') || path[whole.size()] == '/';
}

// Section 5.1.3. That a name such as "example" is not for a cookie of the whole of it need not be known here: cookies
// go back to the host that has set them alone.
bool is_of_domain(const std::string& host, std::string_view domain) {
  if (domain.starts_with('.')) domain.remove_prefix(1);
  const std::string name = CanonicalName(host), wanted = CanonicalName(std::string(domain));
  if (wanted.empty() || name == wanted) return true;
  return is_domain_name(name) && name.ends_with('.' + wanted);
}

bool is_for(const Url& origin, const Url& to) {
  if (to.has_same_origin(origin)) return true;
  return CanonicalName(origin.host) == CanonicalName(to.host) && !origin.is_tls && origin.port == 80 && to.is_tls &&
         to.port == 443;
}

struct Attributes {
  std::string_view path, domain;
  bool is_secure = false;
  std::optional<bool> is_over, is_expired;  // by Max-Age, by Expires

  explicit Attributes(std::string_view text, WallTime now) {
    while (!text.empty()) {
      std::string_view value = TakePart(text, ';');
      const std::string_view name = Trimmed(TakePart(value, '='));
      value = Trimmed(value);
      if (same_but_for_case(name, "path")) path = value;
      if (same_but_for_case(name, "domain")) domain = value;
      if (same_but_for_case(name, "secure")) is_secure = true;
      if (same_but_for_case(name, "max-age") && !value.empty()) is_over = value[0] == '-' || WholeNumber(value) == 0;
      if (!same_but_for_case(name, "expires")) continue;
      if (const auto date = DateIn(value)) is_expired = *date <= now;
    }
  }
};

}  // namespace

void CookieJar::Take(std::string_view set_cookie, const Url& from, WallTime now) {
  std::string_view pair = TakePart(set_cookie, ';');
  if (pair.find('=') == std::string_view::npos) return;
  const std::string_view name = Trimmed(TakePart(pair, '=')), value = Trimmed(pair);
  if (name.empty() || name.size() + value.size() > kMostBytes || has_controls(name) || has_controls(value)) return;
  const Attributes attributes(set_cookie, now);
  if (!is_of_domain(from.host, attributes.domain) || (attributes.is_secure && !from.is_tls)) return;
  const std::string_view path = attributes.path.starts_with('/') ? attributes.path : UsualPath(from);
  if (path.size() > kMostBytes) return;

  std::erase_if(cookies_, [&](const Cookie& known) {
    return known.name == name && known.path == path && known.origin.has_same_origin(from);
  });
  if (attributes.is_over.value_or(attributes.is_expired.value_or(false))) return;
  if (cookies_.size() == kMostCookies) cookies_.erase(cookies_.begin());
  cookies_.push_back({std::string(name), std::string(value), std::string(path), from, attributes.is_secure});
}

std::string CookieJar::For(const Url& to) const {
  std::vector<const Cookie*> sent;
  for (const Cookie& cookie : cookies_)
    if (is_for(cookie.origin, to) && is_within(PathOf(to), cookie.path) && (!cookie.is_secure || to.is_tls))
      sent.push_back(&cookie);
  // Section 5.4: the closest first.
  std::stable_sort(sent.begin(), sent.end(),
                   [](const Cookie* a, const Cookie* b) { return a->path.size() > b->path.size(); });
  std::string text;
  for (const Cookie* cookie : sent)
    text.append(text.empty() ? "" : "; ").append(cookie->name).append("=").append(cookie->value);
  return text;
}

}  // namespace linewatch
