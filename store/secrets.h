// secrets.json: what belongs to a host and is shown to nobody.
#ifndef LINEWATCH_STORE_SECRETS_H_
#define LINEWATCH_STORE_SECRETS_H_

#include <rapidjson/fwd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "store/file/atomic_file.h"
#include "store/host_list.h"

namespace linewatch {

struct HostSecrets {
  std::string password;                                      // http: of basic authentication
  std::vector<std::pair<std::string, std::string>> headers;  // http: name and value
  std::string token_hash;  // push: HashOf its token, in hexadecimal; the token itself is nowhere

  bool empty() const { return password.empty() && headers.empty() && token_hash.empty(); }
  bool operator==(const HostSecrets&) const = default;
};

// By the host's id. A host without any is not in it.
using Secrets = std::map<std::string, HostSecrets, std::less<>>;

// What checked input says of password and headers: a text is new, {"set": true} is as `before`, and what is not there
// is none.
HostSecrets ReadSecrets(const rapidjson::Value& settings, const HostSecrets& before);
// Marks in the host's settings what is set.
void MarkSecrets(Host& host, const HostSecrets& secrets);

// The file is not what Write writes; says so, and what to do.
struct BrokenSecrets : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class SecretStore {
 public:
  explicit SecretStore(std::filesystem::path path) : path_(std::move(path)) {}

  FileIdentity identity() const { return IdentityOf(path_); }

  // None when there is no file. Takes no lock. Throws std::system_error if the file may not be read,
  // and BrokenSecrets.
  Secrets Read() const;

  // The file of `secrets` to come, synced: for HostStore::Update, with the settings that need them. Those of hosts that
  // `list` does not have are left out. The caller holds the lock of hosts.json. Throws std::system_error.
  std::unique_ptr<AtomicFile> Stage(const Secrets& secrets, const HostList& list) const;

 private:
  std::filesystem::path path_;
};

}  // namespace linewatch

#endif
