// hosts.json as monitord has published it. It is the answer to GET /api/hosts, byte for byte and compressed once per
// cycle, and whoever wants one host of it need not have all in memory.
#ifndef LINEWATCH_CGI_PUBLISHED_LIST_H_
#define LINEWATCH_CGI_PUBLISHED_LIST_H_

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "cgi/http.h"
#include "cgi/mapped_file.h"
#include "store/host_store.h"

namespace linewatch::cgi {

class PublishedList {
 public:
  explicit PublishedList(const HostStore& store) : store_(store), path_(store.folders().hosts()) {}

  // The whole list. What the response views holds until the next call.
  Response Answer(const Request& request);

  // Everything but the hosts.
  HostList Header();

  std::optional<Host> Find(std::string_view id);

  // Changes whenever the list does: made of its revision, the end of the last cycle and the time of the file, because
  // what people edit by hand changes neither of the first two.
  std::string Tag();

 private:
  // Looks whether there is another file; reads it only then. False if there is none that can be handed out as it is: a
  // file edited by hand into something else, or none at all yet.
  bool Refresh();

  const HostStore& store_;
  const std::filesystem::path path_;
  MappedFile file_;
  bool usable_ = false;
  HostList header_;
  MappedFile compressed_;  // empty until somebody wants it
};

}  // namespace linewatch::cgi

#endif
