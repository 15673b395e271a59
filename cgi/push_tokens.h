// Which host a token of heartbeats belongs to, by the hashes in secrets.json.
#ifndef LINEWATCH_CGI_PUSH_TOKENS_H_
#define LINEWATCH_CGI_PUSH_TOKENS_H_

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/secrets.h"

namespace linewatch::cgi {

class PushTokens {
 public:
  explicit PushTokens(const SecretStore& store) : store_(store) {}

  // The id of the host; nothing for a token of none. The file is read only when it has changed: a token that was
  // renewed counts from the next request on. Throws what SecretStore::Read throws.
  std::optional<std::string> Find(std::string_view token);

 private:
  const SecretStore& store_;
  FileIdentity seen_;
  std::unordered_map<std::string, std::string> by_hash_;
};

}  // namespace linewatch::cgi

#endif
