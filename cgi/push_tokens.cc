#include "cgi/push_tokens.h"

#include <utility>

#include "store/push_token.h"

namespace linewatch::cgi {

std::optional<std::string> PushTokens::Find(std::string_view token) {
  // Before the file is read: one that is replaced meanwhile is read again.
  const FileIdentity found = store_.identity();
  if (!(found == seen_)) {
    std::unordered_map<std::string, std::string> by_hash;
    for (const auto& [host, secrets] : store_.Read())
      if (!secrets.token_hash.empty()) by_hash.emplace(secrets.token_hash, host);
    by_hash_ = std::move(by_hash);
    seen_ = found;
  }
  // How long the search takes says something of a hash, and from a hash nobody gets to a token.
  const auto host = by_hash_.find(HashOf(token));
  return host == by_hash_.end() ? std::nullopt : std::optional(host->second);
}

}  // namespace linewatch::cgi
