#include "cgi/published_list.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "store/host_json.h"

namespace linewatch::cgi {
namespace {

// Whether the store has written it, whole and in UTF-8; what people wrote may lack what a reader of the API counts on.
// Numbers are not converted, nothing is kept.
bool is_published(std::string_view text) {
  constexpr unsigned kFlags = kJsonParseFlags | rapidjson::kParseNumbersAsStringsFlag;
  if (!text.starts_with("{\"format\":1,\"updated\":")) return false;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::BaseReaderHandler<> nothing;
  return !rapidjson::Reader().Parse<kFlags>(stream, nothing).IsError() && stream.Tell() == text.size();
}

std::string TagOf(const HostList& header, const FileIdentity& file) {
  const auto nanoseconds = static_cast<long long>(file.modified.tv_sec) * 1'000'000'000 + file.modified.tv_nsec;
  return '"' + std::to_string(header.revision) + '-' + std::to_string(header.updated.time_since_epoch().count()) + '-' +
         std::to_string(nanoseconds) + '"';
}

}  // namespace

bool PublishedList::Refresh() {
  if (IdentityOf(path_) == file_.identity()) return usable_;
  file_ = MappedFile(path_);
  compressed_ = MappedFile();
  usable_ = is_published(file_.text()) && !ReadHostListHeader(file_.text(), header_);
  return usable_;
}

HostList PublishedList::Header() {
  if (Refresh()) return header_;
  HostList list = store_.Read();
  list.hosts.clear();
  return list;
}

std::optional<Host> PublishedList::Find(std::string_view id) {
  HostList found;
  bool was_array = false;
  const auto is_it = [id](const rapidjson::Value& entry, size_t) {
    const auto* own = FindMember(entry, "id");
    return own != nullptr && own->IsString() && StringOf(*own) == id && is_host_entry(entry);
  };
  if (!Refresh() || ReadHostList(file_.text(), is_it, found, was_array)) found = store_.Read();
  const Host* host = found.Find(id);
  if (host == nullptr) return std::nullopt;
  return *host;
}

std::string PublishedList::Tag() { return TagOf(Header(), file_.identity()); }

Response PublishedList::Answer(const Request& request) {
  const bool as_it_is = Refresh();
  HostList list;
  if (!as_it_is) list = store_.Read();
  const std::string tag = TagOf(as_it_is ? header_ : list, file_.identity());

  Response response;
  response.SetHeader("Cache-Control", "no-cache");
  response.SetHeader("Vary", "Accept-Encoding");
  response.SetHeader("ETag", tag);
  if (has_tag(request.Variable("HTTP_IF_NONE_MATCH"), tag, TagComparison::kWeak)) {
    response.status = 304;
    return response;
  }
  response.type = "application/json";
  if (!as_it_is) {
    response.body = JsonText([&](JsonWriter& out) { WriteHostList(out, list); });
  } else if (!accepts_gzip(request)) {
    response.body = file_.text();
  } else {
    if (compressed_.text().empty())
      compressed_ = MappedFile::Unnamed([&](const auto& take) { Gzip(file_.text(), take); });
    response.SetHeader("ETag", GzipTag(tag));
    response.SetHeader("Content-Encoding", "gzip");
    response.body = compressed_.text();
  }
  return response;
}

}  // namespace linewatch::cgi
