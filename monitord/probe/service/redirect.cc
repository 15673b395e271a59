#include "monitord/probe/service/redirect.h"

#include "monitord/net/curl_handles.h"
#include "store/text/ascii.h"

namespace linewatch {

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_elsewhere(std::string_view location) {
  const std::string_view scheme = location.substr(0, location.find_first_of(":/?#"));
  if (scheme.size() == location.size() || location[scheme.size()] != ':') return false;
  return !same_but_for_case(scheme, "http") && !same_but_for_case(scheme, "https");
}

std::string ResolveLocation(const std::string& base, const std::string& location) {
  const CurlUrl url(curl_url());
  if (url == nullptr || curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK) return "";
  if (curl_url_set(url.get(), CURLUPART_URL, location.c_str(), CURLU_URLENCODE) != CURLUE_OK) return "";
  curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
  char* text = nullptr;
  if (curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) return "";
  return CurlText(text).get();
}

}  // namespace linewatch
