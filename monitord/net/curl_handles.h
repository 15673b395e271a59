// Handles of libcurl that free themselves.
#ifndef LINEWATCH_MONITORD_NET_CURL_HANDLES_H_
#define LINEWATCH_MONITORD_NET_CURL_HANDLES_H_

#include <curl/curl.h>

#include <memory>
#include <new>
#include <string>

namespace linewatch {

struct FreeCurl {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeCurlMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct FreeCurlLines {
  void operator()(curl_slist* lines) const { curl_slist_free_all(lines); }
};
struct FreeCurlUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeCurlText {
  void operator()(char* text) const { curl_free(text); }
};
using CurlEasy = std::unique_ptr<CURL, FreeCurl>;
using CurlMulti = std::unique_ptr<CURLM, FreeCurlMulti>;
using CurlLines = std::unique_ptr<curl_slist, FreeCurlLines>;
using CurlUrl = std::unique_ptr<CURLU, FreeCurlUrl>;
using CurlText = std::unique_ptr<char, FreeCurlText>;

inline void AddLine(CurlLines& lines, const std::string& line) {
  curl_slist* const longer = curl_slist_append(lines.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(lines.release());
  lines.reset(longer);
}

// Call it before a request. Not at the start, so that a monitord that makes no requests does without libcurl's memory.
inline void InitCurlOnce() {
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(result);
}

}  // namespace linewatch

#endif
